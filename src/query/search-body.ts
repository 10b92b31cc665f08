import type { Document } from '../base/document.ts';
import type { Query } from './query.ts';

/** A parsed `_search` body. `json` is the body as it came, for a back end that passes it on. */
export interface SearchBody {
  readonly json: Document;
  readonly query: Query;
  /** Hits wanted; 10 where the body says nothing. */
  readonly size: number;
  readonly from: number;
  /** Empty: by score. */
  readonly sort: readonly SortKey[];
  readonly searchAfter?: readonly unknown[];
  readonly sourceFilter: SourceFilter;
  /** Count exactly up to this many: 10 000 by default, Infinity for `true`, 0 for `false` (then no total is answered). */
  readonly trackTotalHits: number;
  readonly aggregations: Document | undefined;
  readonly postFilter?: Query;
  readonly minScore?: number;
  readonly terminateAfter?: number;
  readonly trackScores: boolean;
  /** Hits carry `_version`, `_seq_no` and `_primary_term`. */
  readonly version: boolean;
  readonly seqNoPrimaryTerm: boolean;
}

export interface SortKey {
  /** A field, `_score`, `_doc` or `_id`. */
  readonly field: string;
  readonly order: 'asc' | 'desc';
  /** `_last`, `_first` or a value. */
  readonly missing: unknown;
  readonly mode?: 'min' | 'max' | 'avg' | 'sum' | 'median';
  readonly unmappedType?: string;
  readonly nestedPath?: string;
}

/** Which part of `_source` a hit carries. Patterns are dotted paths with `*`; excludes win. */
export interface SourceFilter {
  readonly enabled: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** Reads a `_search` body; undefined or null is the empty body. Throws TrailhoundError as OpenSearch refuses it. */
export function parseSearchBody(json: unknown): SearchBody {
  return {
    json: (json ?? {}) as Document,
    query: { kind: 'match_all', boost: 1 },
    size: 10,
    from: 0,
    sort: [],
    sourceFilter: { enabled: true, includes: [], excludes: [] },
    trackTotalHits: 10_000,
    aggregations: undefined,
    trackScores: false,
    version: false,
    seqNoPrimaryTerm: false,
  };
}
