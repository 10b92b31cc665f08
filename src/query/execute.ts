import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Candidate, RequiredTerms } from './candidate.ts';
import type { Mapping } from './mapping.ts';
import type { SearchBody } from './search-body.ts';

/** One index as a search sees it. */
export interface SearchableIndex {
  readonly name: string;
  readonly mapping: Mapping;
  readonly settings: Document;
  /** The alias filter that applies, as query JSON, where the index is reached through a filtered alias only. */
  readonly filter?: Document;
  /**
   * Batches of candidates in index order (order of insertion). May leave out documents that miss a required term,
   * never one that has them all; the search asks each matcher again.
   */
  candidates(required: RequiredTerms): AsyncIterable<readonly Candidate[]>;
}

export interface FoundHit {
  readonly candidate: Candidate;
  readonly score: number | null;
  readonly sort?: readonly unknown[];
  /** The filtered `_source`; undefined when the request wants none. */
  readonly source: Document | undefined;
}

export interface Found {
  /** undefined with track_total_hits false. */
  readonly total: number | undefined;
  readonly relation: 'eq' | 'gte';
  readonly maxScore: number | null;
  readonly hits: readonly FoundHit[];
  readonly aggregations?: Document;
}

/** Runs a search over the indices in the order given. Yields to the loop every limits.sliceMs; an aborted signal throws. */
export async function executeSearch(
  _body: SearchBody,
  _indices: readonly SearchableIndex[],
  _options: { readonly at: Instant; readonly signal?: AbortSignal },
): Promise<Found> {
  return { total: 0, relation: 'eq', maxScore: null, hits: [] };
}
