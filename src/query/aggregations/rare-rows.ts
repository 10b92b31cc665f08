import type { Columns, RowBatch } from '../candidate.ts';
import { type HashedRows, namesKeptMax } from '../columns.ts';
import type { Point } from '../lucene.ts';
import type { PartColumns, Place } from './aggregation.ts';
import type { Budget } from './budget.ts';
import type { FieldValues } from './field-values.ts';
import { packRows, type RarePart, unpackRows } from './rare-part.ts';
import { hitAt } from './row-batch.ts';
import { addToRowSet, emptyRowSet, hasBit, type RowSet, rowsOfSet, widenRowSet } from './row-set.ts';

/**
 * Matches of which only the hash of their value is known, kept until all have come: a million different ids are counted by
 * hash, and only those documents are read whose values are shown.
 */
export interface RareRows {
  /** Takes the rows whose one value is known by its hash; answers the others. */
  take(values: FieldValues, batch: RowBatch, place: Place): RowBatch;
  /** Adds what was taken before, of columns that are made when they are needed. */
  addAll(parts: readonly RarePart[], values: FieldValues, place: Place, columns: PartColumns): void;
  /** What was taken; undefined where it cannot be kept. */
  parts(): readonly RarePart[] | undefined;
  /** Rows of the chunks. */
  readonly count: number;
  readonly chunks: readonly RareChunk[];
  /** What was added, but has hashes of another kind: it cannot be counted with the others. */
  readonly strangers: readonly RareChunk[];
  /** There may be many of these, each with few rows of the same columns. */
  readonly inner: boolean;
}

/** Rows that a store keeps together. */
export interface RareChunk {
  readonly values: FieldValues;
  /** Of their index. */
  readonly place: Place;
  readonly columns: Columns;
  readonly hashed: HashedRows;
  readonly rows: RowSet;
}

/** Bytes that weigh as much as one entry of the budget. */
const bytesAnEntry = 64;

/** `first` is called once, before anything is taken. */
export function makeRareRows(budget: Budget, inner: boolean, first: () => void): RareRows {
  const all = makeChunks(budget, first);
  let waiting: (() => void)[] = [];
  const opened = (): Chunks => {
    const works = waiting;
    waiting = [];
    for (const work of works) work();
    return all;
  };
  return {
    inner,
    get chunks() {
      return opened().chunks;
    },
    get strangers() {
      return opened().strangers;
    },
    get count() {
      return opened().chunks.reduce((sum, { rows }) => sum + rows.count, 0);
    },
    take(values, batch, place) {
      const { columns, rows } = batch;
      const hashed = values.byRow(columns)?.hashed();
      if (!hashed || !all.takes(hashed.key)) return batch;
      const { clear } = hashed;
      const from = firstOf(clear, rows);
      if (from === rows.length) return batch;
      const set = all.at(values, place, columns, hashed).rows;
      budget.hold(Math.ceil(widenRowSet(set, rows.length, wordsOf(hashed)) / bytesAnEntry));
      const rest: number[] = [];
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as number;
        if (hasBit(clear, row)) addToRowSet(set, row);
        else rest.push(row);
      }
      return { columns, rows: rest };
    },
    parts() {
      const parts: RarePart[] = [];
      for (const { columns, hashed, rows } of all.chunks) {
        if (columns.number === undefined) return undefined;
        parts.push({ columns: columns.number, key: hashed.key, ...packRows(rows) });
      }
      return parts;
    },
    addAll(parts, values, place, columns) {
      if (parts.length > 0) all.begin();
      budget.hold(parts.length);
      for (const part of parts) waiting.push(() => all.open(part, values, place, columns(part.columns)));
    },
  };
}

interface Chunks {
  readonly chunks: readonly RareChunk[];
  readonly strangers: readonly RareChunk[];
  begin(): void;
  /** Hashes of another kind cannot be told from these. */
  takes(key: number): boolean;
  /** Where rows of these columns go. */
  at(values: FieldValues, place: Place, columns: Columns, hashed: HashedRows): RareChunk;
  open(part: RarePart, values: FieldValues, place: Place, columns: Columns): void;
}

function makeChunks(budget: Budget, first: () => void): Chunks {
  const chunks: RareChunk[] = [];
  const strangers: RareChunk[] = [];
  let key: number | undefined;
  let begun = false;
  const begin = (): void => {
    if (!begun) first();
    begun = true;
  };
  return {
    chunks,
    strangers,
    begin,
    takes: (other) => key === undefined || key === other,
    at(values, place, columns, hashed) {
      const last = chunks.at(-1);
      if (last?.columns === columns && last.values === values) return last;
      begin();
      key = hashed.key;
      budget.hold(1);
      const chunk = { values, place, columns, hashed, rows: emptyRowSet() };
      chunks.push(chunk);
      return chunk;
    },
    open(part, values, place, columns) {
      const hashed = values.byRow(columns)?.hashed();
      if (!hashed) throw new Error('a part names a column that has no hashes');
      key ??= hashed.key;
      const rows = unpackRows(part, wordsOf(hashed));
      (hashed.key === key ? chunks : strangers).push({ values, place, columns, hashed, rows });
    },
  };
}

function wordsOf({ size }: HashedRows): number {
  return Math.ceil(size / 32);
}

/** The place of the first row with a hash. */
function firstOf(clear: Uint32Array, rows: ArrayLike<number>): number {
  let at = 0;
  while (at < rows.length && !hasBit(clear, rows[at] as number)) at++;
  return at;
}

/** The value of a row, read from its document unless it was lately; none where the document is gone. */
export function valuesAt({ values, columns, hashed: { kept } }: RareChunk, row: number): readonly Point[] {
  const { names } = kept;
  const known = names.get(row);
  if (known !== undefined) return [known];
  const read = values.read(hitAt({ columns, rows: [row] }, row));
  const [only] = read;
  if (read.length === 1 && typeof only === 'string') {
    if (names.size >= namesKeptMax) names.clear();
    names.set(row, only);
  }
  return read;
}

/** Reads the values of all rows of chunks, one document a step. */
export function* eachValue(chunks: readonly RareChunk[], take: (value: Point) => void): Generator<void> {
  for (const chunk of chunks) {
    for (const row of rowsOfSet(chunk.rows)) {
      for (const value of valuesAt(chunk, row)) take(value);
      yield;
    }
  }
}
