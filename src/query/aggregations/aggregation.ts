import type { Instant } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import type { Candidate, Columns, RowBatch } from '../candidate.ts';
import type { Mapping } from '../mapping.ts';
import type { Budget } from './budget.ts';
import type { Names } from './names.ts';
import type { Part } from './part.ts';
import type { Pipeline } from './pipeline.ts';

/** A match as an aggregation sees it: the document, or below `nested` one of its objects. */
export interface AggregatedHit {
  readonly candidate: Candidate;
  readonly scope: unknown;
  /** The nested path that `scope` is an object of. */
  readonly nested: string | undefined;
  /** What `scope` lies in, one nested level up. */
  readonly parent: AggregatedHit | undefined;
  readonly score: number;
}

/** Where an aggregation stands while an index is read. */
export interface Place {
  readonly mapping: Mapping;
  readonly nested: string | undefined;
  readonly at: Instant;
}

/** One parsed aggregation of one search: it is told of each index, and starts a tally for every bucket it stands in. */
export interface Aggregation {
  /** Throws shard errors for what the mapping does not allow. */
  enter(place: Place): void;
  start(): Tally;
  /** Set where documents count that the query does not match: every document of the index comes here first. */
  readonly see?: (hit: AggregatedHit) => void;
  /** Set where the score of a match counts. */
  readonly scores?: boolean;
  /** Says why buckets cannot be ordered by this part of it; undefined where they can. '' is the aggregation itself. */
  unordered(part: string): string | undefined;
  /** The prefix that `typed_keys` puts before the name. */
  typeName(): string;
}

/** The columns that parts of a stretch name (RarePart). */
export type PartColumns = (number: number) => Columns;

/** What one aggregation gathered in one bucket. */
export interface Tally {
  collect(hit: AggregatedHit): void;
  /** The same for many matches that are whole documents, from what is known of them without reading them. */
  collectRows?(batch: RowBatch): void;
  answer(): Document;
  /** What was gathered so far, to be added to other tallies of the same aggregation; absent or undefined where that cannot be. */
  part?(names: Names): Part | undefined;
  add?(part: Part, names: Names, columns?: PartColumns): void;
  /** The number that buckets are ordered by; NaN comes last. */
  valueOf(part: string): number;
  /** The one bucket of a single-bucket aggregation. */
  readonly bucket?: Bucket;
}

/** Documents that fell together, with the tallies of the aggregations inside. */
export interface Bucket {
  count: number;
  readonly tallies: readonly Tally[];
}

/** An aggregation under its name. */
export interface AggregationNode {
  readonly name: string;
  /** As the request calls it: `terms`. */
  readonly kind: string;
  readonly meta: Document | undefined;
  readonly aggregation: Aggregation;
  readonly inner: readonly AggregationNode[];
  /** What reads the answers of `inner`, in the order in which it can. */
  readonly pipelines: readonly Pipeline[];
}

/** What an aggregation's JSON is read with. */
export interface AggregationScope {
  readonly name: string;
  readonly kind: string;
  /** Aggregations inside this one. */
  readonly inner: readonly AggregationNode[];
  /** Kinds of the aggregations around this one, outermost first. */
  readonly around: readonly string[];
  readonly at: Instant;
  readonly budget: Budget;
}

/** One kind of aggregation: its names and how its JSON is read. */
export interface AggregationKind {
  readonly names: readonly string[];
  /** False for metrics: nothing may stand inside. */
  readonly buckets: boolean;
  parse(body: Document, scope: AggregationScope): Aggregation;
}
