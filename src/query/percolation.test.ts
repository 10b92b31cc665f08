import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import type { Candidate } from './candidate.ts';
import { compileQuery } from './compile.ts';
import { mapDocument } from './document-mapping.ts';
import { executeSearch } from './execute.ts';
import { generatedIndex } from './generated-search.suite.ts';
import { mergeMapping, parseMapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { parseSearchBody } from './search-body.ts';

const at = Date.UTC(2026, 0, 1);

test('a percolate query finds the stored queries that find the documents, and tells which', async () => {
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(generatedIndex(), async ({ body, documents, queries }) => {
      const plain = parseMapping(body.mappings, body.settings as Document);
      const mapping = mergeMapping(plain, { properties: { asked: { type: 'percolator' } } });
      const accepted = documents.filter((source) => 'mapping' in mapDocument(mapping, source));
      if (accepted.length === 0) return;
      // What its index refuses (an unmapped field, a bad value) is not stored.
      const holders = queries.flatMap((asked, number): Candidate[] =>
        'error' in mapDocument(mapping, { asked })
          ? []
          : [{ index: 'i', id: String(number), version: 1, seqNo: number, source: { asked } }],
      );
      stored += holders.length;
      const searchable = { name: 'i', mapping, settings: {}, candidates: () => one(holders) };
      const query = { percolate: { field: 'asked', documents: accepted } };
      const { hits } = await executeSearch(parseSearchBody({ query, size: 100, sort: ['_doc'] }), [searchable], { at });
      const wanted = holders.flatMap(({ id, source }) => {
        const matches = compileQuery(parseQuery(source.asked), mapping, at);
        const slots = accepted.flatMap((document, place) => (matches(temporary(document)) ? [place] : []));
        return slots.length === 0 ? [] : [{ id, slots }];
      });
      assert.deepEqual(
        hits.map(({ candidate: { id }, fields }) => ({ id, slots: fields?._percolator_document_slot })),
        wanted,
      );
    }),
    { numRuns: 300 },
  );
  assert.ok(stored > 100, `only ${stored} queries were stored`);
});

function temporary(source: Document): Candidate {
  return { index: 'i', id: '_temp_id', version: 1, seqNo: 0, source };
}

async function* one(candidates: readonly Candidate[]): AsyncIterable<readonly Candidate[]> {
  yield candidates;
}
