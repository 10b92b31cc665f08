import { limits } from '../base/limits.ts';
import { type BoundedCache, boundedCache } from './bounded-cache.ts';
import type { IndexState } from './catalog.ts';
import type { KeptAggregations } from './kept-aggregations.ts';
import type { AllKeptTops } from './kept-tops.ts';
import type { PartRows } from './part-blocks.ts';
import type { Reader } from './reader.ts';
import type { Rows } from './segment/rows.ts';
import type { Segments } from './segment/segments.ts';
import type { ColumnCache } from './segment-columns.ts';
import type { SharedHits } from './shared-hits.ts';
import type { Shelf } from './shelf.ts';
import type { ArrivalWindow, Position } from './store.ts';

/**
 * What matched in sealed segments, by segment, index and query; of use while the mapping only grows by fields that documents
 * bring, for searches that see what the one saw that found it (`upTo`): the dead were left out.
 */
export type SegmentResults = BoundedCache<
  string,
  { readonly lineage: object; readonly upTo: Position; readonly found: Uint16Array | Rows }
>;

export function makeSegmentResults(): SegmentResults {
  return boundedCache(limits.segmentResultsMax);
}

/** What one search sees of the store, whatever is written meanwhile. */
export interface Scan {
  readonly shelf: Shelf;
  readonly reader: Reader;
  /** Absent where there are none: then blocks are searched. */
  readonly segments: Segments | undefined;
  readonly results: SegmentResults;
  /** What queries find in segments, shared by the indices of the search. */
  readonly hits: SharedHits;
  /** Values by row of columns that were asked for lately. */
  readonly columns: ColumnCache;
  readonly partRows: PartRows;
  /** The query as text, under which results over sealed segments are kept; undefined where they must not be. */
  readonly queryKey: string | undefined;
  /** The aggregations as text, likewise. */
  readonly aggregationKey: string | undefined;
  readonly keptAggregations: KeptAggregations;
  readonly keptTops: AllKeptTops;
  readonly window: ArrivalWindow;
  readonly signal: AbortSignal | undefined;
  /** Lets others run. */
  readonly pass: () => Promise<void>;
  /** The window covers everything: then the rows seen must be as many as the index holds. */
  readonly whole: boolean;
  readonly purges: (index: number) => number;
  /** False once the index was deleted while the search ran: what was found until then is the answer. */
  readonly exists: (index: IndexState) => boolean;
}
