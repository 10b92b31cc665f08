import { type ByteReader, byteWriter, putText, putVarint, takeText, takeVarint, written } from './byte-code.ts';
import type { GramsEntry } from './grams.ts';
import type { HashList, WordList } from './hash-list.ts';
import type { Instants } from './instant-code.ts';
import type { StoredTexts, TextsEntry } from './kept-texts.ts';
import type { ValueTable } from './value-table.ts';

/** Changes with the form of the files: others are made anew. */
export const segmentFormat = 3;

/** [offset, length] */
export type Span = readonly [number, number];

/** What a segment file tells of itself; JSON, some hundred bytes, and the only part of it that stays in memory. */
export interface Header {
  readonly rows: number;
  readonly overflowed: boolean;
  readonly after: number;
  readonly last: number;
  /** Of the hash key. */
  readonly secret: number;
  /** first (f64), index, count, start (u32 each), all of one kind together. */
  readonly blocks: { readonly at: number; readonly count: number };
  /** Columns by path: where each one's entry ends (u32), the number of the first value of its tables (u32), then the entries. */
  readonly columns: { readonly at: number; readonly bytes: number; readonly count: number };
  /** Signatures of field plans. */
  readonly signatures: readonly string[];
  readonly words: readonly WordsEntry[];
  /** Of values that are neither listed nor kept; absent in older files. */
  readonly letters?: GramsEntry;
  /** The same in files of 2026-11-25, which keep no values. An older program finds no letters in newer files, and reads all documents. */
  readonly grams?: GramsEntry;
}

export interface WordsEntry {
  readonly field: string;
  /** Frequent words; flagged where lists name them too. */
  readonly table?: ValueTable;
  /** Values of the tables that hold a word; their number is that of the columns' first values plus their place. */
  readonly values: WordList;
  /** Rows where a word stands in a value that is not listed. */
  readonly rows: WordList;
  /** Short ones (short-words.ts); absent where they are too many, and in older files. */
  readonly short?: StoredTexts;
}

export interface ColumnEntry {
  readonly path: string;
  readonly signature: string;
  readonly hasText: boolean;
  readonly indices: readonly number[];
  readonly searchable: boolean;
  readonly othersLost: boolean;
  readonly presence: Span;
  /** Rows with a value that is only hashed. */
  readonly streamed: Span;
  readonly values?: ValueTable;
  /** Values that are no text, as a letter and JSON. */
  readonly others?: ValueTable;
  readonly hashes?: HashList;
  /** Values that are only hashed, as they stand: older files have none. */
  readonly texts?: TextsEntry;
  readonly instants?: Instants & { readonly several: Span; readonly valued: Span };
}

const flags = {
  hasText: 1,
  searchable: 2,
  othersLost: 4,
  values: 8,
  others: 16,
  hashes: 32,
  instants: 64,
  orders: 128,
  texts: 256,
};

export function encodeColumn(entry: ColumnEntry, signatures: string[]): Buffer {
  const writer = byteWriter(256);
  const put = (...numbers: readonly number[]): void => {
    for (const number of numbers) putVarint(writer, number);
  };
  putText(writer, entry.path);
  let signature = signatures.indexOf(entry.signature);
  if (signature < 0) signature = signatures.push(entry.signature) - 1;
  const { values, others, hashes, instants, texts } = entry;
  put(
    signature,
    (entry.hasText ? flags.hasText : 0) +
      (entry.searchable ? flags.searchable : 0) +
      (entry.othersLost ? flags.othersLost : 0) +
      (values ? flags.values : 0) +
      (others ? flags.others : 0) +
      (hashes ? flags.hashes : 0) +
      (instants ? flags.instants : 0) +
      (hashes?.orders ? flags.orders : 0) +
      (texts ? flags.texts : 0),
  );
  put(entry.indices.length, ...entry.indices, ...entry.presence, ...entry.streamed);
  for (const table of [values, others]) if (table) put(table.count, table.groups, table.data, table.bytes);
  if (hashes) put(hashes.at, hashes.count);
  if (instants) {
    put(instants.at, instants.unit, ...instants.several, ...instants.valued);
    putText(writer, String(instants.from));
  }
  // Came later than the others: files without are read as well.
  if (hashes?.orders) {
    put(hashes.orders.at);
    putText(writer, hashes.orders.prefix);
  }
  if (texts) put(texts.at, texts.bytes, texts.count, texts.size, texts.rows ? 1 : 0, ...texts.unkept);
  return written(writer);
}

export function decodeColumn(bytes: Buffer, signatures: readonly string[]): ColumnEntry {
  const reader = { bytes, at: 0 };
  const path = takeText(reader);
  const signature = signatures[takeVarint(reader)] ?? '';
  const has = takeVarint(reader);
  const indices: number[] = [];
  for (let left = takeVarint(reader); left > 0; left--) indices.push(takeVarint(reader));
  const presence = takeSpan(reader);
  const streamed = takeSpan(reader);
  const values = has & flags.values ? takeTable(reader) : undefined;
  const others = has & flags.others ? takeTable(reader) : undefined;
  const hashes = has & flags.hashes ? { at: takeVarint(reader), count: takeVarint(reader) } : undefined;
  const instants = has & flags.instants ? takeInstants(reader) : undefined;
  const orders = has & flags.orders ? { at: takeVarint(reader), prefix: takeText(reader) } : undefined;
  const texts = has & flags.texts ? takeTexts(reader) : undefined;
  return {
    path,
    signature,
    hasText: (has & flags.hasText) > 0,
    searchable: (has & flags.searchable) > 0,
    othersLost: (has & flags.othersLost) > 0,
    indices,
    presence,
    streamed,
    ...(values ? { values } : {}),
    ...(others ? { others } : {}),
    ...(hashes ? { hashes: orders ? { ...hashes, orders } : hashes } : {}),
    ...(texts ? { texts } : {}),
    ...(instants ? { instants } : {}),
  };
}

function takeSpan(reader: ByteReader): Span {
  return [takeVarint(reader), takeVarint(reader)];
}

function takeTable(reader: ByteReader): ValueTable {
  return { count: takeVarint(reader), groups: takeVarint(reader), data: takeVarint(reader), bytes: takeVarint(reader) };
}

function takeTexts(reader: ByteReader): TextsEntry {
  const [at, bytes, count, size] = [takeVarint(reader), takeVarint(reader), takeVarint(reader), takeVarint(reader)];
  const rows = takeVarint(reader) === 1;
  return { at, bytes, count, size, rows, unkept: takeSpan(reader) };
}

function takeInstants(reader: ByteReader): NonNullable<ColumnEntry['instants']> {
  const at = takeVarint(reader);
  const unit = takeVarint(reader);
  const several = takeSpan(reader);
  const valued = takeSpan(reader);
  return { at, unit, several, valued, from: Number(takeText(reader)) };
}
