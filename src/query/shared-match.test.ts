import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate, Matcher } from './candidate.ts';
import { compileQuery, lowerQuery } from './compile.ts';
import { mapDocument } from './document-mapping.ts';
import { createEqualClauses } from './equal-clauses.ts';
import { generatedIndex } from './generated-search.suite.ts';
import type { Lucene } from './lucene.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { shareMatchers } from './shared-match.ts';

const at = Date.UTC(2026, 0, 1);

test('shared matchers answer as those compiled alone, and ask each clause once a document', () => {
  fc.assert(
    fc.property(generatedIndex(), ({ body, documents, queries }) => {
      const { mapping, candidates } = filled(body, documents);
      const asked = new Map<Lucene, number>();
      const shared = shareMatchers(mapping, (clause, nested) => {
        if (nested === undefined) asked.set(clause, (asked.get(clause) ?? 0) + 1);
      });
      const pairs = queries.flatMap((query) => matchersOf(query, mapping, shared.compile));
      // Twice each: the second of equal queries adds no clause and asks none.
      const known = shared.size;
      const again = queries.flatMap((query) => matchersOf(query, mapping, shared.compile));
      assert.equal(shared.size, known);
      for (const candidate of candidates) {
        asked.clear();
        for (const { alone, together, query } of [...pairs, ...again]) {
          assert.equal(together(candidate), alone(candidate), query);
        }
        for (const [clause, times] of asked) assert.equal(times, 1, clause.kind);
      }
    }),
    { numRuns: 300 },
  );
});

const mapping = parseMapping({
  properties: {
    k: { type: 'keyword' },
    l: { type: 'keyword' },
    t: { type: 'text' },
    n: { type: 'long' },
    a: { type: 'alias', path: 'k' },
    o: { type: 'nested', properties: { k: { type: 'keyword' } } },
  },
});

test('a clause that many queries share is asked once a document', () => {
  let times = 0;
  const shared = shareMatchers(mapping, (clause) => {
    if (clause.kind === 'term' && clause.term === 'common') times++;
  });
  const common: readonly Document[] = [
    { term: { k: 'common' } },
    { terms: { a: ['common'], boost: 2 } },
    { query_string: { query: 'k:common' } },
    { constant_score: { filter: { match: { k: 'common' } } } },
  ];
  const matchers = Array.from({ length: 40 }, (_, number) =>
    shared.compile(
      lowerQuery(
        parseQuery({ bool: { must: [common[number % 4]], filter: [{ term: { l: `own ${number}` } }] } }),
        mapping,
        at,
      ),
    ),
  );
  const documents = [candidate({ k: 'common', l: 'own 7' }), candidate({ k: 'other', l: 'own 7' })];
  const found = documents.map((document) => matchers.flatMap((matches, number) => (matches(document) ? [number] : [])));
  assert.deepEqual(found, [[7], []]);
  assert.equal(times, 2);
  assert.deepEqual(
    matchers.filter((matches) => matches(documents[0] as Candidate)).length,
    1,
    'asked again of an earlier document',
  );
});

const x = { term: { k: 'x' } };
const y = { term: { l: 'y' } };
const z = { term: { t: 'z' } };
const equal: readonly (readonly [string, Document, Document])[] = [
  ['order', { bool: { filter: [x, y] } }, { bool: { filter: [y, x] } }],
  ['must and filter', { bool: { must: [x], filter: [y] } }, { bool: { filter: [x, y] } }],
  ['said twice', { bool: { filter: [x, x] } }, x],
  ['bool in bool', { bool: { must: [{ bool: { must: [x, y] } }, z] } }, { bool: { filter: [x, y, z] } }],
  ['one alternative', { bool: { should: [x] } }, x],
  ['all alternatives', { bool: { should: [x, y], minimum_should_match: 2 } }, { bool: { must: [x, y] } }],
  ['dis_max', { dis_max: { queries: [x, y] } }, { bool: { should: [y, x] } }],
  ['optional beside must', { bool: { must: [x], should: [y] } }, x],
  ['match_all beside must', { bool: { must: [x, { match_all: {} }] } }, x],
  ['boost', { term: { k: { value: 'x', boost: 3 } } }, x],
  ['alias', { term: { a: 'x' } }, x],
  ['terms in another order', { terms: { k: ['a', 'b'] } }, { terms: { k: ['b', 'a', 'a'] } }],
  ['one of terms', { terms: { k: ['x'] } }, x],
  ['query_string', { query_string: { query: 'k:x AND l:y' } }, { bool: { filter: [x, y] } }],
  ['ranges', { range: { n: { gt: 4 } } }, { range: { n: { gte: 5 } } }],
  ['required and excluded', { bool: { must: [x], must_not: [x] } }, { bool: { must_not: [x], filter: [x, x] } }],
  [
    'nothing',
    { bool: { must: [x, { match_none: {} }] } },
    { nested: { path: 'o', query: { bool: { must_not: [{ match_all: {} }] } } } },
  ],
];
const different: readonly (readonly [string, Document, Document])[] = [
  ['fields', x, { term: { l: 'x' } }],
  ['prefix and wildcard', { prefix: { k: 'a\\' } }, { wildcard: { k: 'a\\*' } }],
  ['case', { wildcard: { k: 'a*' } }, { wildcard: { k: { value: 'a*', case_insensitive: true } } }],
  ['flags', { regexp: { k: 'a~b' } }, { regexp: { k: { value: 'a~b', flags: 'NONE' } } }],
  ['prefix of fuzzy', { fuzzy: { k: 'abc' } }, { fuzzy: { k: { value: 'abc', prefix_length: 2 } } }],
  ['counting', { bool: { should: [x, x, y], minimum_should_match: 2 } }, { bool: { must: [x, y] } }],
  ['slop', { match_phrase: { t: 'a b' } }, { match_phrase: { t: { query: 'a b', slop: 1 } } }],
  ['within', { nested: { path: 'o', query: { term: { 'o.k': 'x' } } } }, { term: { 'o.k': 'x' } }],
  ['not', { bool: { must_not: [x] } }, x],
  ['ends', { range: { k: { gt: 'a' } } }, { range: { k: { gte: 'a' } } }],
  ['a list in a term', { terms: { k: ['a,b'] } }, { terms: { k: ['a', 'b'] } }],
];

for (const [name, one, other] of equal) {
  test(`equal clauses: ${name}`, () => {
    const { of } = createEqualClauses();
    assert.equal(of(lowered(one)), of(lowered(other)));
  });
}

for (const [name, one, other] of different) {
  test(`different clauses: ${name}`, () => {
    const { of } = createEqualClauses();
    assert.notEqual(of(lowered(one)), of(lowered(other)));
  });
}

function lowered(query: Document): Lucene {
  return lowerQuery(parseQuery(query), mapping, at);
}

function candidate(source: Document): Candidate {
  return { index: 'i', id: '1', version: 1, seqNo: 0, source };
}

interface Pair {
  readonly query: string;
  readonly alone: Matcher;
  readonly together: Matcher;
}

/** None for a query that is refused. */
function matchersOf(query: Document, on: Mapping, compile: (query: Lucene) => Matcher): Pair[] {
  try {
    const parsed = parseQuery(query);
    const alone = compileQuery(parsed, on, at);
    return [{ query: JSON.stringify(query), alone, together: compile(lowerQuery(parsed, on, at)) }];
  } catch (thrown) {
    if (thrown instanceof TrailhoundError) return [];
    throw thrown;
  }
}

function filled(body: Document, documents: readonly Document[]): { mapping: Mapping; candidates: Candidate[] } {
  let grown = parseMapping(body.mappings, body.settings as Document);
  const candidates: Candidate[] = [];
  for (const source of documents) {
    const mapped = mapDocument(grown, source);
    if ('error' in mapped) continue;
    grown = mapped.mapping;
    candidates.push(candidate(source));
  }
  return { mapping: grown, candidates };
}
