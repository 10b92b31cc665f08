import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { fieldNames, queryStringText, simpleText } from './query-strings.ts';
import {
  addresses,
  booleans,
  dateMath,
  dates,
  decimals,
  longs,
  mostly,
  networks,
  oneOf,
  texts,
  words,
} from './stock.ts';

/** Any clause of the query language, now and then malformed. */

type Bodies = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** An object whose first key is always there. */
const some = (model: Bodies): fc.Arbitrary<Document> =>
  fc.record(model, { requiredKeys: Object.keys(model).slice(0, 1) }) as fc.Arbitrary<Document>;
const named =
  (name: string) =>
  (body: unknown): Document => ({ [name]: body });

const field = oneOf(fieldNames);
const word = oneOf([...texts, ...words]);
const operator = oneOf(['and', 'or', 'AND', 'Or']);
const minimum = oneOf<unknown>(['1', '2', 2, '-1', '50%', '-50%', '2<75%', '0', '5', '1<-25% 3<-2']);
const fuzziness = oneOf<unknown>(['AUTO', 'AUTO', '0', '1', 2, 'AUTO:2,4', 'auto', '0.5', '3', 'x']);
const boost = oneOf<unknown>([1, 2, 0.5, 0, '2']);
const analyzer = mostly(
  oneOf<unknown>(['standard', 'keyword', 'whitespace', 'english', 'alike', 'pieces']),
  fc.constant('nosuch'),
);

/** A value that the field may hold, more often than not. */
function fitting(name: string): fc.Arbitrary<unknown> {
  const any = fc.oneof(oneOf<unknown>(texts), oneOf(longs), oneOf(decimals), oneOf(booleans));
  if (/^(?:n2?|na|o\.l|dyn\.[nf])$/.test(name))
    return mostly(fc.oneof(oneOf(longs), oneOf(decimals.filter((each) => each !== 'NaN'))), any);
  if (/^(?:d2?|dyn\.d)$/.test(name)) return mostly(fc.oneof(oneOf(dates), oneOf<unknown>(dateMath)), any);
  if (name === 'ip' || name === 'dyn.src_ip') return mostly(fc.oneof(oneOf(addresses), oneOf<unknown>(networks)), any);
  if (name === 'b' || name === 'dyn.b') return mostly(oneOf(booleans), any);
  if (name === '_id') return oneOf<unknown>(['1', '2', 3]);
  return mostly(oneOf<unknown>([...words, ...texts]), any);
}

/** `{ field: value }` */
const withValue: fc.Arbitrary<Document> = field.chain((name) => fitting(name).map(named(name)));

/** `{ field: { key: value, … } }` */
function withBody(
  key: string,
  more: Bodies,
  value: (name: string) => fc.Arbitrary<unknown> = fitting,
): fc.Arbitrary<Document> {
  return field.chain((name) => some({ [key]: value(name), ...more }).map(named(name)));
}

const common = { boost, _name: fc.constant('q') };

const range = field.chain((name) => {
  const end = fitting(name).map((value) => (value === '' ? 'b' : value));
  const old = {
    from: fc.oneof(end, fc.constant(null)),
    to: end,
    include_lower: fc.boolean(),
    include_upper: fc.boolean(),
  };
  const dated = /^(?:d2?|dyn\.d)$/.test(name)
    ? {
        format: oneOf([
          'yyyy-MM-dd',
          'epoch_millis',
          'strict_date_optional_time',
          'yyyy',
          'dd.MM.yyyy',
          'epoch_second',
          'yyyy-MM-dd||yyyy',
        ]),
        time_zone: oneOf(['+02:00', 'Europe/Berlin', 'UTC', '-08:00', 'America/New_York', 'bogus']),
      }
    : {};
  return fc
    .oneof(
      some({ gte: end, lt: end, ...dated, ...common }),
      some({ gt: end, lte: end, ...dated }),
      some({ lte: end, ...dated }),
      some({ lt: end }),
      some({ ...old, ...dated }),
      some({ to: end, include_upper: fc.boolean() }),
      fc.constant({}),
      some({ gte: end, relation: oneOf(['within', 'intersects', 'bogus']) }),
    )
    .map(named(name));
});

const fields = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: field },
    { weight: 1, arbitrary: oneOf(['*', 'o.*', 't^2', 'k^0.5', 'dyn.*', 't*', 'n*', 'nosuch*']) },
  ),
  { minLength: 1, maxLength: 4 },
);
const types = oneOf(['best_fields', 'most_fields', 'cross_fields', 'phrase', 'phrase_prefix', 'bool_prefix', 'bogus']);

const matching = {
  operator,
  minimum_should_match: minimum,
  zero_terms_query: oneOf(['none', 'all']),
  lenient: fc.boolean(),
  analyzer,
};

const multiMatch = some({
  query: fc.oneof(word, fc.integer({ min: 0, max: 9 })),
  fields,
  type: mostly(types, fc.constant('best_fields')),
  operator,
  minimum_should_match: minimum,
  lenient: fc.constant(true),
  slop: fc.integer({ min: 0, max: 3 }),
  tie_breaker: fc.constant(0.3),
  analyzer: fc.constant('standard'),
});

const queryString = fc.oneof(
  queryStringText.map((query) => ({ query })),
  some({
    query: queryStringText,
    fields,
    default_operator: operator,
    lenient: fc.boolean(),
    analyze_wildcard: fc.boolean(),
    minimum_should_match: minimum,
    type: types,
  }),
  some({
    query: queryStringText,
    default_field: fc.oneof(field, oneOf(['*', 'o.*', 't'])),
    default_operator: operator,
    allow_leading_wildcard: fc.boolean(),
    phrase_slop: fc.integer({ min: 0, max: 2 }),
    fuzziness,
    fuzzy_prefix_length: fc.integer({ min: 0, max: 2 }),
    time_zone: oneOf(['+02:00', 'Europe/Berlin']),
    lenient: fc.boolean(),
    escape: fc.boolean(),
  }),
  some({
    query: queryStringText,
    default_operator: operator,
    analyzer,
    quote_analyzer: analyzer,
    quote_field_suffix: oneOf(['.keyword', '.text']),
    auto_generate_synonyms_phrase_query: fc.boolean(),
  }),
);

const simple = fc.oneof(
  some({ query: simpleText, fields, default_operator: operator, lenient: fc.boolean(), minimum_should_match: minimum }),
  some({
    query: simpleText,
    fields: fc.constant(['t', 'k']),
    default_operator: operator,
    flags: oneOf(['ALL', 'NONE', 'OR|AND|PREFIX', 'PHRASE|NOT', 'FUZZY', 'WHITESPACE', 'BOGUS']),
    analyze_wildcard: fc.boolean(),
    analyzer,
  }),
);

const wildcards = oneOf([
  '*',
  'al*',
  'AL*',
  '*a',
  'b?ta',
  'B*',
  '',
  '?',
  'a\\*',
  'public-*',
  '*read*',
  '*.amazonaws.com',
  '4*',
  'é*',
  '日*',
  '**',
  '*\\',
  '10.*',
  'al',
]);
const prefixes = oneOf(['', 'al', 'AL', 'B', 'publ', 'public-', 's3', '4', 'é', '10.', 'PUT', 'http:', ' ']);
const regexps = oneOf([
  ...[
    'al.*',
    'AL.*',
    '[ab]l?.+',
    '"q"|.',
    '~x',
    'a{2,3}',
    '(alpha|beta)',
    '.*read.*',
    '<1-50>',
    'al&.*',
    '@',
    '#',
    '()',
    '[0-9]+',
    '\\d+',
  ],
  ...[
    '[^a]*',
    'public.read',
    '.',
    '.*',
    '',
    '(',
    '[',
    'a**',
    '\\w+',
    '^alpha$',
    'é.*',
    '.{3}',
    'x?',
    '~(al.*)',
    '[a-c]+.*',
    '\\*',
    'a|',
  ],
]);

const leaf: fc.Arbitrary<Document> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<Document>({ match_all: {} }, { match_none: {} }, { match_all: { boost: 2 } }),
  },
  { weight: 4, arbitrary: withValue.map(named('term')) },
  { weight: 3, arbitrary: withBody('value', { case_insensitive: fc.boolean(), ...common }).map(named('term')) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        field.chain((name) => fc.array(fitting(name), { maxLength: 3 }).map((values) => [name, values] as const)),
        oneOf([{}, {}, { boost: 1 }]),
      )
      .map(([[name, values], rest]) => ({ terms: { [name]: values, ...rest } })),
  },
  { weight: 7, arbitrary: range.map(named('range')) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(field, oneOf(['o.*', 'dyn*', 'k', 'fo.b', 'nosuch']))
      .map((name) => ({ exists: { field: name } })),
  },
  { weight: 2, arbitrary: withValue.map(named('match')) },
  { weight: 4, arbitrary: withBody('query', { ...matching, ...common }).map(named('match')) },
  {
    weight: 2,
    arbitrary: withBody(
      'query',
      { fuzziness, prefix_length: fc.integer({ min: 0, max: 2 }), operator, fuzzy_transpositions: fc.boolean() },
      () => oneOf<unknown>(['alpa', 'bta', 'Alpha', 'alpha bata', 'public rd', 'x', 'PutBucketAc', '42']),
    ).map(named('match')),
  },
  {
    weight: 2,
    arbitrary: withBody('query', {
      slop: fc.integer({ min: 0, max: 3 }),
      zero_terms_query: oneOf(['none', 'all']),
      analyzer,
    }).map(named('match_phrase')),
  },
  { weight: 2, arbitrary: withValue.map(named('match_phrase')) },
  {
    weight: 2,
    arbitrary: withBody('query', { slop: fc.integer({ min: 0, max: 2 }), max_expansions: fc.constant(50) }, () =>
      oneOf<unknown>([
        'alpha b',
        'al',
        'the qu',
        'quick br',
        'arn:aws:s3',
        'beta alpha ga',
        'public re',
        '',
        'Alpha B',
      ]),
    ).map(named('match_phrase_prefix')),
  },
  {
    weight: 1,
    arbitrary: withBody('query', { operator, minimum_should_match: minimum }, () =>
      oneOf<unknown>(['alpha b', 'al', 'the qu', 'public re', '']),
    ).map(named('match_bool_prefix')),
  },
  { weight: 4, arbitrary: multiMatch.map(named('multi_match')) },
  { weight: 14, arbitrary: queryString.map(named('query_string')) },
  { weight: 6, arbitrary: simple.map(named('simple_query_string')) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        field.chain((name) => wildcards.map(named(name))),
        withBody('value', { case_insensitive: fc.boolean() }, () => wildcards),
        withBody('wildcard', { case_insensitive: fc.constant(true) }, () => wildcards),
      )
      .map(named('wildcard')),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        field.chain((name) => prefixes.map(named(name))),
        withBody('value', { case_insensitive: fc.boolean() }, () => prefixes),
      )
      .map(named('prefix')),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        field.chain((name) => regexps.map(named(name))),
        withBody(
          'value',
          { case_insensitive: fc.boolean(), flags: oneOf(['ALL', 'NONE', 'INTERSECTION|COMPLEMENT', 'INTERVAL']) },
          () => regexps,
        ),
      )
      .map(named('regexp')),
  },
  {
    weight: 2,
    arbitrary: withBody(
      'value',
      { fuzziness, prefix_length: fc.integer({ min: 0, max: 2 }), transpositions: fc.boolean() },
      () => oneOf<unknown>(['alpa', 'bta', 'aplha', 'Alpha', 'reda', 'x', '42', 'PutBucketAc', 'al', '']),
    ).map(named('fuzzy')),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.array(oneOf<unknown>(['1', '2', 'nosuch', 3]), { maxLength: 2 }), oneOf<unknown>(['1']))
      .map((values) => ({ ids: { values } })),
  },
  {
    weight: 1,
    arbitrary: oneOf<Document>([
      { nosuch: {} },
      { term: {} },
      { term: { k: [] } },
      { term: { k: null } },
      { term: { k: 'x', t: 'y' } },
      { terms: { k: 'x' } },
      { terms: { k: [null] } },
      { terms: { k: ['x'], t: ['y'] } },
      { match: { k: ['x'] } },
      { match: {} },
      { match: { t: { query: 'x', bogus: 1 } } },
      { range: { n: { bogus: 1 } } },
      { range: {} },
      { range: { n: 5 } },
      { exists: {} },
      { exists: { field: '' } },
      { bool: { bogus: [] } },
      { bool: { must: 'x' } },
      { bool: { must: { bogus: {} } } },
      { query_string: {} },
      { query_string: { query: 'x', bogus: 1 } },
      { query_string: { query: 5 } },
      { query_string: { query: 'x', fields: ['k'], default_field: 't' } },
      { query_string: 'x' },
      { simple_query_string: {} },
      { nested: { path: 'ne' } },
      { nested: { path: 'nosuch', query: { match_all: {} } } },
      { nested: { path: 'nosuch', query: { match_all: {} }, ignore_unmapped: true } },
      { nested: { path: 'o', query: { match_all: {} } } },
      { constant_score: {} },
      { constant_score: { filter: [] } },
      { dis_max: { queries: [] } },
      { dis_max: {} },
      { ids: {} },
      { wildcard: { k: {} } },
      { prefix: { k: null } },
      { regexp: { k: { value: 'x', bogus: 1 } } },
      { fuzzy: { k: {} } },
      { multi_match: { query: 'x' } },
      { multi_match: { fields: ['t'] } },
      { match_all: [] },
      {},
    ]),
  },
);

const nestedField = oneOf(['ne.k', 'ne.t', 'ne.l', 'ne.in.k', 'k']);
const insideNested: fc.Arbitrary<Document> = fc.oneof(
  fc.tuple(nestedField, oneOf<unknown>([...words, 5, 42])).map(([name, value]) => ({ match: { [name]: value } })),
  nestedField.map((name) => ({ exists: { field: name } })),
  fc.tuple(nestedField, wildcards).map(([name, value]) => ({ query_string: { query: `${name}:${value || 'x'}` } })),
  oneOf(words).map((query) => ({ query_string: { query } })),
  fc.constant({ match_all: {} }),
  fc.tuple(nestedField, oneOf(words)).map(([name, value]) => ({ bool: { must_not: [{ term: { [name]: value } }] } })),
  fc
    .tuple(oneOf(words), oneOf(words))
    .map(([k, t]) => ({ bool: { must: [{ match: { 'ne.k': k } }, { match: { 'ne.t': t } }] } })),
  oneOf(words).map((value) => ({ nested: { path: 'ne.in', query: { match: { 'ne.in.k': value } } } })),
);

/** Any clause, three levels deep. */
export const clause: fc.Arbitrary<Document> = fc.letrec<{ node: Document; list: unknown }>((tie) => ({
  list: fc.oneof(
    { weight: 8, arbitrary: fc.array(tie('node'), { maxLength: 3 }) },
    { weight: 2, arbitrary: tie('node') },
  ),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 12, arbitrary: leaf },
    {
      weight: 5,
      arbitrary: fc
        .record(
          {
            must: tie('list'),
            filter: tie('list'),
            should: tie('list'),
            must_not: tie('list'),
            minimum_should_match: minimum,
            adjust_pure_negative: fc.boolean(),
            boost,
          },
          { requiredKeys: [] },
        )
        .map(named('bool')),
    },
    { weight: 1, arbitrary: tie('node').map((filter) => ({ constant_score: { filter } })) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('node'), { minLength: 1, maxLength: 3 })
        .map((queries) => ({ dis_max: { queries, tie_breaker: 0.2 } })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          oneOf(['ne', 'ne', 'ne', 'ne.in']),
          fc.oneof({ weight: 4, arbitrary: insideNested }, { weight: 1, arbitrary: tie('node') }),
          oneOf([{}, { score_mode: 'max' }]),
        )
        .map(([path, query, rest]) => ({ nested: { path, query, ...rest } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('node'), tie('node'))
        .map(([positive, negative]) => ({ boosting: { positive, negative, negative_boost: 0.5 } })),
    },
  ),
})).node;
