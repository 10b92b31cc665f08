import type { Columns, RowBatch } from '../candidate.ts';
import { type HashedRows, namesKeptMax } from '../columns.ts';
import type { Point } from '../lucene.ts';
import type { Place } from './aggregation.ts';
import type { Budget } from './budget.ts';
import type { FieldValues } from './field-values.ts';
import { hitAt } from './row-batch.ts';
import { addToRowSet, emptyRowSet, hasBit, type RowSet, widenRowSet } from './row-set.ts';

/**
 * Matches of which only the hash of their value is known, kept until all have come: a million different ids are counted by
 * hash, and only those documents are read whose values are shown.
 */
export interface RareRows {
  /** Takes the rows whose one value is known by its hash; answers the others. */
  take(values: FieldValues, batch: RowBatch, place: Place): RowBatch;
  readonly count: number;
  readonly chunks: readonly RareChunk[];
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
  const chunks: RareChunk[] = [];
  let count = 0;
  const chunkOf = (values: FieldValues, place: Place, columns: Columns, hashed: HashedRows): RareChunk => {
    const last = chunks.at(-1);
    if (last?.columns === columns && last.values === values) return last;
    if (!last) first();
    budget.hold(1);
    const chunk = { values, place, columns, hashed, rows: emptyRowSet() };
    chunks.push(chunk);
    return chunk;
  };
  return {
    chunks,
    inner,
    get count() {
      return count;
    },
    take(values, batch, place) {
      const { columns, rows } = batch;
      const known = values.byRow(columns);
      const hashed = known?.hashed();
      // Hashes of another kind cannot be told from these.
      if (!hashed || (chunks[0] && chunks[0].hashed.key !== hashed.key)) return batch;
      const { clear } = hashed;
      const first = firstOf(clear, rows);
      if (first === rows.length) return batch;
      const set = chunkOf(values, place, columns, hashed).rows;
      budget.hold(Math.ceil(widenRowSet(set, rows.length, clear.length) / bytesAnEntry));
      const rest: number[] = [];
      const before = set.count;
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as number;
        if (hasBit(clear, row)) addToRowSet(set, row);
        else rest.push(row);
      }
      count += set.count - before;
      return { columns, rows: rest };
    },
  };
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
