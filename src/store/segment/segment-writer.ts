import { brotliCompressSync, constants, crc32 } from 'node:zlib';
import { packBloom } from './bloom.ts';
import { textHash } from './hash.ts';
import type { Entry, HotColumn } from './hot-column.ts';
import type { HotSegment, Words } from './hot-segment.ts';
import { pageBytes } from './paged-file.ts';
import { encodeBits, encodeRows, putVarint } from './row-code.ts';

/** Where a table of texts lies: `hashes` ascending, `textEnds`, `postingEnds` (u32 each), `flags` (u8), texts, postings. */
export interface Table {
  readonly count: number;
  readonly hashes: number;
  readonly textEnds: number;
  readonly postingEnds: number;
  readonly flags: number;
  readonly texts: number;
  readonly postings: number;
}

/** [offset, length] */
export type Span = readonly [number, number];

export interface ColumnEntry {
  readonly path: string;
  readonly signature: string;
  readonly hasText: boolean;
  readonly indices: readonly number[];
  readonly searchable: boolean;
  readonly streams: boolean;
  readonly othersLost: boolean;
  readonly presence: Span;
  readonly streamed: Span;
  readonly table?: Table;
  /** Instants: u32 above `from` (4 bytes, 0xffffffff for none), or f64. */
  readonly instants?: { readonly at: number; readonly from: number; readonly bytes: 4 | 8; readonly several: Span };
}

/** The directory of a segment file, as JSON. */
export interface Directory {
  readonly rows: number;
  readonly overflowed: boolean;
  readonly after: number;
  readonly last: number;
  /** first (f64), index, count, start (u32 each), all of one kind together. */
  readonly blocks: { readonly count: number; readonly at: number };
  readonly columns: readonly ColumnEntry[];
  readonly words: readonly { readonly field: string; readonly streams: boolean; readonly table: Table }[];
  readonly bloom: { readonly at: number; readonly sliceBytes: number };
}

export const segmentFormat = 2;
export const partialFlag = 1;
/** The text is JSON of a value that is no text. */
export const otherFlag = 2;

/**
 * The file of a segment, in pieces: parts in order, the directory (its length and the format last), then what PagedFile reads
 * first: the crc32 of each page. Stops between columns so that others may run. The documents are not in it: they stay where
 * they are, and a file that is lost is made again.
 */
export function* writeSegment(segment: HotSegment): Generator<void, { readonly bytes: Buffer; readonly sum: number }> {
  const out = makeOutput();
  const ordinals = new Map<Entry, number>();
  const columns: ColumnEntry[] = [];
  for (const column of segment.allColumns()) {
    columns.push(writeColumn(out, column, segment.rows, ordinals));
    yield;
  }
  const columnNumbers = new Map(segment.allColumns().map((column, number) => [column, number]));
  const words: Directory['words'][number][] = [];
  for (const field of segment.wordsOf.values()) {
    words.push({
      field: field.field,
      streams: field.streams,
      table: yield* writeWords(out, field, columnNumbers, ordinals),
    });
  }
  const bloom = packBloom(segment.bloom, segment.rows);
  yield;
  const directory: Directory = {
    rows: segment.rows,
    overflowed: segment.overflowed,
    after: segment.after,
    last: segment.last,
    blocks: writeBlocks(out, segment),
    columns,
    words,
    bloom: { at: out.add(bloom.bytes), sliceBytes: bloom.sliceBytes },
  };
  yield;
  const packed = brotliCompressSync(Buffer.from(JSON.stringify(directory)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 3 },
  });
  const at = out.add(packed);
  const tail = Buffer.alloc(16);
  tail.writeDoubleLE(at, 0);
  tail.writeUInt32LE(packed.length, 8);
  tail.writeUInt32LE(segmentFormat, 12);
  out.add(tail);
  yield;
  return finish(out.join());
}

interface Output {
  /** Answers the offset, always a multiple of 8. */
  add(bytes: Uint8Array): number;
  join(): Buffer;
}

function makeOutput(): Output {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    add(bytes) {
      const at = size;
      parts.push(bytes);
      size += bytes.length;
      const pad = (8 - (size % 8)) % 8;
      if (pad > 0) parts.push(new Uint8Array(pad));
      size += pad;
      return at;
    },
    join: () => Buffer.concat(parts),
  };
}

function finish(body: Buffer): { readonly bytes: Buffer; readonly sum: number } {
  const pages = Math.ceil(body.length / pageBytes);
  const sums = Buffer.alloc(pages * 4);
  for (let page = 0; page < pages; page++) {
    sums.writeUInt32LE(crc32(body.subarray(page * pageBytes, (page + 1) * pageBytes)), page * 4);
  }
  const tail = Buffer.alloc(8);
  const sum = crc32(sums);
  tail.writeUInt32LE(sum, 0);
  tail.writeUInt32LE(pages, 4);
  return { bytes: Buffer.concat([body, sums, tail]), sum };
}

function writeBlocks(out: Output, segment: HotSegment): Directory['blocks'] {
  const blocks = segment.blocks();
  const count = blocks.length;
  const bytes = Buffer.alloc(count * 20);
  for (const [number, { first, index, count: rows, start }] of blocks.entries()) {
    bytes.writeDoubleLE(first, number * 8);
    bytes.writeUInt32LE(index, count * 8 + number * 4);
    bytes.writeUInt32LE(rows, count * 12 + number * 4);
    bytes.writeUInt32LE(start, count * 16 + number * 4);
  }
  return { count, at: out.add(bytes) };
}

function writeColumn(out: Output, column: HotColumn, rows: number, ordinals: Map<Entry, number>): ColumnEntry {
  const span = (bytes: Buffer): Span => [out.add(bytes), bytes.length];
  const listed: Listed[] = [];
  for (const [text, entry] of column.values) {
    const flags = entry.partial ? partialFlag : 0;
    listed.push({ text, hash: textHash(text, column.seed), flags, entry, postings: encodeRows(entry.rows, rows) });
  }
  for (const entry of column.othersLost ? [] : column.otherValues.values()) {
    const text = typeof entry.leaf === 'bigint' ? String(entry.leaf) : leafJson(entry.leaf);
    const flags = otherFlag | (typeof entry.leaf === 'bigint' ? bigFlag : 0);
    listed.push({ text, hash: textHash(text, column.seed), flags, entry, postings: encodeRows(entry.rows, rows) });
  }
  const instants = column.instants && writeInstants(out, column.instants.subarray(0, rows));
  const table = listed.length === 0 ? undefined : writeTable(out, listed);
  if (table) for (const [ordinal, { entry }] of listed.entries()) if (entry) ordinals.set(entry, ordinal);
  return {
    path: column.path,
    signature: column.signature,
    hasText: column.hasText,
    indices: [...column.indices],
    searchable: column.plan.searchable,
    streams: column.streams,
    othersLost: column.othersLost,
    presence: span(encodeBits(column.presence, rows)),
    streamed: span(encodeBits(column.streamed, rows)),
    ...(table ? { table } : {}),
    ...(instants ? { instants: { ...instants, several: span(encodeBits(column.several, rows)) } } : {}),
  };
}

/** JSON.stringify makes 0 of -0. */
function leafJson(leaf: unknown): string {
  return Object.is(leaf, -0) ? '-0' : JSON.stringify(leaf);
}

/** With otherFlag: an integer that JSON's numbers cannot hold. */
export const bigFlag = 4;

interface Listed {
  readonly text: string;
  readonly hash: number;
  readonly flags: number;
  readonly postings: Buffer;
  readonly entry?: Entry;
}

/** Sorts the list by hash: an entry's ordinal is its place then. */
function writeTable(out: Output, listed: Listed[]): Table {
  listed.sort((a, b) => a.hash - b.hash);
  const count = listed.length;
  const numbers = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)] as const;
  const flags = Buffer.alloc(count);
  const texts: Buffer[] = [];
  let textEnd = 0;
  let postingEnd = 0;
  for (const [ordinal, { text, hash, flags: own, postings }] of listed.entries()) {
    // UTF-16, as lone surrogates do not survive UTF-8; most texts are plain and take one byte a character.
    const wide = /[^\x00-\xff]/.test(text);
    const bytes = Buffer.from(text, wide ? 'utf16le' : 'latin1');
    texts.push(bytes);
    numbers[0][ordinal] = hash;
    numbers[1][ordinal] = textEnd += bytes.length;
    numbers[2][ordinal] = postingEnd += postings.length;
    flags[ordinal] = own | (wide ? wideFlag : 0);
  }
  const [hashes, textEnds, postingEnds] = numbers.map((array) => out.add(new Uint8Array(array.buffer)));
  return {
    count,
    hashes: hashes as number,
    textEnds: textEnds as number,
    postingEnds: postingEnds as number,
    flags: out.add(flags),
    texts: out.add(Buffer.concat(texts)),
    postings: out.add(Buffer.concat(listed.map(({ postings }) => postings))),
  };
}

/** The text is UTF-16 instead of one byte a character. */
export const wideFlag = 8;

function writeInstants(out: Output, instants: Float64Array): { at: number; from: number; bytes: 4 | 8 } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const value of instants) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (!(to - from < 0xffffffff) || !instants.every((value) => Number.isNaN(value) || Number.isInteger(value - from))) {
    return { at: out.add(new Uint8Array(instants.slice().buffer)), from: 0, bytes: 8 };
  }
  const offsets = Uint32Array.from(instants, (value) => (!Number.isNaN(value) ? value - from : 0xffffffff));
  return { at: out.add(new Uint8Array(offsets.buffer)), from, bytes: 4 };
}

/** Postings of a word: rows of its own, then the listed values that hold it, as (column, ordinal). */
function* writeWords(
  out: Output,
  words: Words,
  columns: ReadonlyMap<HotColumn, number>,
  ordinals: ReadonlyMap<Entry, number>,
): Generator<void, Table> {
  const listed: Listed[] = [];
  for (const [text, word] of words.known) {
    const bytes = Buffer.allocUnsafe(10 + word.rows.length * 3 + word.entries.length * 10);
    let at = putVarint(bytes, 0, word.rows.length);
    let before = 0;
    for (const row of word.rows) {
      at = putVarint(bytes, at, row - before);
      before = row;
    }
    at = putVarint(bytes, at, word.entries.length);
    for (const { column, entry } of word.entries) {
      at = putVarint(bytes, at, columns.get(column) ?? 0);
      at = putVarint(bytes, at, ordinals.get(entry) ?? 0);
    }
    const postings = Buffer.from(bytes.subarray(0, at));
    listed.push({ text, hash: textHash(text, words.seed), flags: word.partial ? partialFlag : 0, postings });
    if (listed.length % 2000 === 0) yield;
  }
  return writeTable(out, listed);
}
