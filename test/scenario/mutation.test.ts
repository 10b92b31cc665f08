import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseCases } from '../../src/hunt/case-file.ts';
import { type Json, root, run, serve, temporaryFolder, until } from '../program.ts';

/**
 * The records of all cases, changed without a change of meaning: shuffled, split over files, files repeated, both spellings of
 * the anonymous account, lists for scalars, `Host`/`host`, optional fields missing, plain for gzip, fields of a future version.
 * Every verdict and every alert must stay as it is.
 */

interface Mutation {
  readonly files: number;
  readonly repeated: boolean;
  readonly gzip: boolean;
  readonly order: number;
  readonly spelling: 'anonymous' | 'ANONYMOUS_PRINCIPAL';
  readonly lists: boolean;
  readonly host: 'Host' | 'host';
  readonly bare: boolean;
  readonly future: boolean;
}

const mutations: fc.Arbitrary<Mutation> = fc.record({
  files: fc.integer({ min: 1, max: 5 }),
  repeated: fc.boolean(),
  gzip: fc.boolean(),
  order: fc.nat(),
  spelling: fc.constantFrom('anonymous', 'ANONYMOUS_PRINCIPAL'),
  lists: fc.boolean(),
  host: fc.constantFrom('Host', 'host'),
  bare: fc.boolean(),
  future: fc.boolean(),
});

function records(): readonly Json[] {
  const folder = join(root, 'content/monitors');
  return ['guide', 'hardened'].flatMap((name) =>
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.cases.yaml'))
      .flatMap((file) => parseCases(readFileSync(join(folder, name, file), 'utf8'), `${name}/${file}`).value.cases)
      .flatMap((one) => one.records)
      .filter((record) => 'eventSource' in record),
  );
}

function mutated(record: Json, mutation: Mutation): Json {
  const changed = structuredClone(record);
  const identity = changed.userIdentity;
  if (/^anonymous/i.test(identity?.accountId ?? '')) identity.accountId = mutation.spelling;
  const parameters = changed.requestParameters;
  if (parameters && typeof parameters === 'object') {
    for (const name of ['Host', 'host']) {
      if (!(name in parameters)) continue;
      const value = parameters[name];
      delete parameters[name];
      parameters[mutation.host] = value;
    }
    if (mutation.lists && changed.eventSource === 's3.amazonaws.com') {
      for (const name of ['Host', 'host', 'acl', 'policy', 'x-amz-acl', 'list-type', 'publicAccessBlock']) {
        if (typeof parameters[name] === 'string') parameters[name] = [parameters[name]];
      }
    }
  }
  if (mutation.bare) {
    for (const name of ['userAgent', 'managementEvent', 'recipientAccountId', 'additionalEventData', 'eventType'])
      delete changed[name];
  }
  if (mutation.future) {
    Object.assign(changed, { eventVersion: '1.99', newField: { deep: [1, { a: null }] }, another: 'public-nothing' });
  }
  return changed;
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed % 2147483647 || 1;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return items
    .map((item) => [next(), item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item);
}

/** event id → its verdict and the monitors whose alerts hold it. */
async function outcome(
  all: readonly Json[],
  mutation: Mutation,
  context: Parameters<typeof temporaryFolder>[0],
): Promise<ReadonlyMap<string, string>> {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const changed = shuffled(all, mutation.order).map((record) => mutated(record, mutation));
  const size = Math.ceil(changed.length / mutation.files);
  for (let number = 0; number < mutation.files; number++) {
    const text = JSON.stringify({ Records: changed.slice(number * size, (number + 1) * size) });
    for (const copy of mutation.repeated ? ['a', 'b'] : ['a']) {
      writeFileSync(
        join(lake, `${number}${copy}.json${mutation.gzip ? '.gz' : ''}`),
        mutation.gzip ? gzipSync(text) : text,
      );
    }
  }
  const data = join(folder, 'data');
  const summary = JSON.parse((await run(['ingest', lake, '--data', data, '--json'])).out);
  assert.equal(summary.events, all.length);
  const program = await serve(['--data', data]);
  try {
    return await read(program.call);
  } finally {
    await program.stop();
  }
}

async function read(
  call: (method: string, path: string, body?: unknown) => Promise<{ body: Json }>,
): Promise<ReadonlyMap<string, string>> {
  const told = new Map<string, Set<string>>();
  const tell = (id: string, word: string): void => void told.set(id, (told.get(id) ?? new Set()).add(word));
  const found = await call('POST', '/wazuh-alerts-4.x-*/_search', {
    size: 10_000,
    query: { match_all: {} },
    _source: ['trailhound.exposure', 'trailhound.anonymous'],
  });
  for (const { _id, _source } of found.body.hits.hits) {
    const { verdict, anonymous, outcome: result, access } = _source.trailhound.exposure ?? {};
    tell(_id, `${_source.trailhound.anonymous} ${verdict} ${anonymous} ${result} ${access}`);
  }
  const alerts = await until(
    'the alerts',
    async () => (await call('GET', '/_plugins/_alerting/monitors/alerts?size=10000')).body.alerts,
  );
  for (const alert of alerts) {
    for (const event of alert.trailhound.events) tell(event._id, `${alert.monitor_name} ${alert.severity}`);
    assert.ok(alert.trailhound.total <= 100, 'all events of an alert are listed');
  }
  return new Map([...told].map(([id, words]) => [id, [...words].sort().join(' | ')]));
}

test('records changed without a change of meaning raise the same alerts', { timeout: 600_000 }, async (context) => {
  const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 2 ** 31);
  context.diagnostic(`seed ${seed} (TRAILHOUND_SEED repeats it)`);
  const all = records();
  assert.ok(all.length > 200, `${all.length} records`);
  const plain: Mutation = {
    files: 1,
    repeated: false,
    gzip: true,
    order: 1,
    spelling: 'anonymous',
    lists: false,
    host: 'Host',
    bare: false,
    future: false,
  };
  const wanted = await outcome(all, plain, context);
  assert.ok([...wanted.values()].filter((words) => words.includes('|')).length > 100);
  await fc.assert(
    fc.asyncProperty(mutations, async (mutation) => {
      const found = await outcome(all, mutation, context);
      const differing = [...wanted]
        .filter(([id, words]) => found.get(id) !== words)
        .map(([id, words]) => `${id}: ${words} became ${found.get(id)}`);
      assert.deepEqual(differing, []);
    }),
    { numRuns: 6, seed, endOnFailure: true },
  );
});
