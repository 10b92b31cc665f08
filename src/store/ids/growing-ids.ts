import type { Position } from '../store.ts';
import type { IdList } from './id-list.ts';
import { recordBytes, writeRecord } from './id-record.ts';

/** More are not added to one list: an entry's number has 16 bits (see `sorted`). */
export const growingRowsMax = 65_536;

/** Ids in memory: those of the newest rows, until they are written as a run. Some 32 bytes an id. */
export interface GrowingIds extends IdList {
  add(hash: number, position: Position): void;
  /** The row was replaced or deleted: a document that changes all the time must not fill the list. */
  remove(hash: number, position: Position): void;
  /** Rows up to a position are in it, whether or not they have ids. */
  reach(position: Position): void;
}

export function makeGrowingIds(after: Position): GrowingIds {
  let last = after;
  let rows = 0;
  /** Slots that hold or held an entry. */
  let used = 0;
  let hashes = new Float64Array(1024).fill(none);
  let positions = new Float64Array(1024);

  const place = (hash: number, position: Position): void => {
    const mask = hashes.length - 1;
    let slot = hash & mask;
    while ((hashes[slot] as number) >= 0) slot = (slot + 1) & mask;
    if (hashes[slot] === none) used++;
    hashes[slot] = hash;
    positions[slot] = position;
  };
  const grow = (): void => {
    const [oldHashes, oldPositions] = [hashes, positions];
    // Where most entries are gone, the same size will do.
    const size = rows * 4 >= oldHashes.length ? oldHashes.length * 2 : oldHashes.length;
    hashes = new Float64Array(size).fill(none);
    positions = new Float64Array(hashes.length);
    used = 0;
    for (let slot = 0; slot < oldHashes.length; slot++) {
      if ((oldHashes[slot] as number) >= 0) place(oldHashes[slot] as number, oldPositions[slot] as number);
    }
  };
  return {
    after,
    get last() {
      return last;
    },
    get rows() {
      return rows;
    },
    add(hash, position) {
      if (used * 2 >= hashes.length) grow();
      place(hash, position);
      rows++;
      last = Math.max(last, position);
    },
    remove(hash, position) {
      const mask = hashes.length - 1;
      let slot = hash & mask;
      while (hashes[slot] !== none && (hashes[slot] !== hash || positions[slot] !== position)) slot = (slot + 1) & mask;
      if (hashes[slot] === none) return;
      hashes[slot] = gone;
      rows--;
    },
    reach(position) {
      last = Math.max(last, position);
    },
    find(hash, found) {
      const mask = hashes.length - 1;
      for (let slot = hash & mask; hashes[slot] !== none; slot = (slot + 1) & mask) {
        if (hashes[slot] === hash) found.push(positions[slot] as number);
      }
    },
    records: () => [sorted(hashes, positions, after, rows)],
    close: () => {},
  };
}

/** No hash is negative. A slot whose entry is gone is passed over by who looks, and taken by the next entry. */
const none = -1;
const gone = -2;

/** The machine sorts numbers of 64 bits by itself: the hash, and below it the entry that it belongs to. */
function sorted(hashes: Float64Array, positions: Float64Array, after: Position, rows: number): Buffer {
  const keys = new BigUint64Array(rows);
  const halves = new Uint32Array(keys.buffer);
  const offsets = new Uint32Array(rows);
  let entry = 0;
  for (let slot = 0; slot < hashes.length; slot++) {
    const hash = hashes[slot] as number;
    if (hash < 0) continue;
    halves[entry * 2] = ((hash % 0x1_0000) * 0x1_0000) | entry;
    halves[entry * 2 + 1] = Math.floor(hash / 0x1_0000);
    offsets[entry++] = (positions[slot] as number) - after;
  }
  keys.sort();
  const bytes = Buffer.allocUnsafe(rows * recordBytes);
  for (let at = 0; at < rows; at++) {
    const low = halves[at * 2] as number;
    const hash = (halves[at * 2 + 1] as number) * 0x1_0000 + (low >>> 16);
    writeRecord(bytes, at * recordBytes, hash, offsets[low & 0xffff] as number);
  }
  return bytes;
}
