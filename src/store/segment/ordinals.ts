import type { Leaf, Ordinals } from '../../query/columns.ts';
import { hasRow, type Rows, segmentRowsMax } from './rows.ts';

/**
 * Turns lists of rows by value into values by row. `each` calls back with every row of every value, values ascending, a row as
 * often as it has the value; rows of `unlisted` have other values besides.
 */
export function makeOrdinals(
  count: number,
  each: (add: (ordinal: number, row: number) => void) => void,
  unlisted: Rows,
  leaf: (ordinal: number) => Leaf,
): Ordinals {
  const of = count < 0xffff ? new Uint16Array(segmentRowsMax) : new Uint32Array(segmentRowsMax);
  const many = count < 0xffff ? 0xffff : 0xffffffff;
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
  for (let at = 0; at < unlisted.length; at++) {
    if (unlisted[at] === 0) continue;
    for (let row = at * 32; row < at * 32 + 32; row++) {
      if (!hasRow(unlisted, row)) continue;
      of[row] = many;
      lists.delete(row);
    }
  }
  return { kind: 'ordinals', of, many, count, leaf, several: (row) => lists.get(row) };
}

/** What one takes of memory, about. */
export function ordinalsWeight({ of, count }: Ordinals): number {
  return of.byteLength + count * 8 + 1024;
}
