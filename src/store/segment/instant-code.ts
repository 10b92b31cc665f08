import type { FileParts } from './file-parts.ts';
import type { PagedFile } from './paged-file.ts';
import { addRow, hasRow, noRows, type Rows } from './rows.ts';

/**
 * One instant a row (ms), for rows that have one: in chunks, each row's as its distance from the chunk's least in units of the
 * column, in 0, 1, 2 or 4 bytes. Neighbours are of one file, so most take little.
 */
export interface Instants {
  /** By chunk: least (u32, in units above `from`), place × 8 + width (u32); then the chunks. `unit` 0: eight bytes a row instead. */
  readonly at: number;
  readonly from: number;
  readonly unit: number;
}

const chunkRows = 128;

/** `instants`: by row; rows without one, and those behind its end, are NaN. */
export function writeInstants(out: FileParts, instants: Float64Array, rows: number): Instants {
  const { from, unit } = scaleOf(instants);
  if (unit === 0) {
    const raw = new Float64Array(rows).fill(Number.NaN);
    raw.set(instants.subarray(0, rows));
    return { at: out.add(new Uint8Array(raw.buffer)), from: 0, unit };
  }
  const chunks = Math.ceil(rows / chunkRows);
  const bytes = Buffer.alloc(chunks * 8 + rows * 4);
  let end = chunks * 8;
  for (let chunk = 0; chunk < chunks; chunk++) {
    // What was reserved behind the last row is not written.
    const part = instants.subarray(chunk * chunkRows, Math.min((chunk + 1) * chunkRows, rows));
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let row = 0; row < part.length; row++) {
      const units = ((part[row] as number) - from) / unit;
      if (units < least) least = units;
      if (units > most) most = units;
    }
    if (least > most) least = 0;
    const span = most - least;
    const width = span === 0 ? 0 : span < 0x100 ? 1 : span < 0x10000 ? 2 : 4;
    bytes.writeUInt32LE(least, chunk * 8);
    bytes.writeUInt32LE(end * 8 + width, chunk * 8 + 4);
    for (let row = 0; width > 0 && row < part.length; row++) {
      const value = part[row] as number;
      const units = Number.isNaN(value) ? 0 : (value - from) / unit - least;
      for (let byte = 0, left = units; byte < width; byte++, left = Math.floor(left / 256)) bytes[end++] = left % 256;
    }
  }
  return { at: out.add(bytes.subarray(0, end)), from, unit };
}

/** By row: the instants of those that have one; NaN for the others. */
export function readInstants(file: PagedFile, instants: Instants, valued: Rows, rows: number): Float64Array {
  const of = new Float64Array(rows).fill(Number.NaN);
  eachChunk(file, instants, valued, (first, values) => {
    for (let at = 0; at < values.length; at++) if (hasRow(valued, first + at)) of[first + at] = values[at] as number;
  });
  return of;
}

/** The rows of `valued` whose instant passes. */
export function instantsWithin(
  file: PagedFile,
  instants: Instants,
  valued: Rows,
  test: (instant: number) => boolean,
): Rows {
  const found = noRows();
  eachChunk(file, instants, valued, (first, values) => {
    for (let at = 0; at < values.length; at++) {
      if (hasRow(valued, first + at) && test(values[at] as number)) addRow(found, first + at);
    }
  });
  return found;
}

/** Chunks in which a row has an instant. */
function eachChunk(
  file: PagedFile,
  instants: Instants,
  valued: Rows,
  visit: (first: number, values: Float64Array) => void,
): void {
  for (let first = 0; first < valued.length * 32; first += chunkRows) {
    if (!valued.subarray(first / 32, (first + chunkRows) / 32).some((word) => word !== 0)) continue;
    visit(first, readChunk(file, instants, first / chunkRows));
  }
}

/** All rows of a chunk; of use for those that have an instant. */
function readChunk(file: PagedFile, { at, from, unit }: Instants, chunk: number): Float64Array {
  const values = new Float64Array(chunkRows);
  if (unit === 0) {
    const room = Math.floor((file.size - at) / 8) - chunk * chunkRows;
    const rows = Math.max(0, Math.min(chunkRows, room));
    const bytes = file.bytes(at + chunk * chunkRows * 8, rows * 8);
    for (let row = 0; row < rows; row++) values[row] = bytes.readDoubleLE(row * 8);
    return values;
  }
  const least = file.u32(at + chunk * 8);
  const place = file.u32(at + chunk * 8 + 4);
  const width = place % 8;
  if (width === 0) return values.fill(from + least * unit);
  const start = at + Math.floor(place / 8);
  const bytes = file.bytes(start, Math.min(chunkRows * width, file.size - start));
  for (let row = 0; (row + 1) * width <= bytes.length; row++) {
    values[row] = from + (least + bytes.readUIntLE(row * width, width)) * unit;
  }
  return values;
}

/** The least instant, and the largest of some units that all are multiples of above it. Unit 0: four bytes do not hold them. */
function scaleOf(instants: Float64Array): { readonly from: number; readonly unit: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < instants.length; row++) {
    const value = instants[row] as number;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (from > to) return { from: 0, unit: 1 };
  for (const unit of [1000, 1]) {
    if ((to - from) / unit > 0xffffffff || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) continue;
    if (areMultiples(instants, from, unit)) return { from, unit };
  }
  return { from: 0, unit: 0 };
}

function areMultiples(instants: Float64Array, from: number, unit: number): boolean {
  for (let row = 0; row < instants.length; row++) {
    const value = instants[row] as number;
    if (!Number.isNaN(value) && (value - from) % unit !== 0) return false;
  }
  return true;
}
