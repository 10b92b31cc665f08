import type { Instant } from '../base/clock.ts';
import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { AggregationKind, AggregationNode } from './aggregations/aggregation.ts';
import type { Budget } from './aggregations/budget.ts';
import { cardinality } from './aggregations/cardinality.ts';
import { composite } from './aggregations/composite.ts';
import { dateHistogram } from './aggregations/date-histogram.ts';
import { filter } from './aggregations/filter.ts';
import { filters } from './aggregations/filters.ts';
import { global } from './aggregations/global.ts';
import { histogram } from './aggregations/histogram.ts';
import { ipRange } from './aggregations/ip-range.ts';
import { metrics } from './aggregations/metrics.ts';
import { missing } from './aggregations/missing.ts';
import { nested, reverseNested } from './aggregations/nested.ts';
import { range } from './aggregations/range.ts';
import { stats } from './aggregations/stats.ts';
import { terms } from './aggregations/terms.ts';
import { topHits } from './aggregations/top-hits.ts';
import { valueCount } from './aggregations/value-count.ts';
import { argumentError, parsingError } from './refusal.ts';

/** Every aggregation there is. */
export const aggregationKinds: readonly AggregationKind[] = [
  terms,
  dateHistogram,
  histogram,
  range,
  ipRange,
  filter,
  filters,
  missing,
  global,
  nested,
  reverseNested,
  composite,
  cardinality,
  topHits,
  metrics,
  stats,
  valueCount,
];

/** What OpenSearch has besides; refused by name. */
export const refusedAggregations: readonly string[] = (
  'adjacency_matrix auto_date_histogram avg_bucket bucket_count_ks_test bucket_script bucket_selector bucket_sort ' +
  'children cumulative_sum derivative diversified_sampler extended_stats_bucket geo_bounds geo_centroid geo_distance ' +
  'geohash_grid geohex_grid geotile_grid matrix_stats max_bucket median_absolute_deviation min_bucket moving_avg ' +
  'moving_fn multi_terms parent percentile_ranks percentiles percentiles_bucket rare_terms sampler scripted_metric ' +
  'serial_diff significant_terms significant_text stats_bucket string_stats sum_bucket t_test top_metrics ' +
  'variable_width_histogram weighted_avg'
).split(' ');

const byName = new Map(aggregationKinds.flatMap((kind) => kind.names.map((name) => [name, kind] as const)));
const refused = new Set(refusedAggregations);
const innerKeys = ['aggs', 'aggregations'];

/** Reads `aggs`: name → kind and body. Throws TrailhoundError as OpenSearch refuses it; 501 for what is not supported. */
export function parseAggregations(
  json: Document,
  at: Instant,
  budget: Budget,
  around: readonly string[] = [],
): readonly AggregationNode[] {
  if (around.length > limits.queryDepthMax) {
    throw argumentError(`aggregations are nested more than [${limits.queryDepthMax}] deep`);
  }
  return Object.entries(json).map(([name, definition]) => {
    if (name === '' || /[[\]>]/.test(name)) {
      throw parsingError(
        `Invalid aggregation name [${name}]. Aggregation names can contain any character except '[', ']', and '>'`,
      );
    }
    if (!isDocument(definition))
      throw parsingError(`Aggregation definition for [${name}] starts with a value, expected a START_OBJECT.`);
    const { kind, body, reader } = kindOf(name, definition);
    const innerJson = definition.aggs ?? definition.aggregations;
    const { meta } = definition;
    if (meta !== undefined && !isDocument(meta))
      throw parsingError(`Unexpected token in [${name}]: [meta] must be an object`);
    if (innerJson !== undefined && !isDocument(innerJson))
      throw parsingError(`Unexpected token in [${name}]: [aggs] must be an object`);
    const inner = innerJson === undefined ? [] : parseAggregations(innerJson, at, budget, [...around, kind]);
    if (inner.length > 0 && !reader.buckets) {
      throw new TrailhoundError(
        'bad-request',
        `Aggregator [${name}] of type [${kind}] cannot accept sub-aggregations`,
        {
          wire: 'aggregation_initialization_exception',
          status: 500,
        },
      );
    }
    return { name, kind, meta, inner, aggregation: reader.parse(body, { name, kind, inner, around, at, budget }) };
  });
}

/** The one kind that a definition names. */
function kindOf(name: string, definition: Document): { kind: string; body: Document; reader: AggregationKind } {
  const kinds = Object.keys(definition).filter((key) => key !== 'meta' && !innerKeys.includes(key));
  const [kind, second] = kinds;
  if (kind === undefined) throw parsingError(`Missing definition for aggregation [${name}]`);
  if (second !== undefined) {
    throw parsingError(`Found two aggregation type definitions in [${name}]: [${kind}] and [${second}]`);
  }
  const body = definition[kind];
  if (!isDocument(body)) {
    throw parsingError(`Expected [START_OBJECT] under [${kind}], but got a value in [${name}]`);
  }
  const reader = byName.get(kind);
  if (reader) return { kind, body, reader };
  if (refused.has(kind)) {
    throw new TrailhoundError('not-supported', `aggregation [${name}]: [${kind}] is not supported: leave it out`);
  }
  throw parsingError(`Unknown aggregation type [${kind}]`);
}
