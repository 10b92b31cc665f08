import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Document, isDocument, own } from '../../base/document.ts';
import type { ArrivalRange } from './arrival-map.ts';
import { arrivedInAllShards } from './windowed-aggregation.ts';

interface Doc {
  readonly index: string;
  readonly shard: number;
  readonly seq: number;
  readonly id: string;
}

/** Indices of one to three shards, each with some documents and a window of its own. */
const clusters = fc
  .array(fc.array(fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)), { minLength: 1, maxLength: 3 }), { maxLength: 4 })
  .map((indices) => {
    const documents: Doc[] = [];
    const ranges: ArrivalRange[] = [];
    for (const [number, list] of indices.entries()) {
      const index = `i${number}`;
      for (const [shard, [count, a, b]] of list.entries()) {
        for (let seq = 0; seq < count; seq++) documents.push({ index, shard, seq, id: `${shard}-${seq}` });
        const [low, high] = [Math.min(a, b), Math.min(Math.max(a, b), count - 1)];
        if (low <= high) ranges.push({ index, shard, low, high, shards: list.map((_, at) => at) });
      }
    }
    return { documents, ranges };
  });

const within = ({ index, shard, seq }: Doc, ranges: readonly ArrivalRange[]): boolean =>
  ranges.some((range) => range.index === index && range.shard === shard && seq >= range.low && seq <= range.high);

/** The clauses that are made, as a shard answers them. */
function matches(query: Document, document: Doc): boolean {
  const list = (json: unknown): readonly Document[] => (Array.isArray(json) ? json : []);
  const { bool, term, range, ids } = query;
  if (isDocument(bool)) {
    const should = list(bool.should);
    return (
      list(bool.filter).every((clause) => matches(clause, document)) &&
      !list(bool.must_not).some((clause) => matches(clause, document)) &&
      (should.length === 0 || should.some((clause) => matches(clause, document)))
    );
  }
  if (isDocument(term)) return term._index === document.index;
  if (isDocument(ids)) return (ids.values as readonly string[]).includes(document.id);
  const bounds = own(range, '_seq_no') as { readonly gte: number; readonly lte: number };
  return document.seq >= bounds.gte && document.seq <= bounds.lte;
}

test('the filter holds in all shards at once exactly what arrived, by ids or by what did not arrive', async () => {
  const ways = { arrived: 0, others: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(clusters, fc.integer({ min: 0, max: 12 }), async ({ documents, ranges }, most) => {
      if (new Set(ranges.map(({ shard }) => shard)).size < 2) return;
      let asked = 0;
      const filter = await arrivedInAllShards(
        ranges,
        async (some, limit) => {
          asked++;
          const found = new Map<string, string[]>();
          const inside = documents.filter((document) => within(document, some));
          for (const { index, id } of inside) found.set(index, [...(found.get(index) ?? []), id]);
          return inside.length > limit ? undefined : found;
        },
        most,
      ).catch((error: { readonly code?: string }) => {
        assert.equal(error.code, 'not-supported');
      });
      if (filter) ways[asked === 1 ? 'arrived' : 'others']++;
      else ways.refused++;
      if (!filter) return;
      for (const document of documents) {
        assert.equal(matches(filter, document), within(document, ranges), JSON.stringify({ document, filter }));
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(ways.arrived > 20 && ways.others > 20 && ways.refused > 0, JSON.stringify(ways));
});
