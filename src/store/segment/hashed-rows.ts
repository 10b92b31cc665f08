import type { HashedRows } from '../../query/columns.ts';
import { type HashKey, textHash } from './hash.ts';
import type { HashPairs } from './hash-list.ts';
import { valueLengthMax } from './value-length.ts';
import { leastText, longText, orderOf } from './value-order.ts';

/** The values of a column that are only hashed, by row, of so many rows. */
export function hashedRows(key: HashKey, { hashes, rows, count, orders }: HashPairs, size: number): HashedRows {
  const of = new Uint32Array(size);
  const order = orders && new Uint32Array(size);
  const unclear: number[] = [];
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    if (of[row] !== 0 || orders?.codes[at] === longText) unclear.push(row);
    of[row] = mark(hashes[at] as number);
    if (order && orders) order[row] = orders.codes[at] as number;
  }
  for (const row of unclear) of[row] = 0;
  const prefix = orders?.prefix;
  return {
    of,
    key: key.secret,
    hash: (text) => mark(textHash(key, text)),
    longest: prefix === undefined ? Number.POSITIVE_INFINITY : valueLengthMax,
    order,
    place: (text) => (prefix === undefined ? 0 : orderOf(prefix, text)),
    prefix: prefix ?? '',
    names: new Map(),
    least: (place) => (prefix === undefined ? '' : leastText(prefix, place)),
  };
}

/** Zero stands for no hash. */
function mark(hash: number): number {
  return hash === 0 ? 1 : hash;
}
