/**
 * Which rows of a segment: one bit a row. Sets are at most 8 KB, so that and, or and not cost a microsecond, and one form
 * serves hot and sealed segments, sure and possible matches.
 */
export type Rows = Uint32Array;

/** A row number is 16 bits; the spec's measurements favour this size over smaller ones. */
export const segmentRowsMax = 65_536;

const words = segmentRowsMax / 32;

export function noRows(): Rows {
  return new Uint32Array(words);
}

export function allRows(): Rows {
  return new Uint32Array(words).fill(0xffffffff);
}

export function rowsOf(list: Iterable<number>): Rows {
  const rows = noRows();
  for (const row of list) addRow(rows, row);
  return rows;
}

export function addRow(rows: Rows, row: number): void {
  rows[row >>> 5] = (rows[row >>> 5] as number) | (1 << (row & 31));
}

export function hasRow(rows: Rows, row: number): boolean {
  return (((rows[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
}

/** Rows from `from` up to, not including, `to`. */
export function addRange(rows: Rows, from: number, to: number): void {
  let row = from;
  for (; row < to && (row & 31) !== 0; row++) addRow(rows, row);
  for (; row + 32 <= to; row += 32) rows[row >>> 5] = 0xffffffff;
  for (; row < to; row++) addRow(rows, row);
}

export function and(a: Rows, b: Rows): Rows {
  const rows = new Uint32Array(words);
  for (let at = 0; at < words; at++) rows[at] = (a[at] as number) & (b[at] as number);
  return rows;
}

export function or(a: Rows, b: Rows): Rows {
  const rows = new Uint32Array(words);
  for (let at = 0; at < words; at++) rows[at] = (a[at] as number) | (b[at] as number);
  return rows;
}

export function andNot(a: Rows, b: Rows): Rows {
  const rows = new Uint32Array(words);
  for (let at = 0; at < words; at++) rows[at] = (a[at] as number) & ~(b[at] as number);
  return rows;
}

export function orInto(into: Rows, other: Rows): void {
  for (let at = 0; at < words; at++) into[at] = (into[at] as number) | (other[at] as number);
}

export function countRows(rows: Rows): number {
  let count = 0;
  for (let at = 0; at < words; at++) {
    let word = rows[at] as number;
    if (word === 0) continue;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/** Row numbers, ascending, where there may be many. */
export function rowNumbers(rows: Rows): Uint32Array {
  const list = new Uint32Array(countRows(rows));
  let end = 0;
  for (let at = 0; at < words; at++) {
    for (let word = rows[at] as number; word !== 0; ) {
      const low = word & -word;
      list[end++] = at * 32 + 31 - Math.clz32(low);
      word ^= low;
    }
  }
  return list;
}

/** Row numbers, ascending. */
export function listRows(rows: Rows): number[] {
  const list: number[] = [];
  for (let at = 0; at < words; at++) {
    let word = rows[at] as number;
    while (word !== 0) {
      const low = word & -word;
      list.push(at * 32 + 31 - Math.clz32(low));
      word ^= low;
    }
  }
  return list;
}
