import { type Document, put } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import { shardError } from '../refusal.ts';
import { comparePoints } from '../sort.ts';
import type { Aggregation, AggregationScope, Place } from './aggregation.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { addToList, partOfList } from './bucket-parts.ts';
import type { FieldValues } from './field-values.ts';
import { collectRowsInto, hitAt } from './row-batch.ts';
import { manyBuckets } from './terms.ts';

/** One range: `from` belongs to it, `to` does not; undefined is unbounded. */
export interface ValueRange {
  readonly from: Point | undefined;
  readonly to: Point | undefined;
  readonly key: string;
  /** `from`, `to` and their texts, as the answer shows them. */
  readonly shown: Document;
}

/** A bucket a range, by `from` and then by `to`. Range, date_range and ip_range differ in how they read and show ends. */
export function rangeAggregation(
  scope: AggregationScope,
  keyed: boolean,
  enter: (place: Place) => { readonly values: FieldValues; readonly ranges: readonly ValueRange[] },
): Aggregation {
  const { inner, budget } = scope;
  let values: FieldValues;
  let ranges: readonly ValueRange[] = [];
  return {
    enter(place) {
      const entered = enter(place);
      values = entered.values;
      ranges = [...entered.ranges].sort(byEnds);
      enterNodes(inner, place);
    },
    start() {
      const buckets = ranges.map(() => startBucket(scope));
      return {
        collect(hit) {
          const found = values.read(hit);
          if (found.length === 0) return;
          for (const [index, range] of ranges.entries()) {
            const bucket = buckets[index];
            if (bucket && found.some(within(range))) collectInto(bucket, hit);
          }
        },
        collectRows(batch) {
          const { columns, rows } = batch;
          const known = values.byRow(columns);
          const lists = ranges.map((): number[] => []);
          for (let at = 0; at < rows.length; at++) {
            const row = rows[at] as number;
            const found = known?.read(row) ?? values.read(hitAt(batch, row));
            if (found.length === 0) continue;
            for (let index = 0; index < ranges.length; index++) {
              if (found.some(within(ranges[index] as ValueRange))) lists[index]?.push(row);
            }
          }
          for (const [index, inside] of lists.entries()) {
            const bucket = buckets[index];
            if (bucket) collectRowsInto(bucket, { columns, rows: inside });
          }
        },
        part: (names) => partOfList(buckets, names),
        add: (part, names) => addToList(part, names, buckets),
        answer() {
          budget.answer(buckets.length);
          const answers = buckets.map((bucket, index) => {
            const { key, shown } = ranges[index] as ValueRange;
            return { key, answer: bucketAnswer(keyed ? shown : { key, ...shown }, bucket, inner) };
          });
          if (!keyed) return { buckets: answers.map(({ answer }) => answer) };
          const byKey: { [key: string]: unknown } = {};
          for (const { key, answer } of answers) put(byKey, key, answer);
          return { buckets: byKey };
        },
        valueOf: () => Number.NaN,
      };
    },
    unordered: () => manyBuckets,
    typeName: () => scope.kind,
  };
}

export function noRanges(name: string): Error {
  return shardError(`No [ranges] specified for the [${name}] aggregation`, 'illegal_argument_exception');
}

function within({ from, to }: ValueRange): (value: Point) => boolean {
  return (value) => (from === undefined || value >= from) && (to === undefined || value < to);
}

function byEnds(a: ValueRange, b: ValueRange): number {
  return compareEnds(a.from, b.from, -1) || compareEnds(a.to, b.to, 1);
}

/** `open`: where an unbounded end sorts. */
function compareEnds(a: Point | undefined, b: Point | undefined, open: -1 | 1): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? open : -open;
  return comparePoints(a, b);
}
