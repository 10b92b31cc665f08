import type { Literals } from '../../base/regex-literals.ts';
import type { Leaf } from '../../query/columns.ts';
import type { TextField } from '../../query/field.ts';
import type { SegmentOrdinals } from './ordinals.ts';
import type { Rows } from './rows.ts';
import type { Steps } from './steps.ts';

/** What an index knows of a question: rows that match for certain, and all that may match (the sure ones among them). */
export interface Hits {
  readonly sure: Rows;
  readonly maybe: Rows;
}

export type { Leaf } from '../../query/columns.ts';

/**
 * What a value must be like to pass, by what stands in the document: so that values that are not listed need not all be asked.
 * Whatever is left out here is asked in vain, never missed.
 */
export interface Likeness {
  /** Of each list the value holds at least one; upper and lower case of ASCII letters may differ. */
  readonly texts: Literals;
  /** Only odd rows are wanted: the words of others are asked by themselves (`shortWords`). */
  readonly odd?: true;
  /** It does not come before the one nor behind the other (compareTerms). */
  readonly from?: string;
  readonly to?: string;
  /** All that lies strictly between them passes. */
  readonly between?: true;
}

/** The values at one path of the documents (dots join keys, arrays are looked through), as far as one field plan made them. */
export interface ColumnIndex {
  /** No other column has it; one that is read from its file once more has the same. */
  readonly number: number;
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
  /**
   * Rows with a value that passes, texts and others; rows whose values are not listed only may, of which those are left out that
   * are known not to hold a value of that likeness.
   */
  matching(test: (leaf: Leaf) => boolean, like?: Likeness): Steps<Hits | undefined>;
  /** For a date: rows whose instant passes. */
  within?(test: (instant: number) => boolean): Hits;
  /** For a date: of each row its only instant, NaN without one, Infinity with several: then the document tells. Not to be changed. */
  rowInstants?(): Float64Array;
  /**
   * Of each row its values as they stand in the documents. A row with a value that is not listed is one whose document must
   * be asked. undefined where values were not kept (dates, texts that nothing can ask for). Throws SegmentDamage, as reading
   * a leaf may.
   */
  ordinals(): SegmentOrdinals | undefined;
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
  /** No other segment has it, nor one that is made of the same documents later. */
  readonly number: number;
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
  /** Rows with this word in a text field, whose analyzer the documents came under. */
  word(field: TextField, term: string): Hits;
  /**
   * Rows with a short word (short-words.ts) that passes, in a value that no column tells of, but for odd ones. To be asked last:
   * columns of a growing segment give up telling of values. undefined where that is not known.
   */
  shortWords(field: TextField, test: (word: string) => boolean): Steps<Rows | undefined>;
}
