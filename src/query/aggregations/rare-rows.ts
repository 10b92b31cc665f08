import type { Columns, RowBatch } from '../candidate.ts';
import { type HashedRows, namesKeptMax } from '../columns.ts';
import type { Point } from '../lucene.ts';
import type { Place } from './aggregation.ts';
import type { Budget } from './budget.ts';
import type { FieldValues } from './field-values.ts';
import { hitAt } from './row-batch.ts';

/**
 * Matches of which only the hash of their value is known, kept until all have come: a million different ids are counted by
 * hash, and only those documents are read whose values are shown.
 */
export interface RareRows {
  /** Takes the rows whose one value is known by its hash; answers the others. */
  take(values: FieldValues, batch: RowBatch, place: Place): RowBatch;
  readonly count: number;
  readonly chunks: readonly RareChunk[];
}

/** Rows that a store keeps together. */
export interface RareChunk {
  readonly values: FieldValues;
  /** Of their index. */
  readonly place: Place;
  readonly columns: Columns;
  readonly hashed: HashedRows;
  rows: Uint32Array;
  count: number;
}

/** Rows that weigh as much as one entry of the budget. */
const rowsAnEntry = 16;

/** `first` is called once, before anything is taken. */
export function makeRareRows(budget: Budget, first: () => void): RareRows {
  const chunks: RareChunk[] = [];
  let count = 0;
  const chunkOf = (values: FieldValues, place: Place, columns: Columns, hashed: HashedRows): RareChunk => {
    const last = chunks.at(-1);
    if (last?.columns === columns && last.values === values) return last;
    if (!last) first();
    budget.hold(1);
    const chunk = { values, place, columns, hashed, rows: new Uint32Array(0), count: 0 };
    chunks.push(chunk);
    return chunk;
  };
  return {
    chunks,
    get count() {
      return count;
    },
    take(values, batch, place) {
      const { columns, rows } = batch;
      const known = values.byRow(columns);
      const hashed = known?.hashed();
      // Hashes of another kind cannot be told from these.
      if (!hashed || (chunks[0] && chunks[0].hashed.key !== hashed.key)) return batch;
      const { of } = hashed;
      const first = firstOf(of, rows);
      if (first === rows.length) return batch;
      const chunk = chunkOf(values, place, columns, hashed);
      makeRoom(chunk, rows.length, budget);
      const rest: number[] = [];
      const taken = chunk.rows;
      let end = chunk.count;
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as number;
        if (of[row] === 0) rest.push(row);
        else taken[end++] = row;
      }
      chunk.count = end;
      count += rows.length - rest.length;
      return { columns, rows: rest };
    },
  };
}

/** The place of the first row with a hash. */
function firstOf(of: Uint32Array, rows: ArrayLike<number>): number {
  let at = 0;
  while (at < rows.length && of[rows[at] as number] === 0) at++;
  return at;
}

function makeRoom(chunk: RareChunk, more: number, budget: Budget): void {
  const { length } = chunk.rows;
  if (chunk.count + more <= length) return;
  const size = Math.max(Math.min(length * 2, chunk.hashed.of.length), chunk.count + more);
  budget.hold(Math.ceil((size - length) / rowsAnEntry));
  const rows = new Uint32Array(size);
  rows.set(chunk.rows);
  chunk.rows = rows;
}

/** The value of a row, read from its document unless it was lately; none where the document is gone. */
export function valuesAt({ values, columns, hashed: { names } }: RareChunk, row: number): readonly Point[] {
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

/** By a few bits of a hash: 1 while it may be wanted. Sets of large numbers are slow, and most rows are dismissed by these. */
const may = new Uint8Array(65_536);

/** Rows whose hash is wanted, ascending as they came. */
export function rowsWith({ hashed, rows, count }: RareChunk, wanted: ReadonlySet<number>): number[] {
  for (const hash of wanted) may[hash & 0xffff] = 1;
  const { of } = hashed;
  const found: number[] = [];
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    const hash = of[row] as number;
    if (may[hash & 0xffff] === 1 && wanted.has(hash)) found.push(row);
  }
  for (const hash of wanted) may[hash & 0xffff] = 0;
  return found;
}
