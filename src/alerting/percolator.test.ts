import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate } from '../query/candidate.ts';
import { compileQuery } from '../query/compile.ts';
import { mapDocument } from '../query/document-mapping.ts';
import { generatedIndex, query as generatedQuery } from '../query/generated-search.suite.ts';
import { type Mapping, parseMapping } from '../query/mapping.ts';
import { parseQuery } from '../query/parse.ts';
import { createPercolator } from './percolator.ts';
import type { Standing } from './standing.ts';

const mapping = parseMapping({
  properties: {
    source: { type: 'keyword' },
    name: { type: 'keyword' },
    words: { type: 'text' },
    count: { type: 'long' },
    at: { type: 'date' },
  },
});
const index = { name: 'logs-1', aliases: ['logs'], mapping };

function standing(id: string, json: Document, indices: readonly string[] = ['logs-*'], timed = false): Standing {
  return { id, indices, timed, query: () => parseQuery(json) };
}

function candidate(source: Document): Candidate {
  return { index: 'logs-1', id: '1', version: 1, seqNo: 0, source };
}

const word = fc.constantFrom('a', 'b', 'c', 'd');
const leaf = fc.oneof(
  fc.record({ term: fc.record({ name: word }) }),
  fc.record({ terms: fc.record({ source: fc.array(word, { minLength: 1, maxLength: 2 }) }) }),
  fc.record({ match: fc.record({ words: fc.tuple(word, word).map((pair) => pair.join(' ')) }) }),
  fc.record({ range: fc.record({ count: fc.record({ gte: fc.integer({ min: 0, max: 5 }) }) }) }),
  fc.record({ exists: fc.record({ field: fc.constantFrom('name', 'count') }) }),
  fc.record({ query_string: fc.record({ query: fc.tuple(word, word).map(([a, b]) => `name:${a} OR words:${b}`) }) }),
  fc.constant({ match_all: {} }),
);
const query = fc.oneof(
  leaf,
  fc.record({
    bool: fc.record({
      filter: fc.array(leaf, { maxLength: 3 }),
      should: fc.array(leaf, { maxLength: 2 }),
      must_not: fc.array(leaf, { maxLength: 1 }),
    }),
  }),
);
const source = fc.record(
  {
    source: word,
    name: fc.oneof(word, fc.array(word, { maxLength: 2 })),
    words: fc.tuple(word, word).map((pair) => pair.join(' ')),
    count: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
);

test('finds exactly the queries that match, whatever term they are registered under', () => {
  fc.assert(
    fc.property(
      fc.array(query, { minLength: 1, maxLength: 12 }),
      fc.array(source, { maxLength: 6 }),
      (queries, sources) => {
        const percolator = createPercolator();
        queries.forEach((json, at) => void percolator.put(standing(`q${at}`, json as Document)));
        const documents = sources.map((one) => candidate(one as Document));
        const expected = queries.flatMap((json, at) => {
          const matches = compileQuery(parseQuery(json), mapping, 0);
          return documents.some(matches) ? [`q${at}`] : [];
        });
        for (let times = 0; times < 2; times++) {
          assert.deepEqual([...percolator.percolate(index, documents, 0)].sort(), [...expected].sort());
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('finds them while documents bring new fields and queries come, change and go', () => {
  fc.assert(
    fc.property(
      generatedIndex(),
      fc.array(generatedQuery(), { maxLength: 12 }),
      ({ body, documents, queries }, later) => {
        let grown = parseMapping(body.mappings, body.settings as Document);
        const percolator = createPercolator();
        const standings = new Map<string, Document>();
        const put = (id: string, json: Document): void => {
          // One that does not read is no monitor.
          if (!reads(json)) return;
          standings.set(id, json);
          percolator.put({ ...standing(id, json), indices: ['i'] });
        };
        queries.forEach((json, at) => void put(`q${at}`, json));
        for (const [at, source] of documents.entries()) {
          const mapped = mapDocument(grown, source);
          if ('error' in mapped) continue;
          grown = mapped.mapping;
          const document = { ...candidate(source), index: 'i' };
          const expected = [...standings].flatMap(([id, json]) => (matchesAlone(json, grown, document) ? [id] : []));
          const found = percolator.percolate({ name: 'i', aliases: [], mapping: grown }, [document], 0);
          assert.deepEqual([...found].sort(), expected.sort());
          const next = later[at];
          if (next) put(`q${at % 3}`, next);
          else if (standings.delete(`q${at}`)) percolator.remove(`q${at}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

function reads(json: Document): boolean {
  try {
    return parseQuery(json) !== undefined;
  } catch (error) {
    if (error instanceof TrailhoundError) return false;
    throw error;
  }
}

/** A query that is refused matches nothing; its runs tell why. */
function matchesAlone(json: Document, by: Mapping, document: Candidate): boolean {
  try {
    return compileQuery(parseQuery(json), by, 0)(document);
  } catch (error) {
    if (error instanceof TrailhoundError) return false;
    throw error;
  }
}

test('a query that fails while it is asked wakes its monitor, and no other', () => {
  const percolator = createPercolator();
  // Each character of the text needs states of its own, of which there may be only so many.
  const evil = { regexp: { name: '(.*a.{200}x.*)&(.*b.{190}y.*)' } };
  let seed = 1;
  const text = Array.from({ length: 8000 }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return 'ab'[(seed >> 16) & 1];
  }).join('');
  const document = candidate({ name: text });
  assert.throws(() => compileQuery(parseQuery(evil), mapping, 0)(document), TrailhoundError);
  percolator.put(standing('evil', evil));
  percolator.put(standing('other', { term: { name: 'b' } }));
  assert.deepEqual([...percolator.percolate(index, [document], 0)], ['evil']);
});

test('asks only about the indices of a query, by pattern and alias; changes and removals count at once', () => {
  const percolator = createPercolator();
  const all = { match_all: {} };
  percolator.put(standing('pattern', all));
  percolator.put(standing('alias', all, ['logs']));
  percolator.put(standing('other', all, ['metrics-*', 'nothing-here']));
  percolator.put(standing('excluded', all, ['logs-*', '-logs-1']));
  percolator.put(standing('broken', { query_string: { query: '(unbalanced' } }));
  const found = (): string[] => [...percolator.percolate(index, [candidate({ name: 'a' })], 0)].sort();
  assert.deepEqual(found(), ['alias', 'pattern']);
  percolator.remove('alias');
  percolator.put(standing('pattern', { term: { name: 'b' } }));
  assert.deepEqual(found(), []);
});

test('a query that means something else later is asked anew for each batch', () => {
  const percolator = createPercolator();
  percolator.put(standing('recent', { range: { at: { gte: 'now-1h' } } }, ['logs-*'], true));
  const document = candidate({ at: '1970-01-01T01:30:00Z' });
  const at = (iso: string): number => percolator.percolate(index, [document], Date.parse(iso)).size;
  assert.equal(at('1970-01-01T02:00:00Z'), 1);
  assert.equal(at('1970-01-01T03:00:00Z'), 0);
});
