import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keptLog } from '../base/log.ts';
import { type VirtualClock, virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from './embedded.ts';
import { openRetention, type RetentionPolicy } from './retention.ts';
import type { Operation } from './store.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

interface World {
  readonly store: EmbeddedStore;
  readonly clock: VirtualClock;
  readonly dir: string;
  apply(...policies: RetentionPolicy[]): Promise<number>;
}

async function open(context: TestContext): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-retention-'));
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const store = await openEmbedded({ dir, clock, log: keptLog(), segmentRows: 500 });
  context.after(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    store,
    clock,
    dir,
    apply: (...policies) => openRetention({ store, clock, log: keptLog(), policies }).apply(),
  };
}

/** A page of text that does not compress, so that sizes mean something. */
function documents(index: string, name: string, count: number, bytes = 30): Operation[] {
  return Array.from({ length: count }, (_, n) => {
    let state = n + name.length * 7919;
    let text = '';
    while (text.length < bytes) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      text += state.toString(36);
    }
    return { action: 'create', index, id: `${name}-${n}`, document: { name, text } };
  });
}

async function names(store: EmbeddedStore, expression = '*'): Promise<Record<string, number>> {
  const body = parseSearchBody({ size: 0, aggs: { names: { terms: { field: 'name.keyword', size: 100 } } } });
  const found = await store.search(expression, body);
  const { names } = found.aggregations as { names: { buckets: { key: string; doc_count: number }[] } };
  return Object.fromEntries(names.buckets.map((bucket) => [bucket.key, bucket.doc_count]));
}

test('documents go by the age of their arrival, whatever index they lie in', async (context) => {
  const { store, clock, apply } = await open(context);
  await store.write([
    ...documents('a-1', 'old', 700),
    ...documents('a-2', 'old too', 30),
    ...documents('b', 'kept', 5),
  ]);
  await apply();
  await clock.advance(5 * day);
  // An index that is written to again keeps what came later.
  await store.write(documents('a-1', 'new', 10));
  await apply();
  const policy = { index: 'a-*', maxAgeMs: 7 * day };
  assert.equal(await apply(policy), 0);
  await clock.advance(2 * day + 1000);
  assert.equal(await apply(policy), 730);
  await store.settled();
  assert.deepEqual(await names(store), { new: 10, kept: 5 });
  assert.deepEqual(
    (await store.indices('*')).map(({ name }) => name).filter((name) => !name.startsWith('.')),
    ['a-1', 'b'],
  );
  assert.equal(await store.get('a-1', 'old-3'), undefined);
  assert.equal((await store.write(documents('a-1', 'old', 1)))[0]?.id, 'old-0', 'what comes again is new');
  await clock.advance(5 * day);
  assert.equal(await apply(policy), 10);
});

test('without a policy nothing goes, and a policy that comes later finds when things arrived', async (context) => {
  const { store, clock, apply } = await open(context);
  await store.write(documents('a', 'first', 5));
  assert.equal(await apply(), 0);
  for (let n = 0; n < 40; n++) {
    await clock.advance(day);
    assert.equal(await apply(), 0);
  }
  await store.write(documents('a', 'last', 5));
  assert.equal(await apply({ index: 'a', maxAgeMs: 30 * day }), 5);
  assert.deepEqual(await names(store, 'a'), { last: 5 });
  assert.ok((await store.indices('.trailhound-retention'))[0], 'notes');
});

test('the oldest go where a size is exceeded, block by block', async (context) => {
  const { store, apply } = await open(context);
  for (let n = 0; n < 20; n++) await store.write(documents(`a-${n % 4}`, `batch ${n}`, 64, 2000));
  const bytes = async (): Promise<number> => (await store.indices('a-*')).reduce((sum, one) => sum + one.bytes, 0);
  const before = await bytes();
  assert.equal(await apply({ index: 'a-*', maxBytes: before }), 0);
  const gone = await apply({ index: 'a-*', maxBytes: Math.round(before / 2) });
  // Half of twenty batches, give or take one: compressed blocks are not all of one size.
  assert.ok(gone >= 640 && gone <= 704 && gone % 64 === 0, `${gone} went`);
  assert.ok((await bytes()) <= before * 0.51, `${await bytes()} of ${before}`);
  const left = Object.keys(await names(store, 'a-*')).sort();
  const kept = 20 - gone / 64;
  assert.deepEqual(left, Array.from({ length: kept }, (_, n) => `batch ${20 - kept + n}`).sort());
  assert.equal(await apply({ index: 'a-*', maxBytes: Math.round(before / 2) }), 0, 'once is enough');
});

test('our own indices are never touched, not even by name', async (context) => {
  const { store, clock, apply } = await open(context);
  await store.createIndex('.trailhound-things', { settings: { hidden: true } });
  await store.write(documents('.trailhound-things', 'ours', 3));
  await apply();
  await clock.advance(2 * day);
  assert.equal(await apply({ index: '*,.trailhound-things,-b', maxAgeMs: day, maxBytes: 1 }), 0);
  assert.equal((await store.indices('.trailhound-things'))[0]?.documents, 3);
});

test('a write between the steps of an expiry is kept', async (context) => {
  const { store, clock, apply } = await open(context);
  for (let n = 0; n < 10; n++) await store.write(documents('a', `old ${n}`, 500));
  await apply();
  await clock.advance(2 * day);
  const late = async (): Promise<void> => {
    for (let n = 0; n < 10; n++) {
      await store.write([
        ...documents('a', `late ${n}`, 3),
        // A document that is replaced has arrived anew.
        { action: 'index', index: 'a', id: `old 9-${n}`, document: { name: 'replaced' } },
      ]);
    }
  };
  await Promise.all([late(), apply({ index: 'a', maxAgeMs: day })]);
  const left = await names(store, 'a');
  assert.equal(left.replaced, 10);
  assert.equal(
    Object.values(left).reduce((sum, count) => sum + count, 0),
    40,
  );
});

test('the space of what was deleted comes back', async (context) => {
  const { store, clock, apply, dir } = await open(context);
  for (let n = 0; n < 30; n++) await store.write(documents('a', `old ${n}`, 640, 3000));
  await store.settled();
  await apply();
  await clock.advance(2 * day);
  await store.write(documents('a', 'new', 10));
  await apply({ index: 'a', maxAgeMs: day });
  await store.close();
  const size = statSync(join(dir, 'documents.sqlite')).size;
  assert.ok(size < 12 * 1024 * 1024, `${size} bytes of some 40 MB are left`);
});
