import { type HashedRows, type KeptOfHashed, type Leaf, namesKeptMax, type Ordinals } from '../../query/columns.ts';
import type { SegmentHashed } from './hashed-rows.ts';
import { addRow, hasRow, noRows, type Rows } from './rows.ts';

export interface SegmentOrdinals extends Omit<Ordinals, 'hashed'> {
  /** All values at once, where that is quicker than one by one. */
  leaves?: () => readonly Leaf[];
  /** As Ordinals says. `kept`: what was found out of it before. */
  hashed?(kept: KeptOfHashed): HashedRows;
}

/** How values lie by row. */
interface ByRow {
  readonly of: Uint16Array | Uint32Array;
  readonly lists: ReadonlyMap<number, readonly number[]>;
  /** Rows that have listed values and others as well. */
  readonly mixed: Rows;
}

/**
 * Turns lists of rows by value into values by row, of so many rows, when it is asked for them. `each` calls back with every row of
 * every value, values ascending, a row as often as it has the value; rows of `unlisted` have other values besides, of which `hashed`
 * tells what it can.
 */
export function makeOrdinals(
  rows: number,
  count: number,
  each: (add: (ordinal: number, row: number) => void) => void,
  unlisted: () => Rows,
  leaf: (ordinal: number) => Leaf,
  hashed?: () => SegmentHashed,
): SegmentOrdinals {
  const many = count < 0xfffe ? 0xffff : 0xffffffff;
  const byRow = once(() => valuesByRow(rows, count, many, each, unlisted()));
  return {
    kind: 'ordinals',
    get of() {
      return byRow().of;
    },
    many,
    count,
    leaf,
    several: (row) => byRow().lists.get(row),
    ...(hashed ? { hashed: (kept) => hashedOf(hashed(), kept, () => byRow().mixed) } : {}),
  };
}

function valuesByRow(
  rows: number,
  count: number,
  many: number,
  each: (add: (ordinal: number, row: number) => void) => void,
  unlisted: Rows,
): ByRow {
  const of = count < 0xfffe ? new Uint16Array(rows) : new Uint32Array(rows);
  const lists = new Map<number, number[]>();
  each((ordinal, row) => {
    const before = of[row] as number;
    if (before === 0) of[row] = ordinal + 1;
    else if (before === many) lists.get(row)?.push(ordinal);
    else {
      lists.set(row, [before - 1, ordinal]);
      of[row] = many;
    }
  });
  const mixed = noRows();
  for (let at = 0; at < unlisted.length; at++) {
    if (unlisted[at] === 0) continue;
    for (let row = at * 32; row < at * 32 + 32; row++) {
      if (!hasRow(unlisted, row)) continue;
      if (of[row] !== 0) {
        addRow(mixed, row);
        lists.delete(row);
      }
      of[row] = many;
    }
  }
  return { of, lists, mixed };
}

function hashedOf({ clearBut, byRowOf, ...hashed }: SegmentHashed, kept: KeptOfHashed, mixed: () => Rows): HashedRows {
  const clear = once(() => clearBut(mixed()));
  const byRow = once(() => byRowOf(clear()));
  return {
    ...hashed,
    get clear() {
      return clear();
    },
    byRow,
    kept,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What one takes of memory, about. */
export function ordinalsWeight({ count, hashed }: SegmentOrdinals, rows: number): number {
  return rows * (count < 0xfffe ? 2 : 4) + (hashed ? rows * 8 + 8192 : 0) + count * 8 + 1024;
}

/** The same of what was found out of a hashed column. */
export const keptOfHashedWeight = namesKeptMax * 100 + 8192;
