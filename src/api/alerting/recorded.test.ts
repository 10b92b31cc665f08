import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Alerting, openAlerting } from '../../alerting/alerting.ts';
import type { Clock } from '../../base/clock.ts';
import { isDocument } from '../../base/document.ts';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { openMemory } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { errorAnswer } from '../error.ts';
import { checkParameters, parseParameters } from '../parameters.ts';
import { alertingRoutes } from './routes.ts';

/** Exchanges recorded from OpenSearch 2.19.4 with its Alerting plugin, asked of our routes: same status, same body. */

interface Recording {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly response: { readonly status: number; readonly body: unknown };
}

const folder = fileURLToPath(new URL('../../../test/recorded/alerting/', import.meta.url));

/** Where we answer differently, and why. `status` replaces the recorded one; the body is then not compared but for `reason`. */
const differences: Readonly<
  Record<string, { readonly status?: number; readonly reason?: RegExp; readonly why: string }>
> = {
  'create-bad-query': { status: 400, reason: /^unknown query \[nope\]$/, why: 'bad input is 400, not 500' },
  'create-unknown-monitor-type': {
    status: 400,
    reason: /^Unknown monitor type \[psychic_monitor\]/,
    why: 'the original saves it and never runs it: a hole that nobody sees',
  },
  'bucket-create-no-agg': { why: 'the query in the message is letter for letter, where the original rewrites it' },
  'doc-create-dotted': { status: 201, why: 'names with dots are accepted: Wazuh names its indices so' },
  'doc-create-pattern': { status: 201, why: 'patterns are accepted: Wazuh has an index a day' },
  'doc-findings-all': { why: 'findings come in the order of their ids, which are ours' },
  'workflow-create': { status: 501, reason: /^Composite monitors/, why: 'composite monitors come later' },
  'ack-missing-monitor': {
    status: 404,
    reason: /^Monitor with nope is not found$/,
    why: 'the original hangs for ever',
  },
  'ack-after-missing-monitor': { status: 200, why: 'the original hangs for ever from then on' },
  'alerts-errors': { why: 'the reasons of failed searches and scripts are ours: no Kotlin frames, no shards' },
  'monitor-search-get': { why: 'one monitor less: that of the unknown type was refused' },
  'alerts-param-11': { why: 'no shards, nodes and index ids to list in the error' },
  'execute-period-end': { why: 'the message names the parameter in our words' },
  'execute-adhoc-missing-index': { why: 'no Kotlin frames in the stack of a failed condition' },
  'execute-badqs': { why: 'the reason of the failed search is told, not "all shards failed"; no Kotlin frames' },
  'execute-badscript': { why: 'ANTLR has no part in our parser: no `no_viable_alt_exception` below the error' },
  'gone-execute': { why: 'no Kotlin frames in the stack of a failed condition' },
  stats: { why: 'one node of another name, and our counters beside it' },
  'stats-metric': { why: 'as above' },
};

/** One story: recordings in order, with what happened between them outside of the API. */
type Step = string | ((world: World) => Promise<unknown>);

interface World {
  readonly store: Store;
  readonly alerting: Alerting;
  readonly clock: Clock;
  /** Recorded id → ours. */
  readonly ids: Map<string, string>;
  pass(ms: number): Promise<void>;
}

const wazuhIndex = 'wazuh-alerts-4.x-2026.11.23';

const guideEvent = (world: World): Promise<unknown> =>
  world.store.createIndex(wazuhIndex, {
    mappings: { properties: { data: { properties: { aws: { properties: { eventSource: { type: 'keyword' }, eventName: { type: 'keyword' } } } } } } },
  }).then(() => document(world, wazuhIndex, '1')); // biome-ignore format: a mapping

const document = ({ store }: World, index: string, id: string): Promise<unknown> =>
  store.write([
    {
      action: 'create',
      index,
      id,
      document: {
        '@timestamp': '2020-01-01T00:00:00Z',
        data: { aws: { eventSource: 's3.amazonaws.com', eventName: 'GetObject', userIdentity: { type: 'Anonymous' } } },
      },
    },
  ]);

/** Calls of ListUsers: by whom, from which addresses. */
async function listUsers({ store }: World, calls: Readonly<Record<string, readonly number[]>>): Promise<void> {
  await store.createIndex(wazuhIndex, {
    mappings: { dynamic_templates: [{ s: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }] },
  });
  await store.createIndex('wazuh-alerts-4.x-2026.11.24', {});
  const operations = Object.entries(calls).flatMap(([userName, addresses]) =>
    addresses.map((address, at) => ({
      action: 'create' as const,
      index: wazuhIndex,
      id: `${userName}-${at}`,
      document: {
        data: { aws: { eventName: 'ListUsers', userIdentity: { userName }, sourceIPAddress: `203.0.113.${address}` } },
      },
    })),
  );
  await store.write(operations);
}

const iamCall = ({ store }: World, id: string, eventName: string, sourceIPAddress: string): Promise<unknown> =>
  store.write([
    {
      action: 'create',
      index: 'ctidx',
      id,
      document: {
        timestamp: '2026-11-24T10:00:00.000+0000',
        data: { aws: { eventSource: 'iam.amazonaws.com', eventName, sourceIPAddress } },
      },
    },
  ]);

const gone = (world: World): Promise<unknown> => document(world, 'gone-1', '1');

/** A monitor that raised one alert, under the ids of a recording. */
async function raised(world: World, monitor: string, alert: string, source: string): Promise<void> {
  const { id } = await world.alerting.createMonitor({
    name: monitor,
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [{ search: { indices: ['gone-1'], query: { query: { match_all: {} } } } }],
    triggers: [{ name: 't', severity: '1', condition: { script: { source } }, actions: [] }],
  });
  await world.alerting.execute(id);
  const { alerts } = await world.alerting.listAlerts({ monitorId: id });
  world.ids.set(monitor, id);
  world.ids.set(alert, String(alerts[0]?.id));
}

/** What was created in the recording, in its order. */
const inOrder =
  'monitor-create create-cron create-no-inputs create-missing-inputs create-unknown-field create-no-monitor-type create-no-type create-bad-query-string create-index-pattern-missing create-bad-script create-bad-severity create-no-triggers create-legacy-trigger-form create-duplicate-name create-disabled create-with-ui-metadata create-name-too-long create-empty-name create-period-template'.split(
    ' ',
  );

const stories: Readonly<Record<string, readonly Step[]>> = {
  'monitors made, read and refused': [
    guideEvent,
    gone,
    'alerts-empty-cluster',
    'monitor-create',
    'monitor-get',
    'get-version',
    'legacy-prefix-get',
    'head-monitor',
    'monitor-execute-dryrun',
    'monitor-execute-no-alert-yet',
    ...readdirSync(folder)
      .map((file) => file.replace('.json', ''))
      .filter((name) => name.startsWith('create-') && name !== 'create-cron'),
    'monitor-create-with-action',
    'monitor-create-action-no-destination',
    'monitor-get-legacy-trigger',
    'get-missing-404',
    'head-missing',
    'delete-missing-404',
    'update-missing-404',
    'execute-missing-404',
    'unknown-param',
    'stats-bad-metric',
  ],
  'a monitor changed': [
    guideEvent,
    'monitor-create',
    'update-stale-seqno',
    'update-stale-primary',
    'update-no-seqno',
    'update-with-seqno',
    'update-old-seqno-again',
    'update-refresh-param',
    'update-bad-refresh',
    'execute-adhoc-body',
    'execute-adhoc-wrapped',
    'execute-period-end',
    'execute-dryrun-default',
    'execute-not-dryrun',
  ],
  'alerts listed and acknowledged': [
    guideEvent,
    'monitor-create',
    'create-cron',
    (world) => world.pass(60_000),
    // The monitor of the cron's story would raise an alert of its own, which the recording came before.
    'alerts-active',
    (world) => world.pass(120_000),
    'alerts-list-all',
    ...Array.from({ length: 17 }, (_, at) => `alerts-param-${String(at).padStart(2, '0')}`),
    'ack-unknown-alert',
    'ack-wrong-monitor',
    'ack-empty-list',
    'ack-no-body',
    'ack-missing-monitor',
    gone,
    (world) => raised(world, '9o65CaIB_-ySynH1jVzW', '_Y65CaIB_-ySynH1lFxt', 'true'),
    'ack-after-missing-monitor',
  ],
  'dry runs of saved monitors': [
    guideEvent,
    (world) => document(world, wazuhIndex, '2'),
    'create-bad-query-string',
    'create-bad-script',
    'create-bad-severity',
    'create-legacy-trigger-form',
    'create-index-pattern-missing',
    'create-no-triggers',
    'create-period-template',
    'execute-badqs',
    'execute-badscript',
    'execute-badsev',
    'execute-legacy',
    'execute-noidxpat',
    'execute-notrig',
    'execute-tmpl',
  ],
  'twenty monitors searched, and those that fail': [
    guideEvent,
    ...inOrder,
    'monitor-search-get',
    'monitor-search-enabled',
    (world) => world.pass(60_000),
    'alerts-errors',
  ],
  'conditions that people write': [
    gone,
    'execute-script-hits',
    'execute-script-loop',
    'execute-script-missing-key',
    'execute-script-monitor',
    'execute-script-not-boolean',
    'execute-script-null',
    'execute-script-periods',
    'execute-script-string',
    'execute-adhoc-missing-index',
  ],
  'an index that goes and comes back': [
    gone,
    'gone-create',
    (world) => world.alerting.execute(world.ids.get('P7q2CaIBEdiyrQP9VUwr') ?? ''),
    (world) => world.store.deleteIndex('gone-1'),
    'gone-execute',
    'gone-alerts-error',
    gone,
    'gone-execute-back',
    'gone-alerts-recovered',
    'update-disable',
    'alerts-after-disable',
  ],
  'a trigger that is dropped': [
    gone,
    'create-two-triggers',
    (world) => world.alerting.execute(world.ids.get('grq2CaIBEdiyrQP9bUzx') ?? ''),
    'update-drop-trigger',
    'alerts-after-drop-trigger',
  ],
  'an alert acknowledged, ended, raised again, and its monitor deleted': [
    gone,
    // Recorded with a webhook as its action; channels come later, so the story is told without one.
    (world) => raised(world, 'Zbq1CaIBEdiyrQP9DUsZ', 'ebq1CaIBEdiyrQP9EEuD', 'ctx.results[0].hits.total.value > 0'),
    (world) => raised(world, 'cLq1CaIBEdiyrQP9DkvE', 'f7q1CaIBEdiyrQP9EUv1', 'nope'),
    'ack',
    'ack-again',
    'ack-mixed',
    'ack-error-alert',
    (world) => world.store.write([{ action: 'delete', index: 'gone-1', id: '1' }]),
    (world) => world.alerting.execute(world.ids.get('Zbq1CaIBEdiyrQP9DUsZ') ?? ''),
    'ack-completed',
    'monitor-delete',
    'monitor-get-deleted',
  ],
  'an alert a bucket': [
    (world) => listUsers(world, { bob: [1, 2], eve: [1, 1, 2, 2] }),
    'bucket-create',
    'bucket-execute-dryrun',
    'bucket-execute',
    'bucket-alerts',
    'bucket-execute-2',
    (world) => world.store.write(['eve-0', 'eve-1'].map((id) => ({ action: 'delete', index: wazuhIndex, id }))),
    'bucket-execute-3',
    'bucket-alerts-2',
    'bucket-create-no-agg',
    'bucket-create-query-trigger',
  ],
  'an alert a document': [
    (world) => world.store.createIndex('ct-a', {}),
    (world) => world.store.createIndex('ct-2026.11.24', { aliases: { ctalias: {} } }),
    (world) => iamCall(world, '49', 'AttachUserPolicy', '203.0.113.9'),
    'doc-create-dashed',
    'doc-create-dotted',
    'doc-create-pattern',
    'doc-create-alias',
    'doc-create',
    'doc-execute-first',
    async (world) => {
      // The dry run looks at the newest documents whenever they came; recorded where the oldest one was of another kind.
      await world.store.write([{ action: 'delete', index: 'ctidx', id: '49' }]);
      await iamCall(world, '50', 'AttachUserPolicy', '203.0.113.9');
      await iamCall(world, '51', 'AttachUserPolicy', '198.51.100.1');
      await iamCall(world, '52', 'ListUsers', '203.0.113.9');
    },
    'doc-execute-dryrun',
    'doc-execute',
    'doc-execute-again',
    'doc-alerts',
    'doc-findings-all',
    'doc-create-bad-trigger',
    'workflow-create',
  ],
  'stats told': ['stats', 'stats-metric'],
  'monitors searched': [
    guideEvent,
    'monitor-create',
    'create-duplicate-name',
    'monitor-search-empty',
    'monitor-search-term',
    'monitor-search',
  ],
};

test('every recording here is part of a story', () => {
  const told = new Set(Object.values(stories).flat());
  assert.deepEqual(
    readdirSync(folder).filter((file) => !told.has(file.replace('.json', ''))),
    [],
  );
});

for (const [story, steps] of Object.entries(stories)) {
  test(`recorded: ${story}`, async (t) => {
    const world = await openWorld();
    for (const step of steps) {
      if (typeof step === 'function') await step(world);
      else await t.test(step, () => replay(world, step));
    }
  });
}

async function openWorld(): Promise<World> {
  const clock = virtualClock(1_795_458_637_651);
  const store = openMemory({ clock });
  const alerting = await openAlerting({ store, clock, log: keptLog() });
  return {
    store,
    alerting,
    clock,
    ids: new Map(),
    async pass(ms) {
      const abort = new AbortController();
      const run = alerting.run(abort.signal);
      for (let passed = 0; passed < ms; passed += 60_000) {
        await clock.advance(60_000);
        await alerting.settled();
      }
      abort.abort();
      await run;
    },
  };
}

async function replay(world: World, name: string): Promise<void> {
  const recording = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as Recording;
  const { method, body } = recording.request;
  const ours = (text: string): string =>
    [...world.ids].reduce((so, [theirs, mine]) => so.replaceAll(theirs, mine), text);
  const answer = await call(
    world,
    method,
    ours(recording.request.path),
    body === null ? undefined : JSON.parse(ours(JSON.stringify(body))),
  );
  const different = differences[name];
  assert.equal(answer.status, different?.status ?? recording.response.status, JSON.stringify(answer.body));
  const reason = (
    isDocument(answer.body) && isDocument(answer.body.error) ? answer.body.error.reason : undefined
  ) as string;
  if (different?.reason) assert.match(reason, different.reason);
  if (different?.status !== undefined) return;
  learn(world.ids, recording.response.body, answer.body);
  const expected: unknown =
    recording.response.body === '' ? undefined : JSON.parse(ours(JSON.stringify(recording.response.body)));
  if (different) assert.deepEqual(Object.keys(shape(answer.body)), Object.keys(shape(expected)));
  else assert.deepEqual(stable(answer.body), stable(expected));
}

function shape(body: unknown): object {
  if (!isDocument(body)) return {};
  const { trailhound: _, ...rest } = body;
  return rest;
}

async function call(
  world: World,
  method: string,
  url: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  const [path = '', search = ''] = url.split('?');
  const steps = path.split('/');
  const fits = (pattern: string): boolean =>
    pattern.split('/').length === steps.length &&
    pattern.split('/').every((part, at) => part.startsWith(':') || part === steps[at]);
  const found = alertingRoutes
    .filter((route) => (route.methods as readonly string[]).includes(method) && fits(route.path))
    .sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];
  assert.ok(found, `${method} ${path} has a route`);
  const params = Object.fromEntries(
    found.path.split('/').flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), steps[at] ?? '']] : [])),
  );
  const query = parseParameters(search);
  try {
    checkParameters(query, found.query ?? [], path);
    const signal = new AbortController().signal;
    const answer = await found.handle({ method, path, params, query, headers: {}, body, signal }, world);
    return {
      status: answer.status,
      body: answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body)),
    };
  } catch (error) {
    const log = keptLog();
    const answer = errorAnswer(error, { method, path }, log);
    assert.deepEqual(log.lines, [], 'no error is unexpected');
    return { status: answer.status, body: JSON.parse(JSON.stringify(answer.body)) };
  }
}

/** Pairs the ids of both answers where they stand at the same place; sequence numbers too, as they come back in URLs. */
function learn(ids: Map<string, string>, theirs: unknown, mine: unknown, key = ''): void {
  if (key === '_seq_no' && typeof theirs === 'number') ids.set(`if_seq_no=${theirs}&`, `if_seq_no=${mine}&`);
  if (typeof theirs === 'string' && typeof mine === 'string' && /^[\w-]{20}$|^[\da-f-]{36}$/.test(theirs)) {
    ids.set(theirs, mine);
  }
  if (Array.isArray(theirs) && Array.isArray(mine)) {
    theirs.forEach((item, at) => void learn(ids, item, mine[at]));
  } else if (isDocument(theirs) && isDocument(mine)) {
    const [theirKeys, myKeys] = [Object.keys(theirs), Object.keys(mine)];
    theirKeys.forEach((name, at) => {
      if (!Object.hasOwn(mine, name) && /^[\w-]{20}$/.test(name) && myKeys[at]) ids.set(name, myKeys[at]);
      learn(ids, theirs[name], mine[ids.get(name) ?? name], name);
    });
  }
}

/** What does not change from run to run. */
function stable(value: unknown, key = ''): unknown {
  if (['took', '_seq_no', '_primary_term', 'execution_id', '_score', 'max_score'].includes(key)) return null;
  // The original rewrites a query with all defaults; ours comes back letter for letter.
  if (key === 'query') return 'query';
  if (/(_time|_start|_end|timestamp|executionTime)$/.test(key) && typeof value === 'number') return 'time';
  if (typeof value === 'string') {
    const told = value.replace(/seqNo \[\d+\]/g, 'seqNo [n]');
    if (/event_status_list|^Unable to find a Notification Channel/.test(told)) return 'not sent';
    return /Incompatible trigger|x\.x\.x\.x/.test(told) ? 'volatile' : told;
  }
  if (Array.isArray(value)) return value.map((item) => stable(item));
  if (!isDocument(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'trailhound');
  return Object.fromEntries(entries.map(([name, item]) => [name, stable(item, name)]));
}
