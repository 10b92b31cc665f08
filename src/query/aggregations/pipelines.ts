import type { Document } from '../../base/document.ts';
import { asText, isDocument, put } from '../../base/document.ts';
import { argumentError, parsingError } from '../refusal.ts';
import type { AggregationNode } from './aggregation.ts';
import { checkBody, failedField, numberOf, textOf, wholeOf } from './body.ts';
import { parseOrder } from './bucket-order.ts';
import { bucketScriptKinds, parseBucketScript } from './bucket-scripts.ts';
import { gapPolicyOf, valueAt, valuesOf } from './buckets-path.ts';
import { decimalFormat } from './decimal-format.ts';
import { derivativeUnitMs } from './derivative-unit.ts';
import { movingKinds, parseMoving } from './moving-functions.ts';
import type { Pipeline } from './pipeline.ts';
import { statsOfNumbers } from './stats.ts';

export const pipelineKinds: readonly string[] = [
  ...[
    'max_bucket',
    'min_bucket',
    'avg_bucket',
    'sum_bucket',
    'stats_bucket',
    'extended_stats_bucket',
    'percentiles_bucket',
  ],
  ...['cumulative_sum', 'derivative', 'serial_diff', 'bucket_sort', ...movingKinds, ...bucketScriptKinds],
];

export function parsePipeline(name: string, kind: string, body: Document, meta: Document | undefined): Pipeline {
  const base = { name, kind, meta, paths: [] };
  if (bucketScriptKinds.includes(kind)) return { ...base, ...parseBucketScript(body, kind, name) };
  if (movingKinds.includes(kind)) return { ...base, ...parseMoving(body, kind, name) };
  if (kind === 'bucket_sort') return { ...base, ...bucketSort(body, kind, name) };
  checkBody(body, kind, ['buckets_path', 'format', 'gap_policy', ...(own[kind] ?? [])]);
  const path = textOf(body, 'buckets_path', kind);
  if (path === undefined) throw parsingError(`Missing required field [buckets_path] for aggregation [${name}]`);
  const reads = [path.split(/[>.[]/)[0] ?? ''];
  const format = textOf(body, 'format', kind);
  const gaps = gapPolicyOf(body, kind);
  const text = format === undefined ? undefined : decimalFormat(format);
  const shown = (value: number): Document =>
    Number.isFinite(value) ? { value, ...(text ? { value_as_string: text(value) } : {}) } : { value: null };
  if (kind.endsWith('_bucket')) {
    return {
      ...base,
      paths: [path],
      reads,
      place: 'siblings',
      typeName: siblingTypes[kind] ?? kind,
      value: (level) => overBuckets(kind, body, valuesOf(level, path, gaps), shown),
    };
  }
  const steps = runningSteps(kind, body);
  const unit = textOf(body, 'unit', kind);
  return {
    ...base,
    paths: [path],
    reads,
    place: 'buckets',
    typeName: kind === 'derivative' ? 'derivative' : 'simple_value',
    change: (buckets) => {
      const results = steps(buckets.map(({ bucket }) => valueAt(bucket, path, gaps)));
      const unitMs = unit === undefined ? undefined : derivativeUnitMs(unit);
      return buckets.map(({ key, bucket }, at) => {
        const value = results[at];
        if (value === undefined) return { key, bucket };
        const apart = Number(bucket.key) - Number(buckets[at - 1]?.bucket.key);
        const rate = unitMs === undefined ? {} : normalized(shown(value / (apart / unitMs)));
        return { key, bucket: { ...bucket, [name]: { ...shown(value), ...rate } } };
      });
    },
  };
}

function normalized({ value, value_as_string: text }: Document): Document {
  return { normalized_value: value, ...(text === undefined ? {} : { normalized_value_as_string: text }) };
}

const own: Readonly<Record<string, readonly string[]>> = {
  percentiles_bucket: ['percents', 'keyed'],
  extended_stats_bucket: ['sigma'],
  serial_diff: ['lag'],
  derivative: ['unit'],
};

const siblingTypes: Readonly<Record<string, string>> = {
  max_bucket: 'bucket_metric_value',
  min_bucket: 'bucket_metric_value',
  avg_bucket: 'simple_value',
  sum_bucket: 'simple_value',
};

type Value = { readonly key: string; readonly value: number };

function overBuckets(
  kind: string,
  body: Document,
  values: readonly Value[],
  shown: (value: number) => Document,
): Document {
  const numbers = values.map(({ value }) => value);
  const count = numbers.length;
  const sum = numbers.reduce((total, value) => total + value, 0);
  // Not Math.max(...numbers): there may be more buckets than arguments.
  const max = numbers.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  const min = numbers.reduce((best, value) => Math.min(best, value), Number.POSITIVE_INFINITY);
  switch (kind) {
    case 'max_bucket':
    case 'min_bucket': {
      const best = kind === 'max_bucket' ? max : min;
      return { ...shown(best), keys: values.filter(({ value }) => value === best).map(({ key }) => key) };
    }
    case 'avg_bucket':
      return shown(sum / count);
    case 'sum_bucket':
      return shown(sum);
    case 'stats_bucket':
      return count === 0
        ? { count, min: null, max: null, avg: null, sum: 0 }
        : { count, min, max, avg: sum / count, sum, ...statTexts({ min, max, avg: sum / count, sum }, shown) };
    case 'extended_stats_bucket':
      return statsOfNumbers(
        numbers,
        numberOf(body, 'sigma', kind, 2),
        (value) => shown(value).value_as_string as string | undefined,
      );
    default:
      return { values: bucketPercentiles(body, numbers, shown) };
  }
}

function statTexts(stats: Readonly<Record<string, number>>, shown: (value: number) => Document): Document {
  const texts = Object.entries(stats).map(([part, value]) => [`${part}_as_string`, shown(value).value_as_string]);
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined));
}

function bucketPercentiles(body: Document, numbers: readonly number[], shown: (value: number) => Document): unknown {
  const percents = Array.isArray(body.percents) ? body.percents.map(Number) : [1, 5, 25, 50, 75, 95, 99];
  const sorted = [...numbers].sort((a, b) => a - b);
  const answer: { [name: string]: unknown } = {};
  for (const percent of percents) {
    const at = Math.round((percent / 100) * (sorted.length - 1));
    const name = Number.isInteger(percent) ? `${percent}.0` : String(percent);
    const value = sorted[at];
    put(answer, name, value ?? null);
    const text = value === undefined ? undefined : shown(value).value_as_string;
    if (text !== undefined) put(answer, `${name}_as_string`, text);
  }
  return answer;
}

/** What each bucket gets; undefined: nothing. NaN stands for a gap. */
function runningSteps(
  kind: string,
  body: Document,
): (values: readonly (number | undefined)[]) => readonly (number | undefined)[] {
  if (kind === 'cumulative_sum') {
    return (values) => {
      let sum = 0;
      return values.map((value) => {
        if (value !== undefined && Number.isFinite(value)) sum += value;
        return sum;
      });
    };
  }
  if (kind === 'derivative') {
    return (values) => {
      let before: number | undefined;
      return values.map((value) => {
        const last = before;
        before = value;
        return last === undefined || value === undefined ? undefined : value - last;
      });
    };
  }
  const lag = wholeOf(body, 'lag', kind, 1, 1);
  return (values) =>
    values.map((value, at) => {
      const earlier = values[at - lag];
      const difference = value === undefined || earlier === undefined ? Number.NaN : value - earlier;
      return at < lag || Number.isNaN(difference) ? undefined : difference;
    });
}

function bucketSort(body: Document, kind: string, name: string): Omit<Pipeline, 'name' | 'kind' | 'meta'> {
  checkBody(body, kind, ['sort', 'from', 'size', 'gap_policy']);
  const from = wholeOf(body, 'from', kind, 0, 0);
  const size = body.size === undefined ? Number.POSITIVE_INFINITY : wholeOf(body, 'size', kind, 10, 1);
  const gaps = gapPolicyOf(body, kind);
  const list = body.sort === undefined || body.sort === null ? [] : [body.sort].flat();
  if (list.length === 0 && body.size === undefined && from === 0) {
    throw refusedPipeline(
      `[${name}] is configured to perform nothing. Please set either of [sort, size, from] to use bucket_sort`,
    );
  }
  const keys = list.flatMap((item) => {
    if (typeof item === 'string') return [{ path: item, descending: false }];
    if (!isDocument(item)) throw failedField(kind, 'sort');
    return Object.entries(item).flatMap(([path, how]) =>
      parseOrder({ [path]: isDocument(how) ? (how.order ?? 'asc') : how }, kind, []),
    );
  });
  return {
    paths: keys.map(({ path }) => path),
    reads: keys.map(({ path }) => path.split(/[>.[]/)[0] ?? ''),
    place: 'buckets',
    typeName: kind,
    change(buckets) {
      const ranked = buckets
        .map((entry) => ({ entry, values: keys.map(({ path }) => valueAt(entry.bucket, path, gaps)) }))
        .filter(({ values }) => values.every((value) => value !== undefined && !Number.isNaN(value)));
      ranked.sort((a, b) => {
        for (const [at, { descending }] of keys.entries()) {
          const by = compareKeys(a.values[at], b.values[at]);
          if (by !== 0) return descending ? -by : by;
        }
        return 0;
      });
      return ranked.map(({ entry }) => entry).slice(from, from + size);
    },
  };
}

function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return asText(a) < asText(b) ? -1 : asText(a) > asText(b) ? 1 : 0;
}

/** What is wrong with where a pipeline stands: told before anything is read. */
export function refusedPipeline(reason: string): Error {
  return argumentError(`Validation Failed: 1: ${reason};`, 'action_request_validation_exception');
}

const running = ['cumulative_sum', 'derivative', 'serial_diff', ...movingKinds];
const histograms = ['histogram', 'date_histogram', 'auto_date_histogram'];

/** The aggregation that pipelines stand in. */
export interface PipelineParent {
  readonly kind: string;
  readonly body: Document;
}

/** Throws for paths that lead nowhere, and for running sums outside of a histogram. */
export function checkPipelines(
  pipelines: readonly Pipeline[],
  nodes: readonly AggregationNode[],
  parent: PipelineParent | undefined,
): void {
  for (const pipeline of pipelines) {
    const { name, kind, place, paths } = pipeline;
    if (place === 'buckets' && !parent) {
      throw refusedPipeline(`${kind} aggregation [${name}] must be declared inside of another aggregation`);
    }
    if (running.includes(kind)) checkHistogram(name, kind, parent);
    for (const path of paths) checkPath(path, nodes, pipelines);
  }
}

function checkPath(path: string, nodes: readonly AggregationNode[], pipelines: readonly Pipeline[]): void {
  const [first = '', second] = path.split('>');
  const node = nodes.find((one) => isNamed(first, one.name));
  if (!node && !pipelines.some((one) => isNamed(first, one.name)) && !first.startsWith('_')) {
    throw refusedPipeline(`No aggregation found for path [${path}]`);
  }
  const inner = node && [...node.inner, ...node.pipelines];
  if (second === undefined || !inner || second.startsWith('_')) return;
  if (inner.some((one) => isNamed(second, one.name))) return;
  throw refusedPipeline(`No aggregation [${second.split(/[.[]/)[0]}] found for path [${path}]`);
}

/** `s`, `s.avg` and `s[avg]` name s. */
function isNamed(step: string, name: string): boolean {
  return step === name || step.startsWith(`${name}.`) || step.startsWith(`${name}[`);
}

function checkHistogram(name: string, kind: string, parent: PipelineParent | undefined): void {
  if (!parent || !histograms.includes(parent.kind)) {
    throw refusedPipeline(
      `${kind} aggregation [${name}] must have a histogram, date_histogram or auto_date_histogram as parent`,
    );
  }
  if (parent.kind === 'auto_date_histogram') return;
  const least = parent.body.min_doc_count;
  if (least !== undefined && Number(least) !== 0) {
    throw refusedPipeline(`parent histogram of ${kind} aggregation [${name}] must have min_doc_count of 0`);
  }
}

/** In an order in which everything read is there; the sorting of buckets comes last. */
export function orderedPipelines(pipelines: readonly Pipeline[]): readonly Pipeline[] {
  const waiting = [...pipelines].sort((a, b) => Number(a.kind === 'bucket_sort') - Number(b.kind === 'bucket_sort'));
  const ordered: Pipeline[] = [];
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const at = waiting.findIndex(({ name, reads }) => reads.every((read) => read === name || !names.has(read)));
    if (at < 0) throw argumentError(`Cyclical dependency found with pipeline aggregator ${waiting[0]?.name}`);
    ordered.push(...waiting.splice(at, 1));
  }
  return ordered;
}
