import type { Document } from '../../base/document.ts';
import { makeBest } from '../best-hits.ts';
import type { RowBatch } from '../candidate.ts';
import type { Point } from '../lucene.ts';
import { fieldAt } from '../mapping.ts';
import { addedParts, type MadeOfParts } from './added-parts.ts';
import type {
  AggregatedHit,
  Aggregation,
  AggregationKind,
  AggregationScope,
  Bucket,
  Place,
  Tally,
} from './aggregation.ts';
import { checkBody, fieldOf, flagOf, textOf, wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, makeBuckets, startBucket } from './bucket.ts';
import { bucketOrder, type KeyedBucket, parseOrder } from './bucket-order.ts';
import { addToBuckets, partOfBuckets } from './bucket-parts.ts';
import { type FieldValues, fieldValues, type Shown, type ValueKind } from './field-values.ts';
import { includedTexts, type KeyFilter, parseKeyFilter } from './key-filter.ts';
import { makeOrdinalCounts } from './ordinal-counts.ts';
import { makePartCounts } from './part.ts';
import { eachValue, makeRareRows, type RareRows } from './rare-rows.ts';
import { orderless, type RareRank, rareRank, settleOnly, settleRare } from './rare-terms.ts';
import { collectRowsInto, eachValueRows, rowsByOrdinal } from './row-batch.ts';
import { candidatesOf, isFullestFirst } from './term-candidates.ts';

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

/** What the request asks for. */
interface Wanted {
  readonly size: number;
  readonly least: number;
  /** So many buckets, the first in order, are looked at: of these those that are too rare are left out. */
  readonly candidates: number;
  /** From so many buckets on the answer says that it cannot tell how far its counts may be off. */
  readonly unsureFrom: number;
  /** Buckets with fewer documents are no candidates. */
  readonly candidateLeast: number;
  readonly showError: boolean;
  /** undefined where each value must be known by name. */
  readonly rank: RareRank | undefined;
  /** The only values that shall have buckets, where they are known to be these. */
  readonly only: readonly string[] | undefined;
  /** Values of all documents, matching or not: asked for with `min_doc_count: 0`. */
  readonly everywhere: Set<Point>;
  readonly enter: (place: Place) => void;
}

/** How the index that is read has the field. */
interface Reading {
  readonly place: Place;
  readonly values: FieldValues;
  readonly accepts: KeyFilter | undefined;
  readonly compare: (a: KeyedBucket, b: KeyedBucket) => number;
}

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner, budget } = scope;
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const size = wholeOf(body, 'size', kind, 10, 1);
  const least = wholeOf(body, 'min_doc_count', kind, 1, 0);
  const order = parseOrder(body.order, kind, fullestFirst);
  const showError = flagOf(body, 'show_term_doc_count_error', kind);
  const keyFilter = parseKeyFilter(body, scope);
  const only = keyFilter && includedTexts(body);
  const takes = least > 0 && orderless(inner);
  const rank = takes && !keyFilter ? rareRank(order) : undefined;
  const everywhere = new Set<Point>();
  let reading: Reading;
  let shown: { readonly kind: ValueKind; readonly show: Shown } | undefined;
  const enter = (place: Place): void => {
    const values = fieldValues(request, place);
    if (values.kind !== 'none') shown = values;
    reading = { place, values, accepts: keyFilter?.(values), compare: bucketOrder(order, inner) };
    enterNodes(inner, place);
    // Observed: what stands for none is among the texts of a field, as if a document had it.
    const { missing } = values;
    const listed = values.kind === 'term' || values.kind === 'ip';
    if (least === 0 && listed && missing !== undefined && fieldAt(place.mapping, request.field)) {
      if (!reading.accepts || reading.accepts(missing)) everywhere.add(missing);
    }
  };
  const seeValues = (hit: AggregatedHit): void => {
    for (const value of reading.values.read(hit)) {
      if (everywhere.has(value) || (reading.accepts && !reading.accepts(value))) continue;
      budget.hold(1);
      everywhere.add(value);
    }
  };
  const candidateLeast = Math.min(least, wholeOf(body, 'shard_min_doc_count', kind, 0, 0));
  const handed = candidatesOf(body, { size, order }, scope);
  const candidates = least > 1 ? handed : size;
  /** With so many buckets nothing is known of the others; where it is the fullest or the first that come first it is. */
  const unsureFrom = order[0]?.path === '_key' || isFullestFirst(order) ? Number.POSITIVE_INFINITY : handed;
  const wanted = {
    size,
    least,
    candidates,
    candidateLeast,
    unsureFrom,
    showError,
    rank,
    only: takes ? only : undefined,
    everywhere,
    enter,
  };
  return {
    enter,
    start: () =>
      startTally(
        wanted,
        () => reading,
        () => shown?.show,
        scope,
      ),
    ...(least === 0 ? { see: seeValues } : {}),
    unordered: () => manyBuckets,
    typeName: () => (shown ? `${prefixes[shown.kind]}terms` : 'sterms'),
  };
}

/** What is shown of all parts of a search together. */
const settledParts: MadeOfParts<Settled> = new WeakMap();

interface Settled {
  readonly kept: readonly KeyedBucket[];
  /** Documents of these and of what else there is. */
  readonly total: number;
  /** How far counts may be off is not known. */
  readonly unsure: boolean;
}

/** Of more buckets it is made anew. */
const settledMax = 1000;

function startTally(
  wanted: Wanted,
  reading: () => Reading,
  show: () => Shown | undefined,
  scope: AggregationScope,
): Tally {
  const { rank, only } = wanted;
  const { inner, budget } = scope;
  const buckets = new Map<Point, Bucket>();
  const bucketOf = makeBuckets(buckets, scope);
  const bucketAt = (value: Point): Bucket | undefined => {
    const { accepts } = reading();
    return !accepts || accepts(value) ? bucketOf(value) : undefined;
  };
  const collect = (hit: AggregatedHit): void => collectOnce(hit, reading().values.read(hit), bucketAt);
  const counts = makeOrdinalCounts((value, count) => raise(bucketAt(value), count), collect);
  // What was kept was accepted: the index of now may read otherwise what is included.
  const kept = makePartCounts((value, count) => raise(bucketOf(value), count));
  const added = addedParts(settledParts);
  const flush = (): void => {
    added.flush();
    counts.flush();
    kept.flush();
  };
  const levels = scope.around.length;
  /** Rows that it takes can be kept. */
  const plain = inner.length === 0 && levels === 0;
  const rare = (rank || only) && makeRareRows(budget, levels > 0, () => budget.later(levels, settle, plain));
  /** Rows whose value is not among the buckets. */
  let others = 0;
  function* settle(): Generator<void> {
    if (!rare || added.known()) return;
    flush();
    others = yield* settleRows(rare, buckets, bucketOf, wanted, reading(), scope);
  }
  return {
    collect(hit) {
      added.mix();
      collect(hit);
    },
    collectRows(all) {
      added.mix();
      const { values, place, accepts } = reading();
      const batch = rare?.take(values, all, place) ?? all;
      if (inner.length > 0 || !counts.add(values, batch, accepts)) partitionRows(values, batch, bucketAt);
    },
    part(names) {
      flush();
      const part = partOfBuckets(buckets, names);
      const parts = rare ? rare.parts() : [];
      return part && parts && { ...part, rare: parts };
    },
    add(part, names, columns) {
      if (inner.length > 0) return addToBuckets(part, names, bucketOf);
      if (!plain) return kept.add(part, names);
      const { values, place } = reading();
      added.add(part, () => kept.add(part, names));
      if (columns) rare?.addAll(part.rare ?? [], values, place, columns);
    },
    answer() {
      const before = added.known();
      if (!before) flush();
      wanted.everywhere.forEach(bucketOf);
      const settled = before ?? bestBuckets(buckets, wanted, others, reading().compare);
      if (!before && wanted.everywhere.size === 0 && settled.kept.length <= settledMax) added.keep(settled);
      return termsAnswer(settled, { showError: wanted.showError, show: show() }, scope);
    },
    valueOf: () => Number.NaN,
  };
}

function raise(bucket: Bucket | undefined, by: number): void {
  if (bucket) bucket.count += by;
}

/** Names those that are shown of the rows whose values are known by hashes; answers how many rows others have. */
function* settleRows(
  rare: RareRows,
  buckets: Map<Point, Bucket>,
  bucketOf: (value: Point) => Bucket,
  { candidates, candidateLeast, rank, only, enter }: Wanted,
  { place, compare }: Reading,
  scope: AggregationScope,
): Generator<void, number> {
  yield* eachValue(rare.strangers, (value) => {
    if (!only || only.includes(String(value))) raise(bucketOf(value), 1);
  });
  if (rare.count === 0) return 0;
  const inside = scope.inner.length > 0 ? enter : () => {};
  const start = (): Bucket => startBucket(scope);
  const left = only
    ? yield* settleOnly(rare, buckets, only, start, inside)
    : yield* settleRare(
        rare,
        buckets,
        { size: candidates, least: candidateLeast, rank: rank as RareRank, compare },
        start,
        inside,
      );
  inside(place);
  return left;
}

/** There may be a million: only those that are shown are put in order. */
function bestBuckets(
  buckets: ReadonlyMap<Point, Bucket>,
  { size, least, candidates, candidateLeast, unsureFrom }: Wanted,
  others: number,
  compare: Reading['compare'],
): Settled {
  const best = makeBest(candidates, compare);
  let total = others;
  let eligible = 0;
  for (const [key, bucket] of buckets) {
    total += bucket.count;
    if (bucket.count < candidateLeast) continue;
    eligible++;
    best.add({ key, bucket });
  }
  const sorted = best.sorted();
  const passing = sorted.filter(({ bucket }) => bucket.count >= least);
  // What was a candidate and is too rare counts nowhere.
  const dropped = sorted.reduce((sum, { bucket }) => (bucket.count < least ? sum + bucket.count : sum), 0);
  return { kept: passing.slice(0, size), total: total - dropped, unsure: eligible >= unsureFrom };
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

/** A list of rows for every bucket, so that what stands inside is collected by rows too. */
function partitionRows(values: FieldValues, batch: RowBatch, bucketAt: BucketAt): void {
  const { columns } = batch;
  const known = values.byRow(columns);
  const split = known?.ordinals && rowsByOrdinal(known.ordinals, batch);
  if (known?.ordinals && split) {
    const { ends, sorted } = split;
    const parts = new Map<Bucket, Uint32Array>();
    for (let ordinal = 0; ordinal < known.ordinals.count; ordinal++) {
      const [from = 0, to = 0] = [ends[ordinal], ends[ordinal + 1]];
      const point = from < to ? known.point(ordinal) : undefined;
      const bucket = point === undefined ? undefined : bucketAt(point);
      if (bucket) parts.set(bucket, joined(parts.get(bucket), sorted.subarray(from, to)));
    }
    for (const [bucket, inside] of parts) collectRowsInto(bucket, { columns, rows: inside });
    return;
  }
  eachValueRows(values, batch, (value, inside) => {
    const bucket = bucketAt(value);
    if (bucket) collectRowsInto(bucket, inside);
  });
}

/** `"false"` and `false` are one value of a boolean written in two ways: its documents come in their order all the same. */
function joined(rows: Uint32Array | undefined, more: Uint32Array): Uint32Array {
  return rows ? Uint32Array.from([...rows, ...more]).sort() : more;
}

function termsAnswer(
  { kept, total, unsure }: Settled,
  { showError, show }: { showError: boolean; show: Shown | undefined },
  { inner, budget }: AggregationScope,
): Document {
  budget.answer(kept.length);
  const bound = unsure ? -1 : 0;
  const error = showError ? { doc_count_error_upper_bound: bound } : {};
  return {
    doc_count_error_upper_bound: bound,
    sum_other_doc_count: kept.reduce((rest, { bucket }) => rest - bucket.count, total),
    buckets: kept.map(({ key, bucket }) =>
      bucketAnswer({ ...keyOf(key, show), doc_count: 0, ...error }, bucket, inner),
    ),
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
