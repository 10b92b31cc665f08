import { addRunToRowSet, emptyRowSet, type RowSet, rowsOfSet, widenRowSet } from './row-set.ts';

/** Rows of one column whose values are known by their hashes, as they are kept of a stretch. */
export interface RarePart {
  /** Of the stretch: see Keep. */
  readonly columns: number;
  /** Of their hashes. */
  readonly key: number;
  readonly count: number;
  /** Of each run of neighbours its first row and the one behind its last: mostly a segment has few runs of rows of one index. */
  readonly runs: Uint32Array | undefined;
  /** One bit each, where that takes less. */
  readonly bits: Uint32Array | undefined;
}

export function packRows(set: RowSet): Pick<RarePart, 'count' | 'runs' | 'bits'> {
  const { count } = set;
  const rows = rowsOfSet(set);
  const runs: number[] = [];
  for (const row of rows) {
    if (row === runs.at(-1)) runs[runs.length - 1] = row + 1;
    else runs.push(row, row + 1);
  }
  if (set.bits && set.bits.length <= runs.length) return { count, runs: undefined, bits: set.bits.slice() };
  return { count, runs: Uint32Array.from(runs), bits: undefined };
}

/** Of a column whose sets have so many words. */
export function unpackRows({ count, runs, bits }: RarePart, words: number): RowSet {
  if (bits) return { count, list: new Uint32Array(0), bits: bits.slice() };
  const set = emptyRowSet();
  widenRowSet(set, count, words);
  for (let at = 0; runs && at < runs.length; at += 2) addRunToRowSet(set, runs[at] as number, runs[at + 1] as number);
  return set;
}

/** Bytes of memory, about. */
export function rarePartWeight({ runs, bits }: RarePart): number {
  return 160 + (runs?.byteLength ?? 0) + (bits?.byteLength ?? 0);
}
