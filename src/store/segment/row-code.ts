import { SegmentDamage } from './paged-file.ts';
import { addRange, addRow, listRows, noRows, type Rows } from './rows.ts';

/** How rows are written: a list of differences, or all bits where that is shorter and none stands twice. */
const asList = 0;
const asBits = 1;

export function encodeRows(list: readonly number[], rowsInSegment: number): Buffer {
  const bitBytes = Math.ceil(rowsInSegment / 8);
  if (list.length > bitBytes && list.every((row, at) => row !== list[at - 1])) {
    const bits = Buffer.alloc(1 + bitBytes);
    bits[0] = asBits;
    for (const row of list) bits[1 + (row >>> 3)] = (bits[1 + (row >>> 3)] as number) | (1 << (row & 7));
    return bits;
  }
  const bytes = Buffer.allocUnsafe(1 + 5 + list.length * 3);
  bytes[0] = asList;
  let at = putVarint(bytes, 1, list.length);
  let before = 0;
  for (const row of list) {
    at = putVarint(bytes, at, row - before);
    before = row;
  }
  return bytes.subarray(0, at);
}

export function encodeBits(rows: Rows, rowsInSegment: number): Buffer {
  return encodeRows(listRows(rows), rowsInSegment);
}

/** Adds the rows to `into`. */
export function decodeRows(bytes: Buffer, into: Rows = noRows()): Rows {
  const reader = { bytes, at: 1 };
  if (bytes[0] === asList) {
    addList(reader, into);
  } else if (bytes[0] === asBits) {
    for (let at = 1; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === 0) continue;
      if (byte === 0xff) addRange(into, (at - 1) * 8, at * 8);
      else for (let bit = 0; bit < 8; bit++) if ((byte >>> bit) & 1) addRow(into, (at - 1) * 8 + bit);
    }
  } else throw new SegmentDamage('a set of rows does not read');
  return into;
}

/** Calls with each row, ascending; with one that stands twice, twice. */
export function eachRow(bytes: Buffer, each: (row: number) => void): void {
  if (bytes[0] === asList) {
    const reader = { bytes, at: 1 };
    let row = 0;
    for (let left = takeVarint(reader); left > 0; left--) {
      row += takeVarint(reader);
      each(row);
    }
    return;
  }
  if (bytes[0] !== asBits) throw new SegmentDamage('a set of rows does not read');
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    for (let bit = 0; byte >>> bit !== 0; bit++) if ((byte >>> bit) & 1) each((at - 1) * 8 + bit);
  }
}

export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

export function addList(reader: ByteReader, into: Rows): void {
  let row = 0;
  for (let left = takeVarint(reader); left > 0; left--) {
    row += takeVarint(reader);
    addRow(into, row);
  }
}

export function takeVarint(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new SegmentDamage('a number does not read');
}

/** Answers where the next byte goes. At most five bytes are written. */
export function putVarint(bytes: Buffer, at: number, value: number): number {
  let left = value;
  let to = at;
  while (left >= 0x80) {
    bytes[to++] = (left & 0x7f) | 0x80;
    left = Math.floor(left / 128);
  }
  bytes[to++] = left;
  return to;
}
