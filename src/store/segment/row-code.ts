import type { ByteReader, ByteWriter } from './byte-code.ts';
import { makeRoom, putVarint, takeVarint, varintBytes } from './byte-code.ts';
import { SegmentDamage } from './paged-file.ts';
import { addRange, addRow, noRows, type Rows, rowNumbers } from './rows.ts';

/** How rows are written: as differences, as bits, or as runs of neighbours, whichever is shortest. */
const asList = 0;
const asBits = 1;
const asRuns = 2;

/** `rows` ascend; one may stand several times. A head tells the form and the number of what follows. */
export function putRows(writer: ByteWriter, rows: Uint16Array): void {
  const { length } = rows;
  const last = length === 0 ? 0 : (rows[length - 1] as number);
  const bitBytes = (last >>> 3) + 1;
  const { listBytes, runBytes, runs, once } = measure(rows);
  if (once && runBytes < listBytes && runBytes < bitBytes) {
    putVarint(writer, runs * 4 + asRuns);
    putRuns(writer, rows);
  } else if (once && bitBytes < listBytes) {
    putVarint(writer, bitBytes * 4 + asBits);
    putBits(writer, rows, bitBytes);
  } else {
    putVarint(writer, length * 4 + asList);
    let before = 0;
    for (let at = 0; at < length; at++) {
      putVarint(writer, (rows[at] as number) - before);
      before = rows[at] as number;
    }
  }
}

export function putRowSet(writer: ByteWriter, rows: Rows): void {
  putRows(writer, Uint16Array.from(rowNumbers(rows)));
}

/** Adds the rows that stand next to `into`. */
export function takeRows(reader: ByteReader, into: Rows): void {
  const head = takeVarint(reader);
  const count = Math.floor(head / 4);
  if (head % 4 === asList) {
    let row = 0;
    for (let left = count; left > 0; left--) {
      row += takeVarint(reader);
      addRow(into, row);
    }
  } else if (head % 4 === asRuns) {
    let row = 0;
    for (let left = count; left > 0; left--) {
      const from = row + takeVarint(reader);
      row = from + takeVarint(reader) + 1;
      if (row > 65_536) throw new SegmentDamage('a set of rows does not read');
      addRange(into, from, row);
    }
  } else if (head % 4 === asBits) {
    const end = reader.at + count;
    if (end > reader.bytes.length) throw new SegmentDamage('a set of rows does not read');
    for (let row = 0; reader.at < end; row += 8) {
      const byte = reader.bytes[reader.at++] as number;
      into[row >>> 5] = (into[row >>> 5] as number) | (byte << (row & 31));
    }
  } else throw new SegmentDamage('a set of rows does not read');
}

/** Calls with each row that stands next, ascending; with one that stands twice, twice. */
export function eachRow(reader: ByteReader, visit: (row: number) => void): void {
  const head = takeVarint(reader);
  const count = Math.floor(head / 4);
  if (head % 4 === asList) {
    let row = 0;
    for (let left = count; left > 0; left--) {
      row += takeVarint(reader);
      visit(row);
    }
    return;
  }
  const rows = noRows();
  reader.at -= varintBytes(head);
  takeRows(reader, rows);
  const list = rowNumbers(rows);
  for (let at = 0; at < list.length; at++) visit(list[at] as number);
}

function measure(rows: Uint16Array): { listBytes: number; runBytes: number; runs: number; once: boolean } {
  let listBytes = 0;
  let runBytes = 0;
  let runs = 0;
  let once = true;
  let before = -2;
  let runStart = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const gap = row - Math.max(before, 0);
    listBytes += varintBytes(gap);
    if (row === before) once = false;
    if (row !== before + 1) {
      if (runs > 0) runBytes += varintBytes(before - runStart);
      runs++;
      runBytes += varintBytes(gap);
      runStart = row;
    }
    before = row;
  }
  if (runs > 0) runBytes += varintBytes(before - runStart);
  return { listBytes, runBytes, runs, once };
}

/** Each run as the rows left out before it, and its length less one. */
function putRuns(writer: ByteWriter, rows: Uint16Array): void {
  let end = 0;
  for (let at = 0; at < rows.length; ) {
    const from = rows[at] as number;
    let to = from;
    for (at++; at < rows.length && rows[at] === to + 1; at++) to++;
    putVarint(writer, from - end);
    putVarint(writer, to - from);
    end = to + 1;
  }
}

function putBits(writer: ByteWriter, rows: Uint16Array, length: number): void {
  makeRoom(writer, length);
  const { bytes, at } = writer;
  bytes.fill(0, at, at + length);
  for (const row of rows) bytes[at + (row >>> 3)] = (bytes[at + (row >>> 3)] as number) | (1 << (row & 7));
  writer.at += length;
}
