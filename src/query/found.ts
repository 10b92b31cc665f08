import type { Document } from '../base/document.ts';
import type { TrailhoundError } from '../base/errors.ts';
import type { Candidate } from './candidate.ts';

export interface FoundHit {
  readonly candidate: Pick<Candidate, 'index' | 'id' | 'version' | 'seqNo'>;
  readonly score: number | null;
  readonly sort?: readonly unknown[];
  /** The filtered `_source`; undefined when the request wants none. */
  readonly source: Document | undefined;
  /** The whole `_source` as it is stored; undefined where a filter left a part, or none is wanted. */
  readonly text: string | undefined;
  /** Values that `fields`, `docvalue_fields` and `collapse` ask for. */
  readonly fields?: Document;
  /** Words of the query marked in the values of fields. */
  readonly highlight?: Document;
  /** Names of the query's clauses that match it; undefined where no clause has a name. */
  readonly matchedQueries?: readonly string[];
}

export interface Found {
  /** 0 with track_total_hits false: then no total is answered. */
  readonly total: number;
  readonly relation: 'eq' | 'gte';
  readonly maxScore: number | null;
  readonly hits: readonly FoundHit[];
  readonly aggregations?: Document;
  /** `terminate_after` ended it. */
  readonly terminatedEarly?: boolean;
  /** Indices that could not answer, where others did. */
  readonly failures?: readonly ShardFailure[];
}

export interface ShardFailure {
  readonly index: string;
  readonly error: TrailhoundError;
}
