import type { Document } from '../base/document.ts';
import type { Column } from './columns.ts';
import type { Field } from './field.ts';
import type { Lucene } from './lucene.ts';
import type { KeptTops } from './tops.ts';

/** A stored document that a query is asked about. */
export interface Candidate {
  readonly index: string;
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  readonly source: Document;
  /** The source's own text, where it is at hand. */
  readonly text?: string;
  /** The store's index proved that it matches the search's query: the matcher need not be asked. */
  readonly sure?: boolean;
  /** What the store can tell of it without reading it, as row `row` of these. */
  readonly columns?: Columns;
  readonly row?: number;
}

/**
 * Documents of one index that a store keeps together. It can tell some of their values without reading them; a row is the
 * number of a document among them. What it tells is what the documents say, else it says that they must be asked.
 */
export interface Columns {
  /** Where they are part of a stretch: what its Keep knows them by. */
  readonly number?: number;
  /** The values of a field; undefined where the documents must be asked. The same object for the same field. */
  column(field: Field): Column | undefined;
  /** Whether a row matches a query; undefined where the document must be asked. */
  verdicts(query: Lucene): (row: number) => boolean | undefined;
  /** The document of a row, which is read when something of it is asked for. */
  candidate(row: number): Candidate;
}

/** Some rows of them, ascending: matches that a store found. */
export interface RowBatch {
  readonly columns: Columns;
  readonly rows: ArrayLike<number>;
}

/** Rows as a store hands them out. */
export interface FoundRows extends RowBatch {
  readonly rows: Uint32Array | Uint16Array;
  /** Where these are all matches of a part that does not change: what sorts keep of them. */
  readonly tops?: KeptTops | undefined;
}

/** Says whether a candidate matches. Pure; the same candidate may be asked by many matchers. */
export type Matcher = (candidate: Candidate) => boolean;

/**
 * What a document must hold to match: for every entry at least one of the terms in that field. `field` is the full name of
 * a mapped field (`data.aws.eventName`, `eventName.keyword`); a term is what the field indexes: the keyword as it stands
 * (after its normalizer) or one token of a text. 'none-known': any document may match.
 * `query/terms.ts` lists the terms of a document in the same spelling.
 */
export type RequiredTerms = readonly RequiredTerm[] | 'none-known';

export interface RequiredTerm {
  readonly field: string;
  /** Never empty. */
  readonly anyOf: readonly string[];
}
