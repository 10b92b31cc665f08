import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { aggregations, hitBodies } from './aggregations.ts';
import { clause } from './clauses.ts';
import { document } from './documents.ts';
import { indexBody } from './mapping.ts';
import { pages, shownPages } from './pages.ts';
import type { Question, Story } from './play.ts';
import { queryStringText } from './query-strings.ts';

/** Made-up indices with documents, and searches of every kind. */
export const searches: fc.Arbitrary<Story> = fc.record({
  body: indexBody,
  documents: fc.array(document, { minLength: 6, maxLength: 14 }),
  questions: questions(clause.map((query) => ({ kind: 'search', body: { query } }))),
});

/** The same indices, counted, sorted and shown. */
export const counts: fc.Arbitrary<Story> = fc.record({
  body: indexBody,
  documents: fc.array(document, { minLength: 8, maxLength: 16 }),
  questions: questions(
    fc.oneof(
      {
        weight: 3,
        arbitrary: aggregations.map((body) => ({ kind: 'search' as const, body: { size: 0, aggs: { a: body } } })),
      },
      { weight: 2, arbitrary: hitBodies.map((body) => ({ kind: 'hits' as const, body })) },
    ),
  ),
});

/** The same indices, paged through, filtered and marked. */
export const paged: fc.Arbitrary<Story> = fc.record({
  body: indexBody,
  documents: fc.array(document, { minLength: 8, maxLength: 16 }),
  questions: questions(
    fc.oneof(
      pages.map((body) => ({ kind: 'search' as const, body })),
      shownPages.map((body) => ({ kind: 'hits' as const, body })),
    ),
  ),
});

/** How texts of query_string are read: what Lucene would run, on an index like the recorded one's. */
export const renderings: fc.Arbitrary<Story> = fc.record({
  body: fc.constant(plainIndex()),
  documents: fc.constant([]),
  questions: questions(
    fc
      .record(
        {
          // The ids of the original are bytes.
          query: queryStringText.filter((text) => !text.includes('_id')),
          default_operator: fc.constantFrom('and', 'or'),
          default_field: fc.constantFrom('t', 'k', '*'),
          minimum_should_match: fc.constantFrom('1', '2', '-1', '50%'),
          analyze_wildcard: fc.boolean(),
          type: fc.constantFrom('best_fields', 'phrase'),
        },
        { requiredKeys: ['query'] },
      )
      .map((inner) => ({ kind: 'explain', body: { query: { query_string: inner } } })),
  ),
});

function questions(one: fc.Arbitrary<Question>): fc.Arbitrary<readonly Question[]> {
  return fc.array(one, { minLength: 50, maxLength: 50, size: 'max' });
}

function plainIndex(): Document {
  const types = { t: 'text', t2: 'text', k: 'keyword', n: 'long', d: 'date', ip: 'ip', b: 'boolean' };
  const properties = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
  return { settings: { number_of_replicas: 0 }, mappings: { properties } };
}
