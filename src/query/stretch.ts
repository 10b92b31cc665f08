import type { Names } from './aggregations/names.ts';
import type { Part } from './aggregations/part.ts';
import type { Columns } from './candidate.ts';

/** What a search's aggregations made of its matches in a stretch of documents. */
export interface Made {
  readonly parts: readonly Part[];
  /** Matches. */
  readonly total: number;
}

/** Where it is kept, for as long as the same search finds the same matches there. */
export interface Keep {
  readonly names: Names;
  /** Those columns of the stretch that have this number (Columns). */
  columns(number: number): Columns;
  get(): Made | undefined;
  set(made: Made): void;
}

/** Told by a store of the stretches whose matches it hands out. */
export interface Stretches {
  /** All matches of a stretch come next, and nothing else until `end`. False: they are known and need not come; nor does `end`. */
  begin(keep: Keep): boolean;
  end(): void;
}
