import type { Document } from '../../base/document.ts';
import { put } from '../../base/document.ts';
import type { Columns, RowBatch } from '../candidate.ts';
import type { AggregatedHit, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { bucketAnswer, collectInto, makeBuckets, startBucket } from './bucket.ts';
import type { KeyedBucket } from './bucket-order.ts';
import { addToBuckets, partOfBuckets } from './bucket-parts.ts';
import { collectRowsInto, hitAt, makeLists } from './row-batch.ts';

/** What date_histogram and histogram have in common. */
export interface Intervals {
  /** The keys of a hit, ascending; one may stand more than once. */
  keys(hit: AggregatedHit): readonly number[];
  /** The key of an instant; undefined outside hard bounds. Where there is none, keys are asked for hit by hit. */
  keyOf?: ((value: number) => number | undefined) | undefined;
  /** The instants of a batch's rows, as Instants says, where the store can tell them. */
  instants?: ((columns: Columns) => Float64Array | undefined) | undefined;
  next(key: number): number;
  /** Fewest documents; 0 fills the gaps. */
  readonly least: number;
  /** Keys from which and up to which empty buckets are shown. */
  readonly extended: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
  readonly keyed: boolean;
  compare: ((a: KeyedBucket, b: KeyedBucket) => number) | undefined;
  /** `{key_as_string, key}`; `name` is the key of a keyed answer. */
  shown(key: number): { readonly name: string; readonly before: Document };
}

export function intervalTally(intervals: Intervals, scope: AggregationScope): Tally {
  const { inner, budget } = scope;
  const buckets = new Map<number, Bucket>();
  const bucketAt = makeBuckets(buckets, scope);
  return {
    collect(hit) {
      let last: number | undefined;
      for (const key of intervals.keys(hit)) {
        if (key === last) continue;
        last = key;
        collectInto(bucketAt(key), hit);
      }
    },
    collectRows(batch) {
      const instants = intervals.instants?.(batch.columns);
      const { keyOf } = intervals;
      const { columns, rows } = batch;
      if (instants && keyOf && inner.length === 0) {
        countRuns(batch, instants, intervals, bucketAt);
        return;
      }
      const lists = makeLists<number>();
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as number;
        const instant = instants?.[row] ?? Number.POSITIVE_INFINITY;
        if (keyOf && instant !== Number.POSITIVE_INFINITY) {
          const key = Number.isNaN(instant) ? undefined : keyOf(instant);
          if (key !== undefined) lists.add(key, row);
        } else for (const key of intervals.keys(hitAt(batch, row))) lists.add(key, row);
      }
      lists.each((key, inside) => collectRowsInto(bucketAt(key), { columns, rows: inside }));
    },
    part: (names) => partOfBuckets(buckets, names),
    add: (part, names) => addToBuckets(part, names, (key) => bucketAt(Number(key))),
    answer() {
      const found = [...buckets].map(([key, bucket]) => ({ key, bucket })).sort((a, b) => a.key - b.key);
      const kept = found.filter(({ bucket }) => bucket.count >= intervals.least);
      budget.answer(kept.length);
      const all = intervals.least === 0 ? filled(kept, intervals, scope) : kept;
      if (intervals.compare) all.sort(intervals.compare);
      const answers = all.map(({ key, bucket }) => {
        const { name, before } = intervals.shown(key);
        return { name, answer: bucketAnswer(before, bucket, inner) };
      });
      if (!intervals.keyed) return { buckets: answers.map(({ answer }) => answer) };
      const byName: { [name: string]: unknown } = {};
      for (const { name, answer } of answers) put(byName, name, answer);
      return { buckets: byName };
    },
    valueOf: () => Number.NaN,
  };
}

/** Only counts: neighbours mostly fall together. */
function countRuns(
  batch: RowBatch,
  instants: Float64Array,
  { keyOf, keys }: Intervals,
  bucketAt: (key: number) => Bucket,
): void {
  const { rows } = batch;
  let last: number | undefined;
  let count = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const instant = instants[row] as number;
    if (instant === Number.POSITIVE_INFINITY) {
      for (const key of new Set(keys(hitAt(batch, row)))) bucketAt(key).count++;
      continue;
    }
    const key = Number.isNaN(instant) ? undefined : keyOf?.(instant);
    if (key !== last) {
      if (last !== undefined) bucketAt(last).count += count;
      last = key;
      count = 0;
    }
    count++;
  }
  if (last !== undefined) bucketAt(last).count += count;
}

interface Filled {
  readonly key: number;
  readonly bucket: Bucket;
}

/** The buckets with empty ones between them, and out to the extended bounds. */
function filled(found: readonly Filled[], { next, extended }: Intervals, scope: AggregationScope): Filled[] {
  const all: Filled[] = [];
  const fill = (from: number, inside: (key: number) => boolean): void => {
    for (let key = from; inside(key); ) {
      scope.budget.answer(1);
      all.push({ key, bucket: startBucket(scope) });
      const after = next(key);
      if (!(after > key)) return;
      key = after;
    }
  };
  const [first] = found;
  const { min, max } = extended ?? { min: undefined, max: undefined };
  if (!first) {
    if (min !== undefined && max !== undefined) fill(min, (key) => key <= max);
    return all;
  }
  if (min !== undefined) fill(min, (key) => key < first.key);
  let last = first.key;
  for (const entry of found) {
    if (entry !== first) fill(next(last), (key) => key < entry.key);
    all.push(entry);
    last = entry.key;
  }
  if (max !== undefined) fill(next(last), (key) => key <= max);
  return all;
}
