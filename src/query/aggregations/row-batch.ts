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
  // Neighbours mostly fall together.
  let last: { readonly key: Key; readonly rows: number[] } | undefined;
  const list = (key: Key): number[] => {
    if (last?.key === key) return last.rows;
    const rows = lists.get(key) ?? [];
    if (rows.length === 0) lists.set(key, rows);
    last = { key, rows };
    return rows;
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

/** Hands out the rows of each value of the field, ascending; a row stands once below each of its values. */
export function eachValueRows(
  values: FieldValues,
  batch: RowBatch,
  take: (value: Point, inside: RowBatch) => void,
): void {
  const { columns, rows } = batch;
  const known = values.byRow(columns);
  const lists = makeLists<Point>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    for (const value of known?.read(row) ?? values.read(hitAt(batch, row))) lists.add(value, row);
  }
  lists.each((value, inside) => take(value, { columns, rows: inside }));
}

/** Adds how many rows have value n alone at n + 1; the others with values are collected. */
export function countOrdinals(
  { of, many }: Ordinals,
  batch: RowBatch,
  counts: Uint32Array,
  collect: (hit: AggregatedHit) => void,
): void {
  const { rows } = batch;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const ordinal = of[row] as number;
    if (ordinal === many) collect(hitAt(batch, row));
    else counts[ordinal] = (counts[ordinal] as number) + 1;
  }
}

/** Lists n + 1 for each row that has value n alone; the others with values are collected. */
export function listOrdinals(
  { of, many }: Ordinals,
  batch: RowBatch,
  listed: number[],
  collect: (hit: AggregatedHit) => void,
): void {
  const { rows } = batch;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const ordinal = of[row] as number;
    if (ordinal === many) collect(hitAt(batch, row));
    else if (ordinal > 0) listed.push(ordinal);
  }
}

/** The rows of each value, by its number, in order; undefined where a row has several values. */
export function rowsByOrdinal({ of, many, count }: Ordinals, { rows }: RowBatch): OrdinalRows | undefined {
  const { length } = rows;
  // A list of each number costs more than a list of each value where there are few rows.
  if (count > length * 2) return undefined;
  const ends = new Uint32Array(count + 2);
  for (let at = 0; at < length; at++) {
    const ordinal = of[rows[at] as number] as number;
    if (ordinal === many) return undefined;
    ends[ordinal + 1] = (ends[ordinal + 1] as number) + 1;
  }
  for (let at = 1; at < ends.length; at++) ends[at] = (ends[at] as number) + (ends[at - 1] as number);
  const sorted = new Uint32Array(length);
  for (let at = 0; at < length; at++) {
    const row = rows[at] as number;
    const ordinal = of[row] as number;
    const place = ends[ordinal] as number;
    sorted[place] = row;
    ends[ordinal] = place + 1;
  }
  return { sorted, ends };
}

/** Of value n the rows stand between `ends[n]` and `ends[n + 1]`. */
export interface OrdinalRows {
  readonly sorted: Uint32Array;
  readonly ends: Uint32Array;
}

/** All rows but those whose only value is known by its hash. */
export function unhashedRows(values: FieldValues, batch: RowBatch): RowBatch {
  const { columns, rows } = batch;
  const known = values.byRow(columns);
  const hashed = known?.hashed();
  if (!hashed) return batch;
  const { clear } = hashed;
  const rest: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if ((((clear[row >>> 5] as number) >>> (row & 31)) & 1) === 0) rest.push(row);
  }
  return { columns, rows: rest };
}

/** Rows without a value. */
export function rowsWithout(values: FieldValues, batch: RowBatch): readonly number[] {
  const { rows } = unhashedRows(values, batch);
  const known = values.byRow(batch.columns);
  const found: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const read = known?.read(row) ?? values.read(hitAt(batch, row));
    if (read.length === 0) found.push(row);
  }
  return found;
}
