import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { asNumber, own } from '../../src/base/document.ts';
import { parseSearchBody } from '../../src/query/search-body.ts';
import { engineAddress } from '../../src/store/opensearch/engine-address.ts';
import { openOpenSearch } from '../../src/store/opensearch/opensearch.ts';
import { windowedSearches } from '../../src/store/opensearch/windowed-search.ts';
import type { ArrivalWindow, Operation, Store } from '../../src/store/store.ts';
import { randomFrom } from '../records.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/** Aggregations over what arrived are right whatever the indices are: many of them, or of several shards. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);
  const open = () => openOpenSearch({ address: engineAddress(url), clock: systemClock, refreshMs: 0 });
  const counts = async (store: Store, window: ArrivalWindow, query: object = { match_all: {} }) => {
    const aggs = { kinds: { terms: { field: 'kind', size: 100 } }, sum: { sum: { field: 'n' } } };
    const body = parseSearchBody({ query, aggs, size: 3, sort: [{ n: 'desc' }], track_total_hits: true });
    const found = await store.search('w-*', body, { window });
    const buckets = own(own(found.aggregations, 'kinds'), 'buckets') as { key: string; doc_count: number }[];
    return {
      total: found.total,
      kinds: Object.fromEntries(buckets.map(({ key, doc_count }) => [key, doc_count])),
      sum: asNumber(own(own(found.aggregations, 'sum'), 'value')),
      first: found.hits.map(({ id }) => id),
    };
  };
  const expected = (documents: readonly Operation[]) => {
    const kinds: Record<string, number> = {};
    for (const { document } of documents) kinds[`${document?.kind}`] = (kinds[`${document?.kind}`] ?? 0) + 1;
    const numbers = documents.map(({ document }) => Number(document?.n));
    const sum = numbers.reduce((a, b) => a + b, 0);
    const first = documents.toSorted((a, b) => Number(b.document?.n) - Number(a.document?.n)).slice(0, 3);
    return { total: documents.length, kinds, sum, first: first.map(({ id }) => id) };
  };
  const mappings = { properties: { kind: { type: 'keyword' }, n: { type: 'long' } } };

  test('indices of three shards beside others of one', { timeout: 120_000 }, async (context) => {
    await clean(real);
    const seed = Number(process.env.TRAILHOUND_SEED ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed} (set TRAILHOUND_SEED to repeat it)`);
    const random = randomFrom(seed);
    const store = await open();
    for (const [name, shards] of [
      ['w-three', 3],
      ['w-two', 2],
      ['w-one', 1],
    ] as const) {
      await store.createIndex(name, { settings: { number_of_shards: shards, number_of_replicas: 0 }, mappings });
    }
    const names = ['w-three', 'w-three', 'w-two', 'w-one'];
    const marks = [0];
    const batches: Operation[][] = [];
    for (let n = 0; marks.length <= 8; ) {
      const batch = Array.from({ length: 1 + Math.floor(random() * 40) }, (): Operation => {
        const document = { n: n++, kind: `k${Math.floor(random() * 4)}` };
        return { action: 'create', index: names[Math.floor(random() * 4)] as string, id: `d${n}`, document };
      });
      await store.write(batch);
      batches.push(batch);
      marks.push(await store.position());
    }
    for (let from = 0; from < batches.length; from++) {
      for (let to = from; to <= batches.length; to++) {
        const window = { after: marks[from] ?? 0, upTo: marks[to] ?? 0 };
        const arrived = batches.slice(from, to).flat();
        assert.deepEqual(await counts(store, window), expected(arrived), `${from}..${to}`);
        const some = arrived.filter(({ document }) => document?.kind === 'k1');
        assert.deepEqual(await counts(store, window, { term: { kind: 'k1' } }), expected(some), `k1 of ${from}..${to}`);
      }
    }
    await store.close();
  });

  test('more of one shard than ids can be named: those that did not arrive are', { timeout: 240_000 }, async () => {
    await clean(real);
    const store = await open();
    await store.createIndex('w-three', { settings: { number_of_shards: 3, number_of_replicas: 0 }, mappings });
    const many = (from: number, to: number): Operation[] =>
      Array.from({ length: to - from }, (_, at) => {
        const document = { n: from + at, kind: `k${at % 3}` };
        return { action: 'create', index: 'w-three', id: `d${from + at}`, document };
      });
    await store.write(many(0, 2000));
    const after = await store.position();
    const batch = many(2000, 55_000);
    await store.write(batch);
    const window = { after, upTo: await store.position() };
    await store.write(many(55_000, 55_100));
    await store.position();
    assert.deepEqual(await counts(store, window), expected(batch));
    await store.close();
  });

  test('more indices than one list of clauses takes', async () => {
    await clean(real);
    const names = Array.from({ length: 1200 }, (_, n) => `w-${n}`);
    // Only a few are there: making all of them takes minutes, and a search looks at the clauses of all the same.
    const batch = names
      .filter((_, n) => n % 240 === 7)
      .map((index, n): Operation => ({ action: 'create', index, id: index, document: { n, kind: 'k' } }));
    const store = await open();
    await store.write(batch);
    await store.refresh('w-*');
    const ranges = names.map((index) => ({ index, shard: 0, low: 0, high: 0, shards: [0] }));
    const json = { size: 10, aggs: { sum: { sum: { field: 'n' } } } };
    const [search, ...others] = windowedSearches(parseSearchBody(json), ranges);
    assert.equal(others.length, 0);
    const { body } = await real.call('POST', '/w-*/_search', search?.json);
    assert.equal(body._shards.failed, 0);
    assert.deepEqual([body.hits.total.value, body.aggregations.sum.value], [5, 10]);
    await store.close();
  });
}
