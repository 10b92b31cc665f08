import type { Instant } from '../../base/clock.ts';
import type { Matcher } from '../candidate.ts';
import type { Lucene } from '../lucene.ts';
import type { Mapping } from '../mapping.ts';
import type { Query } from '../query.ts';

/**
 * One kind of query: from JSON to the AST, and from the AST to what Lucene would run. One file a clause; the table is
 * query/clauses.ts. A clause reaches the queries inside it only through its scope.
 */
export interface Clause<Q extends Query = Query> {
  readonly kind: Q['kind'];
  /** `body` is what stands behind the clause's name. Throws TrailhoundError with OpenSearch's type and words. */
  parse(body: unknown, scope: ParseScope): Q;
  /** Throws TrailhoundError, or ValueRefusal for a value that does not fit a field. */
  lower(query: Q, scope: LowerScope): Lucene;
}

export interface ParseScope {
  /** The clause's name as the request wrote it. */
  readonly name: string;
  /** Its JSON path. */
  readonly path: string;
  /** Parses a query inside this one; `step` goes behind the path. */
  child(json: unknown, step: string): Query;
}

export interface LowerScope {
  readonly mapping: Mapping;
  /** What `now` means. */
  readonly at: Instant;
  child(query: Query): Lucene;
  /** Reads a query that a document holds. Throws as parsing does. */
  stored(json: unknown): StoredQuery;
}

export interface StoredQuery {
  /** By the fields that are mapped. */
  readonly findsNothing: boolean;
  /** Throws as lowering does. */
  on(mapping: Mapping): Matcher;
}
