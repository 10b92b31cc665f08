import type { HashedPairs, HashedRows, HashesByRow, KeptOfHashed } from '../../query/columns.ts';
import { type HashKey, textHash } from './hash.ts';
import { addRow, andNot, hasRow, noRows, type Rows } from './rows.ts';
import { valueLengthMax } from './value-length.ts';
import { leastText, longText, orderOf } from './value-order.ts';

/** Where the pairs of a column are. */
export interface PairSource {
  readonly number: number;
  /** How many rows there are. */
  readonly size: number;
  readonly key: HashKey;
  /** Of their places; undefined where they are not known. */
  readonly prefix: string | undefined;
  /** As HashedRows says. */
  pairs(from: number, to: number, places: boolean): HashedPairs;
}

/** What stores know of a column that is only hashed; whoever knows its listed values tells which rows are clear. */
export type SegmentHashed = Omit<HashedRows, 'clear' | 'byRow' | 'kept'> & {
  /** `mixed`: rows with listed values besides. */
  clearBut(mixed: Rows): Rows;
  byRowOf(clear: Rows): HashesByRow;
};

export function hashedRows({ number, size, key, prefix, pairs }: PairSource): SegmentHashed {
  return {
    number,
    size,
    key: key.secret,
    hash: (text) => textHash(key, text) || 1,
    longest: prefix === undefined ? Number.POSITIVE_INFINITY : valueLengthMax,
    pairs,
    clearBut: (mixed) => clearRows(pairs(0, 256, true), prefix !== undefined, mixed),
    byRowOf: (clear) => byRow(pairs(0, 256, true), prefix !== undefined, clear, size),
    ordered: prefix !== undefined,
    place: (text) => (prefix === undefined ? 0 : orderOf(prefix, text)),
    prefix: prefix ?? '',
    least: (place) => (prefix === undefined ? '' : leastText(prefix, place)),
  };
}

export function makeKeptOfHashed(): KeptOfHashed {
  return { names: new Map() };
}

/** Rows with one value that is not too long. */
function clearRows({ rows, places, count }: HashedPairs, ordered: boolean, mixed: Rows): Rows {
  const clear = noRows();
  const unclear = mixed.slice();
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    if (hasRow(clear, row) || (ordered && places[at] === longText)) addRow(unclear, row);
    addRow(clear, row);
  }
  return andNot(clear, unclear);
}

function byRow({ hashes, rows, places, count }: HashedPairs, ordered: boolean, clear: Rows, size: number): HashesByRow {
  const of = new Uint32Array(size);
  const placesOf = ordered ? new Uint32Array(size) : undefined;
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    if (row >= size || !hasRow(clear, row)) continue;
    of[row] = hashes[at] as number;
    if (placesOf) placesOf[row] = places[at] as number;
  }
  return { of, places: placesOf };
}
