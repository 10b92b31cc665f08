import type { Candidate, RowBatch } from '../candidate.ts';
import type { Ordinals } from '../columns.ts';
import type { Point } from '../lucene.ts';
import type { AggregatedHit, Bucket, Tally } from './aggregation.ts';
import type { FieldValues } from './field-values.ts';

/** A match that is a whole document. Its source is read when it is asked for. */
export function hitOf(candidate: Candidate, score: number): AggregatedHit {
  return new WholeDocument(candidate, score);
}

class WholeDocument implements AggregatedHit {
  readonly candidate: Candidate;
  readonly nested = undefined;
  readonly parent = undefined;
  readonly score: number;

  constructor(candidate: Candidate, score: number) {
    this.candidate = candidate;
    this.score = score;
  }
  get scope(): unknown {
    return this.candidate.source;
  }
}

/** The score of a row counts nowhere: where scores count, matches are collected one by one. */
export function hitAt({ columns }: RowBatch, row: number): AggregatedHit {
  return hitOf(columns.candidate(row), 1);
}

export function collectRows(tally: Tally, batch: RowBatch): void {
  if (tally.collectRows) tally.collectRows(batch);
  else collectEach(tally, batch);
}

/** Row by row: as it would be collected without columns. */
export function collectEach(tally: Tally, batch: RowBatch): void {
  const { rows } = batch;
  for (let at = 0; at < rows.length; at++) tally.collect(hitAt(batch, rows[at] as number));
}

export function collectRowsInto(bucket: Bucket, batch: RowBatch): void {
  bucket.count += batch.rows.length;
  for (const tally of bucket.tallies) collectRows(tally, batch);
}

/** Collects rows in lists, one for each bucket that a row falls into. A row that comes twice to one list counts once. */
export function makeLists<Key>(): {
  add(key: Key, row: number): void;
  /** The list itself, for rows that come in ascending order and only once. */
  list(key: Key): number[];
  each(take: (key: Key, rows: readonly number[]) => void): void;
} {
  const lists = new Map<Key, number[]>();
  const list = (key: Key): number[] => {
    let known = lists.get(key);
    if (!known) {
      known = [];
      lists.set(key, known);
    }
    return known;
  };
  return {
    list,
    add(key, row) {
      const rows = list(key);
      if (rows[rows.length - 1] !== row) rows.push(row);
    },
    each(take) {
      for (const [key, rows] of lists) take(key, rows);
    },
  };
}

/** Calls with every value of every row, in order. */
export function eachPoint(values: FieldValues, batch: RowBatch, take: (point: Point) => void): void {
  const { rows, columns } = batch;
  const known = values.byRow(columns);
  const ordinals = known?.ordinals;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (known && ordinals) {
      const ordinal = ordinals.of[row] as number;
      if (ordinal === 0) continue;
      if (ordinal !== ordinals.many) {
        const point = known.point(ordinal - 1);
        if (point !== undefined) take(point);
        continue;
      }
    }
    const instant = known?.instants?.[row];
    if (instant !== undefined && instant !== Number.POSITIVE_INFINITY) {
      if (!Number.isNaN(instant)) take(instant);
      continue;
    }
    for (const point of values.read(hitAt(batch, row))) take(point);
  }
}

/** The same where it does not matter how often a value comes: it comes at least once. */
export function eachPointOnce(values: FieldValues, batch: RowBatch, take: (point: Point) => void): void {
  const known = values.byRow(batch.columns);
  const ordinals = known?.ordinals;
  // To look through the marks must not cost more than the rows do.
  if (!known || !ordinals || ordinals.count > batch.rows.length * 4) {
    eachPoint(values, batch, take);
    return;
  }
  const counts = countOrdinals(ordinals, batch, (row) => {
    for (const point of values.read(hitAt(batch, row))) take(point);
  });
  for (let ordinal = 0; ordinal < ordinals.count; ordinal++) {
    const point = counts[ordinal + 1] ? known.point(ordinal) : undefined;
    if (point !== undefined) take(point);
  }
}

/** How many rows have value n alone stands at n + 1; the others with values are handed on. */
export function countOrdinals(
  { of, many, count }: Ordinals,
  { rows }: RowBatch,
  several: (row: number) => void,
): Uint32Array {
  const counts = new Uint32Array(count + 1);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const ordinal = of[row] as number;
    if (ordinal === many) several(row);
    else counts[ordinal] = (counts[ordinal] as number) + 1;
  }
  return counts;
}

/** Rows without a value. */
export function rowsWithout(values: FieldValues, batch: RowBatch): readonly number[] {
  const { rows } = batch;
  const known = values.byRow(batch.columns);
  const found: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const read = known?.read(row) ?? values.read(hitAt(batch, row));
    if (read.length === 0) found.push(row);
  }
  return found;
}
