import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { addresses, dateMath, mostly, oneOf, words } from './stock.ts';

/** Aggregations of every kind that there is here, two levels deep, over fields of every type; now and then a field that does not fit. */

const keywords = ['k', 'k2', 'o.k', 'whole', 'ka', 't.keyword', 'dyn.s', 'dyn.s.keyword', 'missing'];
const numbers = ['n', 'n2', 'na', 'o.l', 'dyn.n', 'missing'];
const dates = ['d', 'd2', 'dyn.d'];
const anyField = mostly(oneOf([...keywords, ...numbers, ...dates, 'ip', 'b']), oneOf(['t', 'fo', 'o', '_id', 'ne.k']));

type Bodies = Readonly<Record<string, fc.Arbitrary<unknown>>>;
type Aggregation = fc.Arbitrary<Document>;

const some = (required: Bodies, more: Bodies = {}): Aggregation =>
  fc.record({ ...required, ...more }, { requiredKeys: Object.keys(required) }) as Aggregation;
const named =
  (kind: string) =>
  (body: unknown): Document => ({ [kind]: body });

const direction = oneOf(['asc', 'desc']);
const byKeyOrCount = fc.tuple(oneOf(['_key', '_count']), direction).map(([path, how]) => ({ [path]: how }));
const order = fc.oneof(byKeyOrCount, fc.array(byKeyOrCount, { minLength: 1, maxLength: 2 }));
const few = fc.integer({ min: 0, max: 2 });

const metric: Aggregation = fc.oneof(
  fc
    .tuple(oneOf(['min', 'max', 'sum', 'avg', 'stats']), mostly(oneOf([...numbers, 'b', ...dates]), anyField))
    .map(([kind, field]) => ({ [kind]: { field } })),
  fc
    .tuple(oneOf(['min', 'max', 'sum', 'avg']), oneOf(numbers), oneOf<unknown>([0, 7, -1.5]))
    .map(([kind, field, missing]) => ({ [kind]: { field, missing } })),
  fc.tuple(oneOf(['value_count', 'cardinality']), anyField).map(([kind, field]) => ({ [kind]: { field } })),
  some({ field: mostly(oneOf(numbers), anyField) }, { missing: oneOf<unknown>([0, 7]) }).map(
    named('median_absolute_deviation'),
  ),
  some({
    value: some({ field: oneOf(numbers) }, { missing: oneOf<unknown>([0, 7]) }),
    weight: some({ field: oneOf(numbers) }, { missing: oneOf<unknown>([1, 2]) }),
  }).map(named('weighted_avg')),
);

const topHits: Aggregation = some(
  { size: few, sort: oneOf<unknown>([['n2', '_id'], [{ k: 'desc' }, '_id'], [{ _id: 'desc' }]]) },
  { from: few, _source: oneOf<unknown>([false, 'k', { excludes: ['ne', 'dyn'] }]) },
).map(named('top_hits'));

const terms: Aggregation = some(
  { field: anyField },
  {
    size: fc.integer({ min: 1, max: 4 }),
    order,
    min_doc_count: few,
    missing: oneOf<unknown>(['none', 5, '2024-05-01', true]),
    include: oneOf<unknown>(['al.*', ['alpha', 'beta'], [1, 5]]),
    exclude: oneOf<unknown>(['.*a', ['alpha'], [42]]),
    show_term_doc_count_error: fc.boolean(),
    shard_size: fc.integer({ min: 1, max: 6 }),
    shard_min_doc_count: few,
  },
).map(named('terms'));

/** Without aggregations inside: where they stand in many buckets themselves, the original counts other documents there. */
const rareTerms: Aggregation = some(
  { field: mostly(oneOf([...keywords, 'n2', 'o.l', 'b', 'ip', ...dates]), anyField) },
  {
    max_doc_count: fc.integer({ min: 1, max: 4 }),
    missing: oneOf<unknown>(['none', 5]),
    include: oneOf<unknown>(['al.*', ['alpha', 'beta'], [1, 5]]),
    exclude: oneOf<unknown>(['.*a', ['alpha'], [42]]),
  },
).map(named('rare_terms'));

const histogram: Aggregation = some(
  {
    field: mostly(oneOf(numbers), anyField),
    interval: oneOf<unknown>([5, 10, 0.5, 100]),
    min_doc_count: fc.constant(1),
  },
  { offset: oneOf<unknown>([0, 1, -2.5]), keyed: fc.boolean(), order: byKeyOrCount, missing: oneOf<unknown>([0, 7]) },
).map(named('histogram'));

const dateHistogram: Aggregation = fc
  .tuple(
    oneOf([
      { calendar_interval: 'month' },
      { calendar_interval: '1q' },
      { calendar_interval: 'year' },
      { calendar_interval: 'week' },
      { fixed_interval: '7d' },
      { fixed_interval: '30d' },
      { calendar_interval: '1d' },
      { calendar_interval: '2d' },
    ]),
    some(
      { field: mostly(oneOf(dates), anyField), min_doc_count: fc.integer({ min: 0, max: 1 }) },
      {
        time_zone: oneOf(['+02:00', 'Europe/Berlin', 'America/New_York', 'UTC']),
        offset: oneOf(['+6h', '-1d']),
        format: oneOf(['yyyy-MM-dd', 'epoch_millis', 'dd.MM.yyyy HH:mm']),
        keyed: fc.boolean(),
        order: byKeyOrCount,
        missing: oneOf(['2024-05-01', '2023']),
      },
    ),
  )
  .map(([interval, body]) => ({ date_histogram: { ...body, ...interval } }));

const ends = (one: fc.Arbitrary<unknown>): fc.Arbitrary<readonly Document[]> =>
  fc.array(fc.oneof(some({ from: one }), some({ to: one }), some({ from: one, to: one }, { key: oneOf(['a', 'b']) })), {
    minLength: 1,
    maxLength: 3,
  });

const ranges: Aggregation = fc.oneof(
  some(
    { field: mostly(oneOf(numbers), anyField), ranges: ends(oneOf<unknown>([-1, 0, 5, 5.5, 42, 100])) },
    { keyed: fc.boolean(), missing: oneOf<unknown>([0, 7]) },
  ).map(named('range')),
  some(
    {
      field: mostly(oneOf(dates), anyField),
      ranges: ends(oneOf<unknown>(dateMath.filter((each) => !each.startsWith('now')))),
    },
    { keyed: fc.boolean(), format: oneOf(['yyyy-MM-dd', 'yyyy']), time_zone: oneOf(['+02:00', 'Europe/Berlin']) },
  ).map(named('date_range')),
  some(
    { field: mostly(fc.constant('ip'), anyField), ranges: ends(oneOf(addresses.slice(0, 9))) },
    { keyed: fc.boolean() },
  ).map(named('ip_range')),
);

const source = fc.oneof(
  some(
    { field: oneOf([...keywords, ...numbers, 'b', 'ip', 'd']) },
    { order: direction, missing_bucket: fc.boolean() },
  ).map(named('terms')),
  some({ field: oneOf(numbers), interval: oneOf([5, 100]) }, { order: direction }).map(named('histogram')),
  some(
    { field: oneOf(dates), calendar_interval: oneOf(['month', 'year', 'day']) },
    { format: fc.constant('yyyy-MM-dd'), time_zone: oneOf(['+02:00', 'Europe/Berlin']), missing_bucket: fc.boolean() },
  ).map(named('date_histogram')),
);
const composite: Aggregation = some(
  {
    sources: fc
      .array(source, { minLength: 1, maxLength: 2 })
      .map((list) => list.map((each, at) => ({ [`s${at}`]: each }))),
  },
  { size: fc.integer({ min: 1, max: 5 }) },
).map(named('composite'));

const multiTerms: Aggregation = some(
  { terms: fc.array(some({ field: oneOf([...keywords, ...numbers, 'b']) }), { minLength: 2, maxLength: 2 }) },
  { order, min_doc_count: fc.constant(1) },
).map(named('multi_terms'));

const filter: Aggregation = fc.oneof(
  fc.tuple(oneOf(keywords), oneOf(words)).map(([field, word]) => ({ term: { [field]: word } })),
  fc.tuple(oneOf(numbers), oneOf([0, 5, 42])).map(([field, gte]) => ({ range: { [field]: { gte } } })),
  anyField.map((field) => ({ exists: { field } })),
  oneOf(words).map((t) => ({ match: { t } })),
);

const adjacency: Aggregation = some(
  { filters: fc.record({ b: filter, a: filter, C: filter }) },
  { separator: fc.constant('|'), show_only_intersecting: fc.boolean() },
).map(named('adjacency_matrix'));

const leafAggregation: Aggregation = fc.oneof(
  { weight: 6, arbitrary: metric },
  { weight: 1, arbitrary: topHits },
  { weight: 1, arbitrary: rareTerms },
  { weight: 1, arbitrary: adjacency },
);

const bucket: Aggregation = fc.oneof(
  { weight: 6, arbitrary: terms },
  { weight: 2, arbitrary: histogram },
  { weight: 4, arbitrary: dateHistogram },
  { weight: 3, arbitrary: ranges },
  { weight: 1, arbitrary: filter.map(named('filter')) },
  {
    weight: 1,
    arbitrary: some(
      { filters: fc.oneof(fc.array(filter, { minLength: 1, maxLength: 2 }), fc.record({ b: filter, a: filter })) },
      { other_bucket: fc.boolean(), other_bucket_key: fc.constant('rest') },
    ).map(named('filters')),
  },
  { weight: 1, arbitrary: anyField.map((field) => ({ missing: { field } })) },
  { weight: 1, arbitrary: multiTerms },
);

const inside = fc.dictionary(oneOf(['x', 'y']), leafAggregation, { minKeys: 1, maxKeys: 2 });
const metrics = fc.dictionary(oneOf(['x', 'y']), metric, { minKeys: 1, maxKeys: 2 });
const withInside: Aggregation = fc
  .tuple(
    bucket,
    fc.option(
      fc.oneof(
        inside,
        fc.tuple(bucket, inside).map(([body, aggs]) => ({ z: { ...body, aggs } })),
      ),
    ),
  )
  .map(([body, aggs]) => (aggs === null ? body : { ...body, aggs }));
const inNested: Aggregation = fc.tuple(oneOf(['ne.k', 'ne.l', 'ne.t', 'k']), metrics).map(([field, aggs]) => ({
  nested: { path: 'ne' },
  aggs: { of: { terms: { field }, aggs: { back: { reverse_nested: {}, aggs } } } },
}));
/** Ordered by what is inside. */
const byMetric: Aggregation = fc
  .tuple(oneOf(keywords), oneOf(numbers), oneOf(['max', 'avg', 'sum', 'value_count']), direction)
  .map(([field, number, kind, how]) => ({
    terms: { field, order: { m: how } },
    aggs: { m: { [kind]: { field: number } } },
  }));

export const aggregations: fc.Arbitrary<Document> = fc.oneof(
  { weight: 3, arbitrary: leafAggregation },
  { weight: 10, arbitrary: withInside },
  {
    weight: 3,
    arbitrary: fc.tuple(composite, fc.option(inside)).map(([body, aggs]) => (aggs ? { ...body, aggs } : body)),
  },
  { weight: 1, arbitrary: inNested },
  { weight: 2, arbitrary: byMetric },
  { weight: 1, arbitrary: inside.map((aggs) => ({ global: {}, aggs })) },
);

const sortKey: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: mostly(oneOf([...keywords, ...numbers, ...dates, 'ip', 'b']), oneOf(['t', 'fo', '_doc'])) },
  {
    weight: 4,
    arbitrary: mostly(oneOf([...keywords, ...numbers, ...dates, 'ip', 'b']), oneOf(['t', 'fo.a'])).chain((field) =>
      some(
        { order: direction },
        {
          missing: oneOf<unknown>(['_last', '_first', 5, 'm']),
          mode: oneOf(['min', 'max', 'avg', 'sum', 'median']),
          unmapped_type: oneOf(['long', 'keyword', 'date']),
        },
      ).map((body) => ({ [field]: body })),
    ),
  },
  {
    weight: 1,
    arbitrary: some({ order: direction }, { mode: oneOf(['min', 'max']) }).map((body) => ({
      'ne.l': { ...body, nested: { path: 'ne' } },
    })),
  },
);

/** Sorted hits, and what hits show: `_source`, fields, doc values, marked words. */
export const hitBodies: fc.Arbitrary<Document> = fc.oneof(
  some(
    {
      sort: fc.array(sortKey, { minLength: 1, maxLength: 2 }).map((keys) => [...keys, '_id']),
      _source: fc.constant(false),
    },
    { size: fc.integer({ min: 1, max: 6 }), from: few, query: filter },
  ),
  some(
    { sort: fc.constant(['_id']) },
    {
      _source: oneOf<unknown>([
        true,
        false,
        'k*',
        ['o', 'ne.k'],
        { includes: ['d*', 'n'], excludes: ['dyn.s'] },
        { excludes: ['*.k'] },
      ]),
      fields: fc.array(
        oneOf<unknown>(['k', 'n*', 'd', 'o.*', 'ne.k', 'ip', 'b', 't*', { field: 'd', format: 'yyyy' }]),
        { minLength: 1, maxLength: 3 },
      ),
      docvalue_fields: fc.array(oneOf<unknown>(['k2', 'n2', 'd2', 'ip', 'b', { field: 'd', format: 'yyyy-MM-dd' }]), {
        minLength: 1,
        maxLength: 3,
      }),
    },
  ),
  fc
    .tuple(oneOf(words), oneOf(['match', 'match_phrase', 'prefix', 'term']), oneOf(['t', 't2', 'k', 'o.t']))
    .map(([word, kind, field]) => ({
      query: { [kind]: { [field]: word } },
      sort: ['_id'],
      _source: false,
      highlight: { fields: { [field]: {} } },
    })),
);
