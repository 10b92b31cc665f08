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
  /**
   * By row: the hash of its only value, a text, or what keywords make of a number. 0 where the document must be asked: the row
   * has no such value, others besides, listed ones too, or one that is longer than `longest`.
   */
  readonly of: Uint32Array;
  /** Names the hash function: by the same one equal texts have equal hashes, and different ones hardly ever. */
  readonly key: number;
  /** Of any text: never 0. */
  hash(text: string): number;
  readonly longest: number;
  /** By row with a hash, below 2 ** 24: of two texts the one with the smaller number comes first, as compareTerms says. Absent where unknown. */
  readonly order: Uint32Array | undefined;
  /** What `order` has for a text. */
  place(text: string): number;
  /** Of the same prefix, equal texts have equal numbers. */
  readonly prefix: string;
  /** No text with this number, or a greater one, comes before what is answered. */
  least(order: number): string;
  /** Values that were read lately, by row with a hash: whoever reads one from its document may keep it here, within namesKeptMax. */
  readonly names: Map<number, string>;
}

/** By row: milliseconds, NaN without a value, Infinity where the document must be asked. */
export interface Instants {
  readonly kind: 'instants';
  readonly of: Float64Array;
}

/** Asked again, as a console does every few seconds, an aggregation finds the few hundred names that it shows. */
export const namesKeptMax = 256;
