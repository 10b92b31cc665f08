import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { makeNames } from './aggregations/names.ts';
import type { Candidate } from './candidate.ts';
import { executeSearch } from './execute.ts';
import { parseMapping } from './mapping.ts';
import { parseSearchBody } from './search-body.ts';
import type { SearchableIndex } from './search-plan.ts';
import type { Keep, Made } from './stretch.ts';

/** What aggregations make of a stretch is kept where that can be, and then its documents need not come. */
const mapping = parseMapping({ properties: { k: { type: 'keyword' }, n: { type: 'double' }, d: { type: 'date' } } });
const documents = Array.from({ length: 60 }, (_, n) => ({ k: `v${n % 7}`, n: n % 5, d: `2026-01-0${1 + (n % 3)}` }));

const terms = { terms: { field: 'k' } };
const day = { date_histogram: { field: 'd', calendar_interval: 'day' } };
const cases: readonly (readonly [aggs: Document, kept: boolean])[] = [
  [{ a: terms }, true],
  [{ a: { terms: { field: 'k', order: { _count: 'asc' }, missing: 'none' } } }, true],
  [{ a: { terms: { field: 'n', include: [1, 2] } } }, true],
  [{ a: { ...day, aggs: { b: terms, c: { max: { field: 'n' } } } } }, true],
  [{ a: { ...terms, aggs: { b: { cardinality: { field: 'n' } }, c: { value_count: { field: 'd' } } } } }, true],
  [{ a: { filters: { filters: { x: { term: { k: 'v1' } } }, other_bucket: true }, aggs: { b: terms } } }, true],
  [{ a: { range: { field: 'n', ranges: [{ to: 2 }, { from: 1 }] } }, b: { missing: { field: 'k' } } }, true],
  // Sums depend on the order of documents, hits are documents.
  [{ a: { sum: { field: 'n' } } }, false],
  [{ a: { ...terms, aggs: { b: { top_hits: { size: 1 } } } } }, false],
  [{ a: terms, b: { stats: { field: 'n' } } }, false],
];

for (const [aggs, expected] of cases) {
  test(`${JSON.stringify(aggs)} ${expected ? 'is' : 'is not'} kept`, async () => {
    for (const size of [0, 3]) {
      const body = parseSearchBody({ size, aggs, track_total_hits: true, sort: ['_doc'] });
      const index = indexOf();
      const plain = await answer(body, indexOf(false));
      const first = await answer(body, index);
      assert.equal(index.came(), documents.length);
      const second = await answer(body, index);
      assert.deepEqual([first, second], [plain, plain]);
      assert.equal(index.kept(), expected ? 2 : 0);
      // Hits are of documents, so these come all the same.
      assert.equal(
        index.came(),
        documents.length * (expected && size === 0 ? 1 : 2) + (expected && size === 0 ? 10 : 0),
      );
    }
  });
}

async function answer(body: ReturnType<typeof parseSearchBody>, index: SearchableIndex): Promise<unknown> {
  const { hits, ...found } = await executeSearch(body, [index], { at: 0 });
  return { ...found, hits: hits.map(({ candidate }) => candidate.id) };
}

/** Two stretches of 25 documents, then ten that are in none. */
function indexOf(told = true): SearchableIndex & { came(): number; kept(): number } {
  const names = makeNames();
  const kept = new Map<number, Made>();
  let came = 0;
  return {
    name: 'i',
    mapping,
    settings: {},
    came: () => came,
    kept: () => kept.size,
    async *candidates({ stretches }) {
      for (let from = 0; from < documents.length; from += 25) {
        const columns = (): never => assert.fail('nothing is kept by row');
        const keep: Keep = { names, columns, get: () => kept.get(from), set: (made) => kept.set(from, made) };
        const opened = told && from < 50 && stretches !== undefined;
        if (opened && !stretches.begin(keep)) continue;
        const some = documents.slice(from, from + 25);
        came += some.length;
        yield some.map(
          (source, at): Candidate => ({ index: 'i', id: String(from + at), version: 1, seqNo: 0, source }),
        );
        if (opened) stretches.end();
      }
    },
  };
}
