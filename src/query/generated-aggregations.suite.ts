import fc from 'fast-check';
import type { Document } from '../base/document.ts';

/**
 * Indices, documents and searches that count and sort: every type whose values can be told without the documents, and what is
 * hard there: values that come twice, lists, nulls, values that do not fit, numbers as texts, dotted keys.
 */
export interface GeneratedCounts {
  readonly body: Document;
  readonly documents: readonly Document[];
  readonly searches: readonly Document[];
}

export function generatedCounts(): fc.Arbitrary<GeneratedCounts> {
  return fc.record({
    body: body(),
    documents: fc.array(document(), { minLength: 1, maxLength: 20 }),
    searches: fc.array(search(), { minLength: 1, maxLength: 10 }),
  });
}

const anyOf = (...definitions: readonly Document[]): fc.Arbitrary<Document> => fc.constantFrom(...definitions);
const malformed = { ignore_malformed: true };

function body(): fc.Arbitrary<Document> {
  return fc
    .record({
      k: anyOf(
        { type: 'keyword' },
        { type: 'keyword', ignore_above: 4 },
        { type: 'keyword', normalizer: 'lowercase' },
        { type: 'keyword', null_value: 'beta' },
        { type: 'keyword', copy_to: 'whole' },
      ),
      n: anyOf(
        { type: 'long', ...malformed },
        { type: 'double', ...malformed },
        { type: 'half_float', ...malformed },
        { type: 'scaled_float', scaling_factor: 10, ...malformed },
        { type: 'integer', null_value: 3, ...malformed },
      ),
      d: anyOf(
        { type: 'date', ...malformed },
        { type: 'date', format: 'yyyy-MM-dd||epoch_millis', ...malformed },
        { type: 'date', null_value: '2024-01-01', ...malformed },
        { type: 'date', fields: { text: { type: 'keyword' } }, ...malformed },
        { type: 'date_nanos', ...malformed },
      ),
      i: anyOf({ type: 'ip', ...malformed }),
      b: anyOf({ type: 'boolean', ...malformed }),
      f: anyOf({ type: 'flat_object' }),
      m: anyOf({ type: 'text', fields: { kw: { type: 'keyword', ignore_above: 256 } } }),
      o: anyOf({ properties: { k: { type: 'keyword' } } }, { type: 'nested', properties: { k: { type: 'keyword' } } }),
    })
    .map((chosen) => ({
      mappings: { properties: { ...chosen, whole: { type: 'keyword' }, other: { type: 'alias', path: 'k' } } },
    }));
}

const words = ['alpha', 'alpha', 'beta', 'Beta', 'gamma', 'al', '', 'é', 'a longer text of some words'];
const numbers: readonly unknown[] = [0, -0, 1, 1, 1, 2, 2.5, -7, '1', '2', 'none', 9007199254740993n, 1e21, true];
const dates: readonly unknown[] = [
  '2024-05-01',
  '2024-05-01',
  '2024-05-01T10:11:12.123456Z',
  '2024-05-02T00:00:00Z',
  '2023-12-31T23:59:59.999Z',
  1714521600000,
  'never',
];

function one(values: readonly unknown[]): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  return fc.oneof(
    { weight: 8, arbitrary: leaf },
    { weight: 1, arbitrary: leaf.map((value) => [value, value]) },
    { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
  );
}

function document(): fc.Arbitrary<Document> {
  const inner = fc.record({ k: one(words) }, { requiredKeys: [] });
  return fc.record(
    {
      k: one([...words, 1, true, 1.5]),
      n: one(numbers),
      d: one(dates),
      i: one(['10.0.0.1', '10.0.0.1', '10.0.0.2', '::1', 'nowhere']),
      b: one([true, false, 'true', 'false', 'maybe']),
      f: fc.record({ x: one([...words, 1]), 'y.z': one(words) }, { requiredKeys: [] }),
      m: one(words),
      o: fc.oneof(inner, fc.array(inner, { maxLength: 2 })),
      'o.k': one(words),
      dyn: fc.constantFrom('alpha', 'beta', 'x'),
    },
    { requiredKeys: ['k'] },
  );
}

const names = ['k', 'k', 'n', 'd', 'i', 'b', 'f.x', 'f.y.z', 'm.kw', 'o.k', 'other', 'whole', 'dyn.keyword', 'gone'];
const field = fc.constantFrom(...names);
const point = fc.constantFrom('n', 'n', 'd', 'b');

/** Clauses that an index of values answers for certain, that it answers in part, and that it must leave to the documents. */
function query(): fc.Arbitrary<Document> {
  return fc.constantFrom<Document>(
    { match_all: {} },
    { match_all: {} },
    { term: { k: 'alpha' } },
    { terms: { 'm.kw': ['alpha', 'beta'] } },
    { range: { n: { gte: 1 } } },
    { range: { d: { gte: '2024-01-01' } } },
    { exists: { field: 'f.x' } },
    { exists: { field: 'k' } },
    { match: { m: 'words' } },
    { wildcard: { k: '*a' } },
    { bool: { must_not: [{ term: { k: 'alpha' } }, { term: { b: true } }] } },
    { nested: { path: 'o', query: { term: { 'o.k': 'alpha' } }, ignore_unmapped: true } },
  );
}

function aggregations(): fc.Arbitrary<Document> {
  const { level } = fc.letrec<{ level: Document; node: Document }>((tie) => ({
    level: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      fc.record({ x: metric() }),
      fc.record({ p: tie('node'), q: fc.oneof(metric(), tie('node')) }, { requiredKeys: ['p'] }),
    ),
    node: fc
      .tuple(bucketed(), fc.option(tie('level'), { nil: undefined }))
      .map(([kind, aggs]) => (aggs === undefined ? kind : { ...kind, aggs })),
  }));
  return level;
}

function metric(): fc.Arbitrary<Document> {
  const numeric = fc.constantFrom('min', 'max', 'sum', 'avg', 'stats', 'extended_stats');
  return fc.oneof(
    fc.tuple(fc.constantFrom('cardinality', 'value_count'), field).map(([kind, name]) => ({ [kind]: { field: name } })),
    fc.tuple(numeric, point).map(([kind, name]) => ({ [kind]: { field: name } })),
    field.map((name) => ({ cardinality: { field: name, missing: 'alpha' } })),
    fc.constantFrom<Document>(
      { top_hits: { size: 2, sort: [{ d: 'desc' }, '_doc'] } },
      { top_hits: { size: 1 } },
      { percentiles: { field: 'n' } },
      { median_absolute_deviation: { field: 'n' } },
    ),
  );
}

function termsOrder(): fc.Arbitrary<readonly Document[]> {
  return fc.constantFrom<readonly Document[]>(
    [{ _count: 'desc' }],
    [{ _count: 'desc' }, { _key: 'desc' }],
    [{ _key: 'asc' }],
    [{ _key: 'desc' }, { _count: 'asc' }],
    [{ _count: 'asc' }],
  );
}

function bucketed(): fc.Arbitrary<Document> {
  const dated = { field: 'd', min_doc_count: 1 };
  return fc.oneof(
    field.map((name) => ({ terms: { field: name } })),
    field.map((name) => ({ terms: { field: name, size: 2, order: { _key: 'desc' } } })),
    field.map((name) => ({ terms: { field: name, missing: 'beta', min_doc_count: 0 } })),
    field.map((name) => ({ terms: { field: name, include: ['alpha', 'Beta', '1'] } })),
    fc.record({ field, size: fc.constantFrom(1, 2, 5), order: termsOrder() }).map((body) => ({ terms: body })),
    fc
      .record({ field, min_doc_count: fc.constantFrom(2, 3), size: fc.constantFrom(1, 10) })
      .map((body) => ({ terms: body })),
    fc
      .record({ field, min_doc_count: fc.constantFrom(1, 2), size: fc.constantFrom(1, 3), order: termsOrder() })
      .map((body) => ({ terms: { ...body, shard_size: 4 } })),
    fc.record({ field, max_doc_count: fc.constantFrom(1, 2, 5) }).map((body) => ({ rare_terms: body })),
    fc.record({ field, min_doc_count: fc.constantFrom(1, 3) }).map((body) => ({ significant_terms: body })),
    fc.tuple(query(), query()).map(([a, b]) => ({ adjacency_matrix: { filters: { a, b } } })),
    fc.record({ buckets: fc.constantFrom(1, 3, 50) }).map((body) => ({ auto_date_histogram: { field: 'd', ...body } })),
    field.map((name) => ({ missing: { field: name } })),
    query().map((filter) => ({ filter })),
    fc.tuple(query(), query()).map((filters) => ({ filters: { filters, other_bucket: true } })),
    fc.constantFrom<Document>(
      { date_histogram: { ...dated, calendar_interval: 'day' } },
      { date_histogram: { ...dated, calendar_interval: 'month', offset: '+6h' } },
      { date_histogram: { ...dated, fixed_interval: '3h', time_zone: 'Europe/Berlin' } },
      { date_histogram: { ...dated, calendar_interval: 'day', hard_bounds: { min: '2024-05-01', max: '2024-05-02' } } },
      { date_range: { field: 'd', ranges: [{ to: '2024-05-01' }, { from: '2024-05-01' }] } },
      { range: { field: 'n', ranges: [{ to: 1 }, { from: 1, to: 2.5 }, { from: 0 }] } },
      { histogram: { field: 'n', interval: 1e20, min_doc_count: 1 } },
      { composite: { sources: [{ k: { terms: { field: 'k' } } }, { n: { terms: { field: 'n' } } }] } },
      { multi_terms: { terms: [{ field: 'k' }, { field: 'b' }] } },
      { nested: { path: 'o' } },
    ),
  );
}

function sort(): fc.Arbitrary<readonly unknown[]> {
  const order = fc.constantFrom('asc', 'desc');
  const key = fc.oneof(
    fc.tuple(field, order).map(([name, way]) => ({ [name]: { order: way, unmapped_type: 'keyword' } })),
    fc
      .tuple(point, order, fc.constantFrom('min', 'max', 'sum', 'avg', 'median'))
      .map(([name, way, mode]) => ({ [name]: { order: way, mode } })),
    fc.tuple(order, fc.constantFrom('_first', '_last')).map(([way, missing]) => ({ d: { order: way, missing } })),
    fc.constantFrom<unknown>('_doc', { _doc: 'desc' }, '_id', '_score', {
      n: { order: 'asc', numeric_type: 'double' },
    }),
  );
  return fc.array(key, { maxLength: 2 });
}

function search(): fc.Arbitrary<Document> {
  const plain = {
    query: query(),
    size: fc.constantFrom(0, 1, 3, 10),
    aggs: aggregations(),
    sort: sort(),
    from: fc.constantFrom(0, 2),
    track_total_hits: fc.constantFrom<unknown>(true, 3, false),
    docvalue_fields: fc.array(field, { maxLength: 2 }),
  };
  // Each of these makes matches be looked at one by one.
  const each = { post_filter: query(), track_scores: fc.boolean(), collapse: fc.constant({ field: 'k' }) };
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(plain, { requiredKeys: ['query', 'size'] }) },
    { weight: 1, arbitrary: fc.record({ ...plain, ...each }, { requiredKeys: ['query', 'size'] }) },
  ) as fc.Arbitrary<Document>;
}
