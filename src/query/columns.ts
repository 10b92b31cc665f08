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
}

/** By row: milliseconds, NaN without a value, Infinity where the document must be asked. */
export interface Instants {
  readonly kind: 'instants';
  readonly of: Float64Array;
}
