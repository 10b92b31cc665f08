import type { Point } from './lucene.ts';

/** As sorts have it. */
type SortValue = Point | null;

/** Those matches of a part of a store that alone can be among the first of a sort, whatever matches come from elsewhere. */
export interface Tops {
  readonly rows: Uint32Array;
  /** Of each row its place among the part's matches. */
  readonly places: Uint32Array;
  /** Of each row the first value that it is sorted by; undefined where it was not read yet. */
  readonly values: (SortValue | undefined)[];
  /** Of each row what its value does not come before; undefined where that is not known. */
  readonly bounds: readonly (SortValue | undefined)[];
}

/** Where they are kept for as long as the part has the same matches, by sort and number. */
export interface KeptTops {
  get(name: string): Tops | undefined;
  set(name: string, tops: Tops): void;
}

/** Hits of a page, and of the pages before it: for more of them nothing is kept. */
export const topsMax = 512;
