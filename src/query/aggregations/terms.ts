import type { Document } from '../../base/document.ts';
import { makeBest } from '../best-hits.ts';
import type { RowBatch } from '../candidate.ts';
import type { Point } from '../lucene.ts';
import type { AggregatedHit, Aggregation, AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, fieldOf, flagOf, textOf, wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { bucketOrder, type KeyedBucket, parseOrder } from './bucket-order.ts';
import { type FieldValues, fieldValues, type Shown, type ValueKind } from './field-values.ts';
import { type KeyFilter, parseKeyFilter } from './key-filter.ts';
import { collectRowsInto, countOrdinals, hitAt, makeLists } from './row-batch.ts';

/** `terms`: a bucket for each value of a field, the fullest first, equal ones by key. */
export const terms: AggregationKind = {
  names: ['terms'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    return make(body, scope);
  },
};

const known = (
  'field missing format value_type size shard_size min_doc_count shard_min_doc_count order include exclude ' +
  'collect_mode execution_hint show_term_doc_count_error'
).split(' ');

const fullestFirst = [{ path: '_count', descending: true }];

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner, budget } = scope;
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const size = wholeOf(body, 'size', kind, 10, 1);
  const least = wholeOf(body, 'min_doc_count', kind, 1, 0);
  const order = parseOrder(body.order, kind, fullestFirst);
  const showError = flagOf(body, 'show_term_doc_count_error', kind);
  const keyFilter = parseKeyFilter(body, scope);
  /** Values of all documents, matching or not: asked for with `min_doc_count: 0`. */
  const everywhere = new Set<Point>();
  let compare: (a: KeyedBucket, b: KeyedBucket) => number;
  let values: FieldValues;
  let accepts: KeyFilter | undefined;
  let shown: { readonly kind: ValueKind; readonly show: Shown } | undefined;
  const start = (): Tally => {
    const buckets = new Map<Point, Bucket>();
    const bucketAt = (value: Point): Bucket | undefined => {
      let bucket = buckets.get(value);
      if (bucket || (accepts && !accepts(value))) return bucket;
      bucket = startBucket(scope);
      buckets.set(value, bucket);
      return bucket;
    };
    const collect = (hit: AggregatedHit): void => collectOnce(hit, values.read(hit), bucketAt);
    return {
      collect,
      collectRows: (batch) => {
        if (inner.length > 0) partitionRows(values, batch, bucketAt);
        else countRows(values, batch, bucketAt, collect);
      },
      answer() {
        for (const key of everywhere) if (!buckets.has(key)) buckets.set(key, startBucket(scope));
        // There may be a million: only those that are shown are put in order.
        const best = makeBest(size, compare);
        let total = 0;
        for (const [key, bucket] of buckets) {
          if (bucket.count < least) continue;
          total += bucket.count;
          best.add({ key, bucket });
        }
        return termsAnswer(best.sorted(), total, { showError, show: shown?.show }, scope);
      },
      valueOf: () => Number.NaN,
    };
  };
  return {
    enter(place) {
      values = fieldValues(request, place);
      if (values.kind !== 'none') shown = values;
      accepts = keyFilter?.(values);
      compare = bucketOrder(order, inner);
      enterNodes(inner, place);
    },
    start,
    ...(least === 0 ? { see: (hit) => seeValues(hit) } : {}),
    unordered: () => manyBuckets,
    typeName: () => (shown ? `${prefixes[shown.kind]}terms` : 'sterms'),
  };

  function seeValues(hit: AggregatedHit): void {
    for (const value of values.read(hit)) {
      if (everywhere.has(value) || (accepts && !accepts(value))) continue;
      budget.hold(1);
      everywhere.add(value);
    }
  }
}

/** A document counts once for a value, however often it has it. */
function collectOnce(hit: AggregatedHit, found: readonly Point[], bucketAt: BucketAt): void {
  let last: Point | undefined;
  for (const value of found) {
    if (value === last) continue;
    last = value;
    const bucket = bucketAt(value);
    if (bucket) collectInto(bucket, hit);
  }
}

type BucketAt = (value: Point) => Bucket | undefined;

/** Counts without looking at documents one by one, where the values are numbered. */
function countRows(
  values: FieldValues,
  batch: RowBatch,
  bucketAt: BucketAt,
  collect: (hit: AggregatedHit) => void,
): void {
  const known = values.byRow(batch.columns);
  const ordinals = known?.ordinals;
  if (!known || !ordinals || ordinals.count > batch.rows.length * 4) {
    partitionRows(values, batch, bucketAt);
    return;
  }
  const counts = countOrdinals(ordinals, batch, (row) => collect(hitAt(batch, row)));
  for (let ordinal = 0; ordinal < ordinals.count; ordinal++) {
    const count = counts[ordinal + 1] as number;
    const point = count > 0 ? known.point(ordinal) : undefined;
    const bucket = point === undefined ? undefined : bucketAt(point);
    if (bucket) bucket.count += count;
  }
}

/** A list of rows for every bucket, so that what stands inside is collected by rows too. */
function partitionRows(values: FieldValues, batch: RowBatch, bucketAt: BucketAt): void {
  const { columns, rows } = batch;
  const known = values.byRow(columns);
  const lists = makeLists<Point>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    for (const value of known?.read(row) ?? values.read(hitAt(batch, row))) lists.add(value, row);
  }
  lists.each((value, inside) => {
    const bucket = bucketAt(value);
    if (bucket) collectRowsInto(bucket, { columns, rows: inside });
  });
}

function termsAnswer(
  kept: readonly KeyedBucket[],
  total: number,
  { showError, show }: { showError: boolean; show: Shown | undefined },
  { inner, budget }: AggregationScope,
): Document {
  budget.answer(kept.length);
  const error = showError ? { doc_count_error_upper_bound: 0 } : {};
  return {
    doc_count_error_upper_bound: 0,
    sum_other_doc_count: kept.reduce((rest, { bucket }) => rest - bucket.count, total),
    buckets: kept.map(({ key, bucket }) => bucketAnswer({ ...keyOf(key, show), ...error }, bucket, inner)),
  };
}

/** Why buckets cannot be ordered by an aggregation of many. */
export const manyBuckets =
  'Buckets can only be sorted on a sub-aggregator path that is built out of zero or more single-bucket aggregations within the path and a final single-bucket or a metrics aggregation at the path end.';

const prefixes: Readonly<Record<ValueKind, string>> = {
  term: 's',
  ip: 's',
  none: 's',
  whole: 'l',
  date: 'l',
  boolean: 'l',
  real: 'd',
};

/** `key` and, where the field has a format, `key_as_string`. */
export function keyOf(key: Point, show: Shown | undefined): Document {
  if (!show) return { key };
  const text = typeof key === 'string' ? undefined : show.text(key);
  return { key: show.key(key), ...(text === undefined ? {} : { key_as_string: text }) };
}
