import fc from 'fast-check';
import type { Document } from '../base/document.ts';

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
    body: body(),
    documents: fc.array(document(), { minLength: 1, maxLength: 12 }),
    queries: fc.array(query(), { minLength: 1, maxLength: 8 }),
  });
}

const ofWords: readonly Document[] = [
  { type: 'keyword' },
  { type: 'keyword' },
  { type: 'keyword', ignore_above: 5 },
  { type: 'keyword', normalizer: 'lowercase' },
  { type: 'keyword', null_value: 'alpha' },
  { type: 'keyword', copy_to: ['all', 'whole'] },
  { type: 'text' },
  { type: 'text', copy_to: 'all', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
  { type: 'text', analyzer: 'english' },
  { type: 'text', analyzer: 'whitespace', search_analyzer: 'standard' },
  { type: 'text', analyzer: 'alike' },
  { type: 'wildcard' },
];

/** Most queries are refused on these. */
const ofPoints: readonly Document[] = [
  { type: 'long', ignore_malformed: true },
  { type: 'double', ignore_malformed: true },
  { type: 'date', ignore_malformed: true, format: 'strict_date_optional_time||epoch_millis' },
  { type: 'boolean', ignore_malformed: true },
  { type: 'ip', ignore_malformed: true },
];

const analysis = {
  analyzer: { alike: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'same'] } },
  filter: { same: { type: 'synonym', synonyms: ['alpha, beta', 'gamma => delta'] } },
};

/** Leaves of the mapping; `dyn` is left to dynamic mapping, `o.e` and `constructor` may come as dotted keys. */
const leaves = ['a', 'b', 'constructor', 'o.c', 'o.d', 'ne.k', 'ne.t', 'ne.in.k'];
const searched = [
  ...leaves,
  'a',
  'a',
  'b',
  'o.c',
  'a.keyword',
  'all',
  'whole',
  'other',
  'dyn',
  'dyn.keyword',
  'missing',
];

function body(): fc.Arbitrary<Document> {
  const definition = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ofWords) },
    { weight: 1, arbitrary: fc.constantFrom(...ofPoints) },
  );
  return fc.array(definition, { minLength: leaves.length, maxLength: leaves.length }).map((chosen) => {
    const [a, b, ctor, c, d, k, t, inner] = chosen.map((each, index) => (index < 5 ? each : withoutCopy(each)));
    const nested = { type: 'nested', properties: { k, t, in: { type: 'nested', properties: { k: inner } } } };
    const properties = { a, b, constructor: ctor, o: { properties: { c, d } }, ne: nested };
    const copies = { all: { type: 'text' }, whole: { type: 'keyword' }, other: { type: 'alias', path: 'a' } };
    return { settings: { analysis }, mappings: { properties: { ...properties, ...copies } } };
  });
}

/** Nested values are not copied: OpenSearch copies within one nested object only. */
function withoutCopy({ copy_to: _, ...definition }: Document): Document {
  return definition;
}

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
  const fields = {
    a: value(),
    b: value(),
    constructor: value(),
    o: fc.oneof(inner, fc.array(inner, { maxLength: 2 })),
    'o.c': value(),
    ne: fc.oneof(nested, fc.array(nested, { maxLength: 3 })),
    dyn: fc.constantFrom('alpha', 'alpha beta', 'x'),
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
  const matching = { query: word, operator, minimum_should_match: minimum };
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
    field(fc.constantFrom('al.*', '[ab]l?.+', '"q"|.', '~x')).map((regexp) => ({ regexp })),
    field(word).map((fuzzy) => ({ fuzzy })),
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
      fc.tuple(fc.constantFrom('ne', 'ne.in'), tie('node')).map(([path, each]) => ({ nested: { path, query: each } })),
      fc.record({ positive: tie('node'), negative: tie('node'), negative_boost: fc.constant(0.5) }).map((boosting) => ({
        boosting,
      })),
    ),
  }));
  return node;
}
