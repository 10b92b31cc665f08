import { type Document, isDocument } from '../../base/document.ts';
import { parseQuery } from '../parse.ts';
import { argumentError, parsingError, shardError } from '../refusal.ts';
import type { AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, flagOf, textOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, makeBuckets } from './bucket.ts';
import { type FilterMatcher, filterMatcher } from './filter.ts';
import { manyBuckets } from './terms.ts';

/** `adjacency_matrix`: a bucket for each filter and each pair of filters that documents match, by name. */
export const adjacencyMatrix: AggregationKind = {
  names: ['adjacency_matrix'],
  buckets: true,
  parse(body, scope) {
    const { kind } = scope;
    checkBody(body, kind, ['filters', 'separator', 'show_only_intersecting']);
    const asked = readFilters(body);
    const separator = textOf(body, 'separator', kind) ?? '&';
    const pairsOnly = flagOf(body, 'show_only_intersecting', kind);
    let matchers: readonly FilterMatcher[];
    return {
      enter(place) {
        if (asked.length > filtersMax) {
          throw shardError(
            `Number of filters is too large, must be less than or equal to: [${filtersMax}] but was [${asked.length}].This limit can be set by changing the [index.max_adjacency_matrix_filters] index level setting.`,
            'illegal_argument_exception',
          );
        }
        matchers = asked.map(({ query }) => filterMatcher(query, place));
        enterNodes(scope.inner, place);
      },
      start: () => startTally({ names: asked.map(({ name }) => name), separator, pairsOnly }, () => matchers, scope),
      unordered: () => manyBuckets,
      typeName: () => kind,
    };
  },
};

/** index.max_adjacency_matrix_filters */
const filtersMax = 100;

function readFilters({ filters }: Document) {
  if (!isDocument(filters)) throw parsingError('[adjacency_matrix] filters must be an object');
  const names = Object.keys(filters).sort();
  if (names.length === 0) throw argumentError('[filters] cannot be empty.');
  return names.map((name) => ({ name, query: parseQuery(filters[name]) }));
}

interface Wanted {
  readonly names: readonly string[];
  readonly separator: string;
  readonly pairsOnly: boolean;
}

function startTally(
  { names, separator, pairsOnly }: Wanted,
  matchers: () => readonly FilterMatcher[],
  scope: AggregationScope,
): Tally {
  const buckets = new Map<string, Bucket>();
  const bucketOf = makeBuckets(buckets, scope);
  return {
    collect(hit) {
      const found = names.filter((_, at) => matchers()[at]?.matches(hit));
      for (const [at, name] of found.entries()) {
        if (!pairsOnly) collectInto(bucketOf(name), hit);
        for (const other of found.slice(at + 1)) collectInto(bucketOf(`${name}${separator}${other}`), hit);
      }
    },
    answer() {
      scope.budget.answer(buckets.size);
      const byKey = [...buckets].sort(([a], [b]) => (a < b ? -1 : 1));
      return { buckets: byKey.map(([key, bucket]) => bucketAnswer({ key }, bucket, scope.inner)) };
    },
    valueOf: () => Number.NaN,
  };
}
