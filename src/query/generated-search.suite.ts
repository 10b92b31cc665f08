import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { indexBody, leaves } from './generated-mapping.suite.ts';

/**
 * Indices, documents and queries that are made up, but of one small stock of names and words, so that they meet.
 * The stock holds what is hard: values that JSON escapes, numbers in keywords, dotted keys, arrays, nulls, copies.
 */
export interface GeneratedIndex {
  readonly body: Document;
  readonly documents: readonly Document[];
  readonly queries: readonly Document[];
}

export function generatedIndex(): fc.Arbitrary<GeneratedIndex> {
  return fc.record({
    body: indexBody(),
    documents: fc.array(document(), { minLength: 1, maxLength: 12 }),
    queries: fc.array(query(), { minLength: 1, maxLength: 8 }),
  });
}

const searched = [
  ...leaves,
  'a',
  'a',
  'b',
  'o.c',
  'a.keyword',
  'a.text',
  'o.c.low',
  'all',
  'whole',
  'other',
  'dyn',
  'dyn.keyword',
  'new',
  'new.p',
  'new.p.raw',
  'new.p.keyword',
  'new.q',
  'fo',
  'fo.x',
  'fo.y.z',
  'missing',
];

const words = [
  'alpha',
  'alpha',
  'alpha',
  'beta',
  'beta',
  'Beta',
  'gamma',
  'delta',
  'al',
  'x',
  'é',
  '"q"',
  'a\\b',
  'tab\tbed',
  '1',
  '1.0E21',
  'true',
];
const texts = [...words, '', 'alpha beta', 'beta alpha gamma', 'Alpha, Beta! x', 'the running dogs', '2024-05-01'];
const numbers = [1, 1.5, 1e21, 1e-7];

function scalar(): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<unknown>(...texts, '10.0.0.1') },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(...numbers, true, false) },
    { weight: 1, arbitrary: fc.constant<unknown>(null) },
  );
}

function value(): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: scalar() }, { weight: 1, arbitrary: fc.array(scalar(), { maxLength: 3 }) });
}

function document(): fc.Arbitrary<Document> {
  const inner = fc.record({ c: value(), d: value() }, { requiredKeys: [] });
  const nested = fc.record(
    { k: value(), t: value(), in: fc.array(fc.record({ k: value() }, { requiredKeys: [] }), { maxLength: 2 }) },
    { requiredKeys: [] },
  );
  const fresh = fc.record(
    { p: value(), q: fc.constantFrom<unknown>('x', 3, '2024-05-01', true) },
    { requiredKeys: [] },
  );
  const fields = {
    a: value(),
    b: value(),
    constructor: value(),
    o: fc.oneof(inner, fc.array(inner, { maxLength: 2 })),
    'o.c': value(),
    ne: fc.oneof(nested, fc.array(nested, { maxLength: 3 })),
    dyn: fc.constantFrom('alpha', 'alpha beta', 'x', '2024-05-01', '7'),
    new: fc.oneof(fc.constantFrom('alpha', '2024-05-01', 7, 1.5, true), fresh, fc.array(fresh, { maxLength: 2 })),
    'new.p': fc.constantFrom('alpha', 'beta alpha', 7),
    fo: fc.record({ x: value(), y: fc.record({ z: value() }, { requiredKeys: [] }) }, { requiredKeys: [] }),
  };
  return fc.record(fields, { requiredKeys: ['a', 'o', 'ne'] });
}

const name = fc.constantFrom(...searched);
const word = fc.constantFrom(...texts);
const operator = fc.constantFrom('and', 'or');
const minimum = fc.constantFrom('1', '2', '-1', '50%', '2<75%', '0');
const field = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<Document> =>
  fc.tuple(name, inner).map(([key, each]) => ({ [key]: each }));
const some = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Document> =>
  fc.record(model, { requiredKeys: Object.keys(model).slice(0, 1) }) as fc.Arbitrary<Document>;

function leaf(): fc.Arbitrary<Document> {
  const plain = scalar().filter((each) => each !== null);
  const pattern = fc.constantFrom('*', 'al*', '*a', 'b?ta', 'al', '', 'B*', '*"*');
  const expressions = fc.constantFrom('al.*', '[ab]l?.+', '"q"|.', '~x', '(a|b)@', '<1-9>');
  const matching = { query: word, operator, minimum_should_match: minimum };
  const dates = fc.constantFrom('now-10y/d', '2024-05-01', '2024-05-01||+1d/d', 'now');
  const ends = fc.constantFrom<unknown>('alpha', 'b', 1, '2024-05-01', 'x');
  const fields = fc.array(fc.constantFrom(...searched, '*', 'o.*', 'a^2'), { minLength: 1, maxLength: 3 });
  const types = fc.constantFrom('best_fields', 'most_fields', 'cross_fields', 'phrase', 'phrase_prefix', 'bool_prefix');
  const expression = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.constantFrom(...syntax)), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join(' '));
  return fc.oneof(
    fc.constantFrom<Document>({ match_all: {} }, { match_none: {} }),
    field(plain).map((term) => ({ term })),
    field(some({ value: word, case_insensitive: fc.boolean() })).map((term) => ({ term })),
    field(fc.array(plain, { maxLength: 3 })).map((terms) => ({ terms })),
    field(some({ gte: ends, lt: ends })).map((range) => ({ range })),
    field(some({ gt: dates, lte: dates, format: fc.constant('yyyy-MM-dd||epoch_millis') })).map((range) => ({ range })),
    name.map((key) => ({ exists: { field: key } })),
    field(some({ ...matching, fuzziness: fc.constantFrom('AUTO', '1') })).map((match) => ({ match })),
    field(some({ query: word, slop: fc.integer({ min: 0, max: 3 }) })).map((each) => ({ match_phrase: each })),
    field(word).map((each) => ({ match_phrase_prefix: each })),
    field(some(matching)).map((each) => ({ match_bool_prefix: each })),
    some({ query: word, fields, type: types, operator, lenient: fc.constant(true) }).map((each) => ({
      multi_match: each,
    })),
    some({ query: expression, fields, default_operator: operator, lenient: fc.boolean() }).map((each) => ({
      query_string: each,
    })),
    some({ query: expression, fields, default_operator: operator }).map((each) => ({ simple_query_string: each })),
    field(pattern).map((wildcard) => ({ wildcard })),
    field(fc.constantFrom('al', 'B', '', 'tab')).map((prefix) => ({ prefix })),
    field(some({ value: expressions, flags: fc.constantFrom('ALL', 'NONE'), case_insensitive: fc.boolean() })).map(
      (regexp) => ({ regexp }),
    ),
    field(some({ value: word, prefix_length: fc.nat(2), transpositions: fc.boolean() })).map((fuzzy) => ({ fuzzy })),
    field(some({ value: pattern, case_insensitive: fc.boolean() })).map((wildcard) => ({ wildcard })),
    fc.array(fc.constantFrom('0', '1', '2'), { maxLength: 2 }).map((values) => ({ ids: { values } })),
  );
}

const syntax = ['AND', 'OR', 'NOT', '-x', '+alpha', 'a:beta', 'o.c:(al* OR x)', '"alpha beta"~2', '*', 'ne.k:x'].concat(
  ['a:[a TO c}', '_exists_:b', 'alpa~1', '(gamma', 'delta)', 'constructor:"1"', '/al.*/', '|', '"'],
);

/** Any clause, three levels deep. */
export function query(): fc.Arbitrary<Document> {
  const { node } = fc.letrec<{ node: Document; list: readonly Document[] }>((tie) => ({
    list: fc.array(tie('node'), { maxLength: 3 }),
    node: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      leaf(),
      fc
        .record(
          {
            must: tie('list'),
            filter: tie('list'),
            should: tie('list'),
            must_not: tie('list'),
            minimum_should_match: minimum,
            boost: fc.constantFrom(1, 2),
          },
          { requiredKeys: [] },
        )
        .map((bool) => ({ bool })),
      tie('node').map((filter) => ({ constant_score: { filter } })),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((queries) => ({ dis_max: { queries } })),
      fc.tuple(fc.constantFrom('ne', 'ne.in', 'new'), tie('node')).map(([path, each]) => ({
        nested: { path, query: each, ignore_unmapped: path === 'new' },
      })),
      tie('node').map((inner) => ({ function_score: { query: inner, boost_mode: 'replace' } })),
      tie('node').map((inner) => ({ wrapper: { query: Buffer.from(JSON.stringify(inner)).toString('base64') } })),
      fc.record({ positive: tie('node'), negative: tie('node'), negative_boost: fc.constant(0.5) }).map((boosting) => ({
        boosting,
      })),
    ),
  }));
  return node;
}
