import { limits } from '../base/limits.ts';
import { type BoundedCache, boundedCache } from './bounded-cache.ts';
import type { Rows } from './segment/rows.ts';

/**
 * The blocks of a part, in order: number n has its first position, the row of its first document and the number of its documents.
 * Lists of numbers, since ten million documents have a hundred thousand blocks, of which all stay in memory.
 */
export interface PartBlocks {
  readonly firsts: Float64Array;
  readonly starts: Uint16Array;
  readonly counts: Uint16Array;
}

/** Sets of rows of sealed parts, 8 KB each: of those that were asked for lately. */
export type PartRows = BoundedCache<PartBlocks, Rows>;

export function makePartRows(): PartRows {
  return boundedCache(limits.segmentRowSetsMax);
}

/** The block that holds a row of the part. */
export function blockOfRow({ starts }: PartBlocks, row: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] as number) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
