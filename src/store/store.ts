import type { Document } from '../base/document.ts';
import type { ShardFailure } from '../query/found.ts';
import type { Mapping } from '../query/mapping.ts';
import type { SearchBody } from '../query/search-body.ts';

/** `create` refuses an existing id ('conflict'); `index` writes anyway unless `ifSeqNo`/`ifPrimaryTerm` say otherwise. */
export interface Operation {
  readonly action: 'create' | 'index' | 'delete';
  readonly index: string;
  readonly id: string;
  readonly document?: Document;
  /** The document's JSON text where it is to be kept letter for letter; without it, the document is written as JSON. */
  readonly text?: string;
  /**
   * The document is plain JSON (what parsing its own text would give) and nobody changes it after this call: readers may be
   * given this very object instead of a copy that is parsed again.
   */
  readonly plain?: boolean;
  readonly ifSeqNo?: number;
  readonly ifPrimaryTerm?: number;
}

export type OperationResult =
  | {
      readonly index: string;
      readonly id: string;
      readonly result: 'created' | 'updated' | 'deleted' | 'not_found';
      readonly version: number;
      /** Counts the writes of one index from 0, as OpenSearch's does. */
      readonly seqNo: number;
    }
  | {
      readonly index: string;
      readonly id: string;
      readonly error: 'conflict' | 'mapping' | 'index-not-found' | 'bad-index-name';
      readonly reason: string;
      /** OpenSearch's error type, such as mapper_parsing_exception. */
      readonly type: string;
      /** For 'mapping': the dotted path of the field that was refused, where it is known. */
      readonly path?: string;
      /** What OpenSearch answers as `caused_by`. */
      readonly causedBy?: { readonly type: string; readonly reason: string };
    };

export interface StoredDocument {
  readonly index: string;
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  /** Whole numbers beyond 2^53 are bigints. */
  readonly source: Document;
  /** The source as it is stored; missing where a filter left a part of it. */
  readonly text?: string;
}

/**
 * A point in the store's own order of arrival, over all indices: it grows with each durable write. A number that survives
 * restarts. What has a position never changes it, nothing comes in before it later, and a search sees it: a window that is read
 * after `position()` answered its end holds each document that arrived in it, whoever wrote it, once. On a cluster this order is
 * made by looking (opensearch/arrivals.ts): a write gets its position at the next look, and all processes agree about it;
 * indices whose names begin with a dot have none there.
 */
export type Position = number;

/** Restricts a search to what arrived after one point and up to another, both inclusive as named. */
export interface ArrivalWindow {
  readonly after: Position;
  readonly upTo: Position;
}

export interface SearchResult {
  /** 0 where the body says `track_total_hits: false`: the wire leaves it out then. */
  readonly total: number;
  readonly relation: 'eq' | 'gte';
  readonly maxScore: number | null;
  readonly hits: readonly SearchHit[];
  readonly aggregations?: Document;
  readonly tookMs: number;
  /** Indices that were searched (`_shards.total` on the wire). */
  readonly shards: number;
  /** `terminate_after` ended it. */
  readonly terminatedEarly?: boolean;
  /** Those that could not answer, and why, where others did. */
  readonly failures?: readonly ShardFailure[];
}

/** `source` is as the body's filter left it, `{}` where it wants none. Shared with caches: never change it. */
export interface SearchHit extends StoredDocument {
  readonly score: number | null;
  readonly sort?: readonly unknown[];
  /** Values that `fields`, `docvalue_fields` and `collapse` ask for. */
  readonly fields?: Document;
  /** Words of the query marked in the values of fields. */
  readonly highlight?: Document;
  /** Names of the query's clauses that match it. */
  readonly matchedQueries?: readonly string[];
}

export interface SearchOptions extends IndexOptions {
  readonly window?: ArrivalWindow;
  /** The asker gives up. */
  readonly signal?: AbortSignal;
  /** Nobody waits for the answer: searches that somebody waits for go first. */
  readonly background?: boolean;
}

/** One change of an index that exists, by its own name. What is not named stays. */
export interface IndexUpdate {
  readonly index: string;
  readonly putAliases?: Document;
  readonly dropAliases?: readonly string[];
  /** On top of the settings it has; null takes one back to its default. */
  readonly settings?: Document;
  readonly closed?: boolean;
  /** The index goes; an alias of the same call may take its name. */
  readonly remove?: true;
}

export interface IndexInfo {
  readonly name: string;
  readonly uuid: string;
  readonly mapping: Mapping;
  readonly settings: Document;
  readonly aliases: Document;
  /** Closed: kept, neither read nor written. */
  readonly closed: boolean;
  /** Wildcards pass it over. */
  readonly hidden: boolean;
  /** What a search finds; on a cluster as of its last refresh. */
  readonly documents: number;
  readonly bytes: number;
  readonly createdAt: number;
}

/**
 * Index templates as OpenSearch keeps them; `legacy` ones (`_template`) lose against composable ones, which may be composed of
 * `component` ones (`_component_template`). Each of the three kinds has names of its own.
 */
export interface StoredTemplate {
  readonly name: string;
  readonly legacy: boolean;
  readonly component?: true;
  readonly body: Document;
}

/** How index expressions resolve, as OpenSearch's URL parameters of these names. */
export interface IndexOptions {
  readonly ignoreUnavailable?: boolean;
  readonly allowNoIndices?: boolean;
  /** What wildcards reach; open indices that are not hidden where it is missing. */
  readonly wildcards?: { readonly open: boolean; readonly closed: boolean; readonly hidden: boolean };
  /** Closed indices that are named are an error (index_closed_exception), or passed over where unavailable ones are. */
  readonly openOnly?: boolean;
}

/**
 * Where documents live. Two back ends (embedded, OpenSearch) and a memory one run the same suite, store/store.suite.ts.
 * Errors are TrailhoundErrors: 'index-not-found', 'bad-request', 'engine-unavailable' (a cluster did not answer in time), 'read-only' (the disk takes no write: reading goes on, and the
 * next write is tried again), 'data-folder-broken' (what was read is not what was written: never a wrong answer instead).
 */
export interface Store {
  /** Refuses an existing or ill-named index. `body`: {settings?, mappings?, aliases?}, on top of the matching templates. */
  createIndex(name: string, body: Document): Promise<void>;
  /** Deletes by name or pattern; a concrete name that is missing is 'index-not-found'. Answers the names deleted. */
  deleteIndex(expression: string, options?: IndexOptions): Promise<readonly string[]>;
  /** Adds fields to mappings of existing indices; a change of type is 'bad-request'. */
  putMapping(expression: string, mapping: Document): Promise<void>;
  /** Changes indices, all or none. A missing index is 'index-not-found', an alias named as an index 'bad-request'. */
  updateIndices(changes: readonly IndexUpdate[]): Promise<void>;
  putTemplate(template: StoredTemplate): Promise<void>;
  deleteTemplate(template: Pick<StoredTemplate, 'name' | 'legacy' | 'component'>): Promise<boolean>;
  templates(): Promise<readonly StoredTemplate[]>;
  /**
   * Resolves a comma list with wildcards, exclusions and aliases (specs/dsl.md §1.4), in name order. `counts: false`: the caller
   * does not look at `documents` and `bytes`, which may be 0 then; on a cluster they are asked for apart.
   */
  indices(expression: string, options?: IndexOptions & { readonly counts?: boolean }): Promise<readonly IndexInfo[]>;
  /**
   * Answers per operation, in order, and creates missing indices (not for a delete). An alias goes to its write index. When it resolves, what it calls written survives a
   * crash, and all of one call became durable together. Throws only when nothing was written (read-only, closed). On a cluster
   * a call is several writes: one that ends halfway, or throws, may have left a part, and the whole call may be repeated; what one
   * call deletes under an id that it writes elsewhere is gone only when searches find it there.
   */
  write(operations: readonly Operation[]): Promise<readonly OperationResult[]>;
  /** Sees every write that was answered, refreshed or not. */
  get(index: string, id: string): Promise<StoredDocument | undefined>;
  /** Sees every write that was answered (a superset of OpenSearch's near-real-time view). */
  search(expression: string, body: SearchBody, options?: SearchOptions): Promise<SearchResult>;
  /**
   * Resolves when searches cost what they are going to cost: documents that the start found without a search index have one, or
   * that takes too long (limits.indexWaitMs), or the signal aborts. Answers are the same before; who can wait spares the others.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** The position of the last durable write. */
  position(): Promise<Position>;
  /** A number that changes whenever a search over the expression could answer differently (write, delete, mapping). */
  generation(expression: string): Promise<string>;
  refresh(expression: string): Promise<void>;
  close(): Promise<void>;
}
