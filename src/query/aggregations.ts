import type { Instant } from '../base/clock.ts';
import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { adjacencyMatrix } from './aggregations/adjacency-matrix.ts';
import type { AggregationKind, AggregationNode } from './aggregations/aggregation.ts';
import { autoDateHistogram } from './aggregations/auto-date-histogram.ts';
import type { Budget } from './aggregations/budget.ts';
import { cardinality } from './aggregations/cardinality.ts';
import { composite } from './aggregations/composite.ts';
import { dateHistogram } from './aggregations/date-histogram.ts';
import { filter } from './aggregations/filter.ts';
import { filters } from './aggregations/filters.ts';
import { global } from './aggregations/global.ts';
import { histogram } from './aggregations/histogram.ts';
import { ipRange } from './aggregations/ip-range.ts';
import { medianDeviation } from './aggregations/median-deviation.ts';
import { metrics } from './aggregations/metrics.ts';
import { missing } from './aggregations/missing.ts';
import { multiTerms } from './aggregations/multi-terms.ts';
import { nested, reverseNested } from './aggregations/nested.ts';
import { percentiles } from './aggregations/percentiles.ts';
import type { Pipeline } from './aggregations/pipeline.ts';
import {
  checkPipelines,
  orderedPipelines,
  type PipelineParent,
  parsePipeline,
  pipelineKinds,
} from './aggregations/pipelines.ts';
import { range } from './aggregations/range.ts';
import { sampler } from './aggregations/sampler.ts';
import { rareTerms } from './aggregations/seldom-terms.ts';
import { significantTerms } from './aggregations/significant-terms.ts';
import { stats } from './aggregations/stats.ts';
import { terms } from './aggregations/terms.ts';
import { topHits } from './aggregations/top-hits.ts';
import { valueCount } from './aggregations/value-count.ts';
import { weightedAvg } from './aggregations/weighted-avg.ts';
import { argumentError, parsingError } from './refusal.ts';

/** Every aggregation there is. */
export const aggregationKinds: readonly AggregationKind[] = [
  terms,
  dateHistogram,
  autoDateHistogram,
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
  multiTerms,
  percentiles,
  stats,
  valueCount,
  rareTerms,
  significantTerms,
  sampler,
  adjacencyMatrix,
  weightedAvg,
  medianDeviation,
];

/** What OpenSearch has besides; refused by name. */
export const refusedAggregations: readonly string[] = (
  'children diversified_sampler geo_bounds geo_centroid geo_distance ' +
  'geohash_grid geotile_grid matrix_stats ' +
  'parent scripted_metric ' +
  'significant_text ' +
  'variable_width_histogram'
).split(' ');

const byName = new Map(aggregationKinds.flatMap((kind) => kind.names.map((name) => [name, kind] as const)));
const refused = new Set(refusedAggregations);
const innerKeys = ['aggs', 'aggregations'];

/** The aggregations of one level, and those that read their answers. */
export interface ParsedAggregations {
  readonly nodes: readonly AggregationNode[];
  readonly pipelines: readonly Pipeline[];
}

/** Reads `aggs`: name → kind and body. Throws TrailhoundError as OpenSearch refuses it; 501 for what is not supported. */
export function parseAggregations(
  json: Document,
  at: Instant,
  budget: Budget,
  around: readonly string[] = [],
  parent?: PipelineParent,
): ParsedAggregations {
  if (around.length > limits.queryDepthMax) {
    throw argumentError(`aggregations are nested more than [${limits.queryDepthMax}] deep`);
  }
  const nodes: AggregationNode[] = [];
  const pipelines: Pipeline[] = [];
  for (const [name, definition] of Object.entries(json)) {
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
    if (!reader) {
      const pipeline = parsePipeline(name, kind, body, meta);
      pipelines.push(pipeline);
      continue;
    }
    if (innerJson !== undefined && !isDocument(innerJson))
      throw parsingError(`Unexpected token in [${name}]: [aggs] must be an object`);
    const parsed =
      innerJson === undefined ? none : parseAggregations(innerJson, at, budget, [...around, kind], { kind, body });
    const inner = parsed.nodes;
    if (inner.length + parsed.pipelines.length > 0 && !reader.buckets) {
      throw new TrailhoundError(
        'bad-request',
        `Aggregator [${name}] of type [${kind}] cannot accept sub-aggregations`,
        {
          wire: 'aggregation_initialization_exception',
          status: 500,
        },
      );
    }
    const aggregation = reader.parse(body, { name, kind, inner, around, at, budget });
    nodes.push({ name, kind, meta, inner, aggregation, pipelines: parsed.pipelines });
  }
  checkPipelines(pipelines, nodes, parent);
  return { nodes, pipelines: orderedPipelines(pipelines) };
}

const none: ParsedAggregations = { nodes: [], pipelines: [] };

/** The one kind that a definition names; without a reader it is one of `pipelineKinds`. */
function kindOf(
  name: string,
  definition: Document,
): { kind: string; body: Document; reader: AggregationKind | undefined } {
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
  if (reader || pipelineKinds.includes(kind)) return { kind, body, reader };
  if (refused.has(kind)) {
    throw new TrailhoundError('not-supported', `aggregation [${name}]: [${kind}] is not supported: leave it out`);
  }
  throw parsingError(`Unknown aggregation type [${kind}]`);
}
