/** A JSON value that is neither null, object nor array. */
export type Leaf = string | number | boolean | bigint;

/** The values of one field in documents that a store keeps together, by row: the number of a document among them. */
export type Column = Ordinals | Instants;

/** Values of a column, numbered. */
export interface Ordinals {
  readonly kind: 'ordinals';
  /** By row: 0 without a value, n + 1 for the value n alone, `many` where `several` tells. */
  readonly of: Uint16Array | Uint32Array;
  readonly many: number;
  /** How many values there are. */
  readonly count: number;
  /** The value itself. Two numbers never stand for one value. */
  leaf(ordinal: number): Leaf;
  /** The values of a row with `many`, as often as it has them, in no order; undefined where its document must be asked. */
  several(row: number): readonly number[] | undefined;
  /** What is known of values without a number; absent where all have one. Made when it is first asked for. */
  hashed?(): HashedRows;
}

/** Values of which only hashes are known. */
export interface HashedRows {
  /** No other column has it. One that grew meanwhile has the same: of rows that both know they tell the same. */
  readonly number: number;
  /** How many rows there are. */
  readonly size: number;
  /**
   * By row one bit: whether it has one value, a text or what keywords make of a number, whose hash is known. Where it is not set the
   * document must be asked: the row has no such value, others besides, listed ones too, or one that is longer than `longest`.
   */
  readonly clear: Uint32Array;
  /** Names the hash function: by the same one equal texts have equal hashes, and different ones hardly ever. */
  readonly key: number;
  /** Of any text: never 0. */
  hash(text: string): number;
  readonly longest: number;
  /**
   * All hashes whose upper eight bits lie from `from` up to, not including, `to`, each with its row, in any order; those of rows that
   * are not clear are among them. In memory that the next call uses again, of whatever column.
   */
  pairs(from: number, to: number, places: boolean): HashedPairs;
  /** The same by row. Made when it is first asked for, and takes eight bytes a row: for who looks at few rows, or at one after the other. */
  byRow(): HashesByRow;
  /** Whether it is known where values stand among each other. */
  readonly ordered: boolean;
  /** Where a text stands: below 2 ** 24. Of two texts the one with the smaller number comes first, as compareTerms says. */
  place(text: string): number;
  /** Of the same prefix, equal texts have equal places. */
  readonly prefix: string;
  /** No text with this place, or a greater one, comes before what is answered. */
  least(place: number): string;
  readonly kept: KeptOfHashed;
}

export interface HashedPairs {
  readonly count: number;
  readonly hashes: Uint32Array;
  readonly rows: Uint16Array | Uint32Array;
  /** Only where they are asked for, and known. */
  readonly places: Uint32Array;
}

export interface HashesByRow {
  /** 0 where the row is not clear. */
  readonly of: Uint32Array;
  /** Of clear rows their places; undefined where they are not known. */
  readonly places: Uint32Array | undefined;
}

/** What whoever asks found out of a column, for who asks next. */
export interface KeptOfHashed {
  /** Values that were read lately, by row: whoever reads one from its document may keep it here, within namesKeptMax. */
  readonly names: Map<number, string>;
  /** Its first and its last rows by their places. */
  first?: HashedHead;
  last?: HashedHead;
}

export interface HashedHead extends HashedPairs {
  /** Where what is not in it begins, as whoever made it counts. */
  readonly end: number;
}

/** By row: milliseconds, NaN without a value, Infinity where the document must be asked. */
export interface Instants {
  readonly kind: 'instants';
  readonly of: Float64Array;
}

/** Asked again, as a console does every few seconds, an aggregation finds the few hundred names that it shows. */
export const namesKeptMax = 128;
