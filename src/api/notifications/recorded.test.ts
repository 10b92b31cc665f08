import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openAlerting } from '../../alerting/alerting.ts';
import { isDocument } from '../../base/document.ts';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { openNotifications } from '../../notify/notify.ts';
import { type Receiver, startReceiver } from '../../notify/receiver.suite.ts';
import { openMemory } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { startServer, type TestServer } from '../server.suite.ts';

/**
 * Exchanges recorded from OpenSearch 2.19.4 with its Alerting and Notifications plugins, asked of the real server with a real
 * receiver: same status, same body, same posts.
 */

interface Recording {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly response: { readonly status: number; readonly body: unknown };
}

const folder = fileURLToPath(new URL('../../../test/recorded/notifications/', import.meta.url));

/** Where we answer differently, and why. */
const differences: Readonly<Record<string, { readonly status: number; readonly why: string }>> = {
  'notif-config-create-bad-url': { status: 400, why: 'bad input is 400, not 500; type and reason are the same' },
};

type Step = string | ((world: World) => Promise<unknown>);

interface World {
  readonly store: Store;
  readonly server: TestServer;
  readonly receiver: Receiver;
  /** Recorded id → ours. */
  readonly ids: Map<string, string>;
  tick(): Promise<void>;
}

const index = 'wazuh-alerts-4.x-2026.11.23';

const attack = ({ store }: World): Promise<unknown> =>
  store.write([
    {
      action: 'create',
      index,
      id: '1',
      document: {
        data: { aws: { eventSource: 's3.amazonaws.com', eventName: 'GetObject', userIdentity: { type: 'Anonymous' } } },
      },
    },
  ]);

/** In the order in which they were recorded. */
const story: readonly Step[] = [
  async ({ store }) => {
    const keyword = { type: 'keyword' };
    const aws = { properties: { eventSource: keyword, eventName: keyword } };
    await store.createIndex(index, { mappings: { properties: { data: { properties: { aws } } } } });
  },
  attack,
  'notif-features',
  'notif-config-create',
  'notif-config-create-slack',
  'notif-config-create-fail',
  'notif-config-create-bad-url',
  'notif-config-create-unknown-type',
  'notif-config-create-dup',
  'notif-config-get',
  'notif-config-missing',
  'notif-test',
  'notif-test-get',
  'notif-update',
  'monitor-create-with-action',
  'monitor-create-action-failing',
  'execute-action-dryrun',
  'execute-action',
  (world) => learnAlert(world, 'ACTIVE', 'ebq1CaIBEdiyrQP9EEuD'),
  'execute-action-2',
  'alerts-active-with-action',
  'execute-action-failing',
  (world) => learnAlert(world, 'ERROR', 'f7q1CaIBEdiyrQP9EUv1'),
  'ack',
  'ack-error-alert',
  'alerts-acknowledged',
  'execute-while-acked',
  'alerts-acknowledged-after-run',
  ({ store }) => store.write([{ action: 'delete', index, id: '1' }]),
  'execute-condition-gone',
  'alerts-completed',
  attack,
  'execute-retrigger',
  'alerts-retriggered',
  'alerts-completed-filter',
  'monitor-delete',
  'alerts-after-delete',
  'notif-config-list',
  'notif-config-list-filter-text',
  'notif-channels',
  'notif-config-delete-missing',
  'notif-config-delete',
];

/** Ids of alerts that the recordings name before an answer showed them. */
async function learnAlert({ server, ids }: World, state: string, theirs: string): Promise<void> {
  const { body } = await server.call('GET', `/_plugins/_alerting/monitors/alerts?alertState=${state}`);
  assert.equal(body.totalAlerts, 1);
  if (state === 'ERROR') assert.match(body.alerts[0].error_message, /^Failed running action:\n\{"event_status_list"/);
  ids.set(theirs, body.alerts[0].id);
}

test('every recording here is told', () => {
  const told = new Set<unknown>([...story, 'webhook-received']);
  assert.deepEqual(
    readdirSync(folder).filter((file) => !told.has(file.replace('.json', ''))),
    [],
  );
});

test('recorded: channels, actions and what the receiver got', async (t) => {
  const clock = virtualClock(1_795_458_637_651);
  const store = openMemory({ clock });
  const log = keptLog();
  const notifications = await openNotifications({ store, clock, log });
  const alerting = await openAlerting({ store, clock, log, notifier: notifications });
  const server = await startServer(t, { clock, services: { store, alerting, notifications, log } });
  const receiver = await startReceiver(t);
  receiver.answers.set('/fail', { status: 500 });
  const world: World = { store, server, receiver, ids: new Map(), tick: () => clock.advance(50) };
  for (const step of story) {
    await world.tick();
    if (typeof step === 'function') await step(world);
    else await t.test(step, () => replay(world, step));
  }
  await t.test('webhook-received', () => compareReceived(world));
});

async function replay(world: World, name: string): Promise<void> {
  const recording = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Recording;
  const { method, path, body } = recording.request;
  const sent = body === null ? undefined : JSON.parse(ours(world, JSON.stringify(body)));
  const answer = await world.server.call(method, ours(world, path), sent);
  const different = differences[name];
  assert.equal(answer.status, different?.status ?? recording.response.status, answer.text);
  learn(world.ids, recording.response.body, answer.body);
  const expected = stable(JSON.parse(ours(world, JSON.stringify(recording.response.body))));
  const got = stable(answer.body);
  if (different) assert.deepEqual({ ...(got as object), status: 0 }, { ...(expected as object), status: 0 });
  else assert.deepEqual(got, expected);
}

function compareReceived({ receiver, ids }: World): void {
  const recorded = JSON.parse(readFileSync(`${folder}webhook-received.json`, 'utf8')) as {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }[];
  const theirs = recorded.map(({ method, path, headers, body }) => {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return { method, path, type: lower['content-type'], test: lower['x-test'], body: volatile(renamed(ids, body)) };
  });
  const mine = receiver.received.map(({ method, path, headers, body }) => {
    assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
    assert.match(String(headers['idempotency-key']), /^[\w-]{20}$/);
    return { method, path, type: headers['content-type'], test: headers['x-test'], body: volatile(body) };
  });
  // The failing receiver of the recording saw one try; ours too, for nothing retries while the story is told.
  assert.deepEqual(mine, theirs);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, keys.length, 'each message has a key of its own');
}

function ours(world: World, text: string): string {
  return renamed(world.ids, text.replaceAll('http://127.0.0.1:18080', world.receiver.url));
}

function renamed(ids: ReadonlyMap<string, string>, text: string): string {
  return [...ids].reduce((so, [theirs, mine]) => so.replaceAll(theirs, mine), text);
}

/** Pairs the ids of both answers where they stand at the same place. */
function learn(ids: Map<string, string>, theirs: unknown, mine: unknown): void {
  if (typeof theirs === 'string' && typeof mine === 'string' && /^[\w-]{20}$/.test(theirs)) ids.set(theirs, mine);
  if (Array.isArray(theirs) && Array.isArray(mine)) {
    theirs.forEach((item, at) => void learn(ids, item, mine[at]));
  } else if (isDocument(theirs) && isDocument(mine)) {
    const mineKeys = Object.keys(mine);
    Object.keys(theirs).forEach((name, at) => {
      const other = mineKeys[at];
      if (!Object.hasOwn(mine, name) && other !== undefined && /^[\w-]{20}$/.test(name)) ids.set(name, other);
      learn(ids, theirs[name], mine[ids.get(name) ?? name]);
    });
  }
}

/** What changes from run to run inside a text. */
function volatile(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')
    .replace(/\b\d{13}\b/g, 'time')
    .replace(/execution_id=[^,]+/g, 'execution_id=x')
    .replace(/\b\d+\.\d+\.\d+\.\d+:\d+/g, 'address');
}

function stable(value: unknown, key = ''): unknown {
  if (['took', '_seq_no', '_primary_term', 'execution_id'].includes(key)) return null;
  // The original rewrites a query with all defaults; ours comes back letter for letter.
  if (key === 'query') return 'query';
  if (/(_time|_start|_end|_ms|timestamp|executionTime)$/.test(key) && typeof value === 'number') return 'time';
  if (typeof value === 'string') return volatile(value);
  if (Array.isArray(value)) return value.map((item) => stable(item));
  if (!isDocument(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'trailhound');
  return Object.fromEntries(entries.map(([name, item]) => [name, stable(item, name)]));
}
