/** Rows of a column: in a list, ascending, while they are few, else one bit each. */
export interface RowSet {
  count: number;
  list: Uint32Array;
  bits: Uint32Array | undefined;
}

const none = new Uint32Array(0);
const listMax = 256;

export function emptyRowSet(): RowSet {
  return { count: 0, list: none, bits: undefined };
}

/** Makes room for more rows, of a column whose sets have so many words. Answers by how many bytes it grew. */
export function widenRowSet(set: RowSet, more: number, words: number): number {
  const { count, list, bits } = set;
  if (bits) return 0;
  const size = count + more;
  if (size > listMax) {
    const made = new Uint32Array(words);
    for (let at = 0; at < count; at++) setBit(made, list[at] as number);
    set.bits = made;
    set.list = none;
    return made.byteLength - list.byteLength;
  }
  if (size <= list.length) return 0;
  set.list = new Uint32Array(Math.min(listMax, Math.max(8, list.length * 2, size)));
  set.list.set(list);
  return set.list.byteLength - list.byteLength;
}

/** A row that is not in it yet, and for which there is room. */
export function addToRowSet(set: RowSet, row: number): void {
  if (set.bits) setBit(set.bits, row);
  else set.list[set.count] = row;
  set.count++;
}

/** Rows from one up to, not including, another, likewise. */
export function addRunToRowSet(set: RowSet, from: number, to: number): void {
  let row = from;
  for (; row < to && (!set.bits || (row & 31) !== 0); row++) addToRowSet(set, row);
  for (; set.bits && row + 32 <= to; row += 32) {
    set.bits[row >>> 5] = 0xffffffff;
    set.count += 32;
  }
  for (; row < to; row++) addToRowSet(set, row);
}

export function inRowSet({ count, list, bits }: RowSet, row: number): boolean {
  if (bits) return hasBit(bits, row);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low < count && list[low] === row;
}

export function addBitsOf({ count, list, bits }: RowSet, into: Uint32Array): void {
  if (bits) for (let at = 0; at < bits.length; at++) into[at] = (into[at] as number) | (bits[at] as number);
  else for (let at = 0; at < count; at++) setBit(into, list[at] as number);
}

/** Ascending. */
export function rowsOfSet({ count, list, bits }: RowSet): Uint32Array {
  if (!bits) return list.subarray(0, count);
  const rows = new Uint32Array(count);
  let end = 0;
  for (let at = 0; at < bits.length; at++) {
    for (let word = bits[at] as number; word !== 0; ) {
      const low = word & -word;
      rows[end++] = at * 32 + 31 - Math.clz32(low);
      word ^= low;
    }
  }
  return rows;
}

export function hasBit(bits: Uint32Array, row: number): boolean {
  return (((bits[row >>> 5] as number) >>> (row & 31)) & 1) === 1;
}

function setBit(bits: Uint32Array, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
}
