import { type HashedRows, type Leaf, namesKeptMax, type Ordinals } from '../../query/columns.ts';
import { hasRow, type Rows } from './rows.ts';

export interface SegmentOrdinals extends Ordinals {
  /** All values at once, where that is quicker than one by one. */
  leaves?(): readonly Leaf[];
}

/**
 * Turns lists of rows by value into values by row, of so many rows. `each` calls back with every row of every value, values ascending, a row as
 * often as it has the value; rows of `unlisted` have other values besides, of which `hashed` tells what it can.
 */
export function makeOrdinals(
  rows: number,
  count: number,
  each: (add: (ordinal: number, row: number) => void) => void,
  unlisted: Rows,
  leaf: (ordinal: number) => Leaf,
  hashed?: () => HashedRows,
): Ordinals {
  const of = count < 0xfffe ? new Uint16Array(rows) : new Uint32Array(rows);
  const many = count < 0xfffe ? 0xffff : 0xffffffff;
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
  /** Rows that have listed values as well. */
  const mixed: number[] = [];
  for (let at = 0; at < unlisted.length; at++) {
    if (unlisted[at] === 0) continue;
    for (let row = at * 32; row < at * 32 + 32; row++) {
      if (!hasRow(unlisted, row)) continue;
      if (of[row] !== 0) {
        mixed.push(row);
        lists.delete(row);
      }
      of[row] = many;
    }
  }
  const several = (row: number): readonly number[] | undefined => lists.get(row);
  const ordinals: Ordinals = { kind: 'ordinals', of, many, count, leaf, several };
  return hashed ? { ...ordinals, hashed: once(() => unmixed(hashed(), mixed)) } : ordinals;
}

function unmixed(hashed: HashedRows, mixed: readonly number[]): HashedRows {
  for (const row of mixed) if (row < hashed.of.length) hashed.of[row] = 0;
  return hashed;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What one takes of memory, about. */
export function ordinalsWeight({ of, count, hashed }: Ordinals): number {
  return of.byteLength + (hashed ? of.length * 8 + namesKeptMax * 120 : 0) + count * 8 + 1024;
}
