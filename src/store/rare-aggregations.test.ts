import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openEmbedded } from './embedded.ts';
import { openMemory } from './memory.ts';
import type { Store } from './store.ts';

/** Values that hardly repeat, counted by the hashes of real segments, growing and sealed, as from the documents. */
const clock = virtualClock(Date.UTC(2026, 0, 1));
const count = 6000;

test('values that hardly repeat are counted, ordered and told as from the documents', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-rare-'));
  const embedded = await openEmbedded({ dir, clock, log: keptLog(), segmentRows: 2600 });
  const memory = openMemory({ clock });
  try {
    for (const store of [embedded, memory]) await fill(store);
    await embedded.settled();
    const same = (when: string, queries: readonly Document[]): Promise<void> =>
      answersAreSame(embedded, memory, when, queries);
    const few = queries.slice(0, 2);
    await same('1s', queries);
    // Another timeout is another request: no whole answer is remembered, only what was made of sealed segments.
    await same('2s', few);
    for (const store of [embedded, memory]) await add(store);
    await same('3s', few);
    for (const store of [embedded, memory]) await change(store);
    await same('6s', few);
    await embedded.settled();
    await same('4s', few);
    await same('5s', few);
    for (const field of fields) {
      // Two values may share a hash.
      const body = { size: 0, aggs: { a: { cardinality: { field, precision_threshold: 10 } } } };
      const [found = 0, expected = 0] = [await cardinalityOf(embedded, body), await cardinalityOf(memory, body)];
      assert.ok(Math.abs(found - expected) <= 2, `${field}: ${found} instead of ${expected}`);
    }
  } finally {
    await embedded.close();
    await memory.close();
    rmSync(dir, { recursive: true });
  }
});

const queries: readonly Document[] = [
  { match_all: {} },
  { term: { name: 'b' } },
  { range: { n: { lt: 40 } } },
  { exists: { field: 'long' } },
];

async function answersAreSame(one: Store, other: Store, timeout: string, asked: readonly Document[]): Promise<void> {
  for (const aggs of aggregations()) {
    for (const query of asked) {
      const body = { size: 0, query, aggs, timeout };
      const found = await one.search('i*', parseSearchBody(body));
      const expected = await other.search('i*', parseSearchBody(body));
      assert.deepEqual({ ...found, tookMs: 0 }, { ...expected, tookMs: 0 }, JSON.stringify(body));
    }
  }
}

/** Sealed segments stay as they are: what was made of them counts no more by itself. */
async function add(store: Store): Promise<void> {
  for (const n of [9, 10, 500, 4850]) {
    for (const index of ['i1', 'i2']) {
      await store.write([{ action: 'create', index, id: `more-${n}`, document: documentOf(n) }]);
    }
  }
}

/** Documents of sealed segments are replaced and deleted, and new ones come with values that others have. */
async function change(store: Store): Promise<void> {
  for (const n of [3, 41, 500, 970, 2001, 4999]) {
    const index = `i${1 + (n % 2)}`;
    await store.write([
      { action: 'index', index, id: String(n), document: documentOf(n + 1) },
      { action: 'delete', index, id: String(n + 2) },
      { action: 'create', index, id: `new-${n}`, document: documentOf(n + 3) },
    ]);
  }
}

async function cardinalityOf(store: Store, body: Document): Promise<number | undefined> {
  const { aggregations } = await store.search('i*', parseSearchBody(body));
  return (aggregations as { a?: { value?: number } } | undefined)?.a?.value;
}

const fields = ['id', 'who', 'long', 'short'];

async function fill(store: Store): Promise<void> {
  const keyword = { type: 'keyword', ignore_above: 8191 };
  for (const index of ['i1', 'i2']) {
    const properties = {
      name: keyword,
      id: keyword,
      who: keyword,
      long: keyword,
      short: { type: 'keyword', ignore_above: 12 },
    };
    await store.createIndex(index, { mappings: { properties } });
  }
  for (let from = 0; from < count; from += 250) {
    const some = Array.from({ length: 250 }, (_, at) => from + at);
    await store.write(
      some.map((n) => ({ action: 'create', index: `i${1 + (n % 2)}`, id: String(n), document: documentOf(n) })),
    );
  }
  for (const n of [7, 700, 5000]) await store.write([{ action: 'delete', index: `i${1 + (n % 2)}`, id: String(n) }]);
}

function documentOf(n: number): Document {
  const mixed = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
  return {
    n,
    name: 'abcd'[n % 4],
    // Some come two or three times, one often; some rows have two or none.
    id: n % 500 === 0 ? 'often' : n % 97 === 0 ? `twice-${n % 2000}` : n % 41 === 0 ? [mixed, `more-${n}`] : mixed,
    ...(n % 7 === 0 ? {} : { who: `arn:aws:sts::123456789012:assumed-role/r/${mixed}` }),
    long: n % 300 === 0 ? `${'x'.repeat(9000)}${n}` : n % 30 === 0 ? `${'y'.repeat(400)}${n % 900}` : `long-${n}`,
    short: n % 3 === 0 ? `short-${n}` : `rather-long-${n}`,
  };
}

function aggregations(): readonly Document[] {
  const order = { _key: 'desc' };
  const each = fields.flatMap((field): Document[] => [
    { a: { terms: { field } } },
    { a: { terms: { field, size: 40, order } } },
    { a: { terms: { field, size: 25, min_doc_count: 2 } } },
    { a: { terms: { field, size: 5, missing: 'none' } } },
    { a: { terms: { field, include: ['often', 'long-7', 'short-9', 'twice-97', 'nowhere'] } } },
    {
      a: { cardinality: { field, precision_threshold: 40_000 } },
      b: { value_count: { field } },
      c: { missing: { field } },
    },
  ]);
  const names = { terms: { field: 'name' }, aggs: { b: { terms: { field: 'id', size: 3 } } } };
  const ids = {
    terms: { field: 'id', size: 5 },
    aggs: { b: { terms: { field: 'name' } }, c: { max: { field: 'n' } } },
  };
  return [...each, { a: names }, { a: ids }];
}
