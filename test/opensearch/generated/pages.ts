import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { aggregations } from './aggregations.ts';
import { clause } from './clauses.ts';
import { addresses, booleans, dates, decimals, longs, mostly, oneOf, words } from './stock.ts';

/** Later pages, arbitrary clauses where filters stand, and what Discover asks hits for. */

type Bodies = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const some = (required: Bodies, more: Bodies = {}): fc.Arbitrary<Document> =>
  fc.record({ ...required, ...more }, { requiredKeys: Object.keys(required) }) as fc.Arbitrary<Document>;

const scalars = (list: readonly unknown[]): fc.Arbitrary<unknown> => oneOf(list.filter((each) => each !== ''));
/** Values of a field's kind, now and then of another. */
const kinds: readonly (readonly [names: readonly string[], values: fc.Arbitrary<unknown>])[] = [
  [['k', 'k2', 'o.k', 'whole', 'ka', 'dyn.s.keyword'], oneOf<unknown>(words)],
  [['n', 'n2', 'na', 'o.l'], fc.oneof(scalars(longs), scalars(decimals))],
  [['d', 'd2'], scalars(dates)],
  [['ip'], scalars(addresses)],
  [['b'], scalars(booleans)],
];
const anyValue = oneOf<unknown>(['alpha', 5, 1.5, true, null]);
const fieldAndValue = oneOf(kinds).chain(([names, values]) => fc.tuple(oneOf(names), mostly(values, anyValue)));
const direction = oneOf(['asc', 'desc']);

const searchAfter = fc
  .tuple(fc.array(fc.tuple(fieldAndValue, direction), { minLength: 1, maxLength: 2 }), oneOf(['', '3', '7', '99']))
  .map(([keys, id]) => ({
    sort: [...keys.map(([[field], order]) => ({ [field]: order })), '_id'],
    search_after: [...keys.map(([[, value]]) => value), id],
    _source: false,
  }));

const termsSource = fc.tuple(fieldAndValue, direction, fc.boolean()).map(([[field, value], order, missing]) => ({
  source: { terms: { field, order, ...(missing ? { missing_bucket: true } : {}) } },
  value,
}));
const dateSource = fc
  .tuple(oneOf(['d', 'd2']), mostly(oneOf<unknown>([1714521600000, '2024-05-01', 0]), anyValue), fc.boolean())
  .map(([field, value, format]) => ({
    source: { date_histogram: { field, calendar_interval: 'month', ...(format ? { format: 'yyyy-MM-dd' } : {}) } },
    value,
  }));
const numberSource = fc
  .tuple(oneOf(['n', 'n2', 'o.l']), mostly(oneOf<unknown>([0, 5, 100, '5']), anyValue))
  .map(([field, value]) => ({ source: { histogram: { field, interval: 5 } }, value }));

const laterPage = fc
  .array(fc.oneof({ weight: 4, arbitrary: termsSource }, dateSource, numberSource), { minLength: 1, maxLength: 2 })
  .map((list) => ({
    composite: {
      sources: list.map(({ source }, at) => ({ [`s${at}`]: source })),
      after: Object.fromEntries(list.map(({ value }, at) => [`s${at}`, value])),
    },
  }));

const filters = fc.oneof(
  clause.map((query) => ({ filter: query })),
  fc.array(clause, { minLength: 1, maxLength: 3 }).map((list) => ({ filters: { filters: list, other_bucket: true } })),
  fc.tuple(clause, aggregations).map(([query, inner]) => ({ filter: query, aggs: { i: inner } })),
);

const chosen = fc
  .tuple(
    oneOf(['k', 'k2', 'o.k', 'n', 'b', 'd', 'ip']),
    oneOf(['n', 'n2', 'o.l', 'dyn.n']),
    oneOf(['max', 'avg', 'sum', 'value_count']),
    oneOf(['skip', 'insert_zeros']),
    oneOf<readonly [string, string]>([
      ['bucket_selector', 'params.x > 5'],
      ['bucket_selector', 'params.c > 1 && params.x <= 100'],
      ['bucket_selector', 'params.x == null || params.c >= 2'],
      ['bucket_script', 'params.x / params.c'],
      ['bucket_script', 'params.c * 10 % 7 - 1'],
      ['bucket_script', 'params.x > 0 ? 1 : params.c'],
    ]),
  )
  .map(([field, number, metric, gaps, [kind, script]]) => ({
    terms: { field, order: { _key: 'asc' } },
    aggs: {
      m: { [metric]: { field: number } },
      p: { [kind]: { buckets_path: { x: 'm', c: '_count' }, script, gap_policy: gaps } },
    },
  }));

/** Bodies whose answer is counted. */
export const pages: fc.Arbitrary<Document> = fc
  .oneof({ weight: 3, arbitrary: laterPage }, { weight: 2, arbitrary: filters }, { weight: 2, arbitrary: chosen })
  .map((a) => ({ size: 0, aggs: { a } }));

const fields = oneOf(['t', 't2', 'k', 'k2', 'o.t', 'o.k', 'n', 'd', 'ip', 'b', 'fo', 'whole', 'missing']);
const collapse = some(
  {
    collapse: fields.map((field) => ({ field })),
    sort: oneOf([['_id'], [{ k: 'asc' }, '_id']]),
    _source: fc.constant(false),
  },
  { query: clause, from: oneOf([0, 1]) },
);
const filtered = some(
  { post_filter: clause, sort: fc.constant(['_id']), _source: fc.constant(false) },
  { query: clause, aggs: fields.map((field) => ({ a: { value_count: { field } } })) },
);
const highlighted = some({
  query: clause,
  sort: fc.constant(['_id']),
  _source: fc.constant(false),
  highlight: some(
    { fields: oneOf<unknown>([{ '*': {} }, { t: {}, k: {} }, { 't*': {}, 'o.*': {} }]) },
    { number_of_fragments: fc.constant(0), no_match_size: fc.constant(5), require_field_match: fc.boolean() },
  ),
});

/** Bodies whose hits are shown. */
export const shownPages: fc.Arbitrary<Document> = fc.oneof(
  { weight: 3, arbitrary: searchAfter },
  { weight: 1, arbitrary: collapse },
  { weight: 1, arbitrary: filtered },
  { weight: 2, arbitrary: highlighted },
);
