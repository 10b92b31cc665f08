import type { Rows } from './rows.ts';

/** What an index knows of a question: rows that match for certain, and all that may match (the sure ones among them). */
export interface Hits {
  readonly sure: Rows;
  readonly maybe: Rows;
}

/** A JSON value that is neither null, object nor array. */
export type Leaf = string | number | boolean | bigint;

/** The values at one path of the documents (dots join keys, arrays are looked through), as far as one field plan made them. */
export interface ColumnIndex {
  readonly path: string;
  /** Of the field plan. */
  readonly signature: string;
  /** Words of the values went into some text field. */
  readonly hasText: boolean;
  /** Numbers of the indices whose documents have values here. */
  readonly indices: ReadonlySet<number>;
  /** Rows with a value. */
  present(): Rows;
  /** Rows with exactly this text. undefined where values were not kept (dates). */
  exact(text: string): Hits | undefined;
  /** Rows with a value that is no text and passes. undefined where not all of them were kept. */
  others(test: (leaf: Leaf) => boolean): Rows | undefined;
  /** Rows with a value that passes, texts and others; rows whose values are not listed only may. */
  matching(test: (leaf: Leaf) => boolean): Hits | undefined;
  /** For a date: rows whose instant passes. */
  within?(test: (instant: number) => boolean): Hits;
  /** For a date: the row's only instant, null without one, undefined with several. */
  instant?(row: number): number | null | undefined;
}

/** Blocks of documents and their row numbers: row n of a block is segment row `start + n`. */
export interface SegmentBlock {
  readonly first: number;
  readonly count: number;
  readonly index: number;
  readonly start: number;
}

/** The index of up to segmentRowsMax documents that arrived one after another: growing in memory (hot) or a file (sealed). */
export interface SegmentIndex {
  /** The position before the first document, and that of the last one. */
  readonly after: number;
  readonly last: number;
  /** Documents had more paths than are indexed: a path without a column, and words, may be anywhere. */
  readonly overflowed: boolean;
  /** It never changes any more. */
  readonly sealed: boolean;
  blocks(): readonly SegmentBlock[];
  columns(path: string): readonly ColumnIndex[];
  allColumns(): readonly ColumnIndex[];
  /** Rows with this word in a text field. */
  word(field: string, term: string): Hits;
}
