import { byteWriter, written } from './byte-code.ts';
import { type ColumnEntry, encodeColumn, type Header, type Span, segmentFormat, type WordsEntry } from './directory.ts';
import { type FileParts, makeFileParts, type SegmentFile } from './file-parts.ts';
import { writeGrams } from './grams.ts';
import { push16, push32, words32 } from './growing.ts';
import { writeHashList, writeWordList } from './hash-list.ts';
import type { HotColumn } from './hot-column.ts';
import type { HotSegment } from './hot-segment.ts';
import type { FrequentWord, HotWords } from './hot-words.ts';
import { writeInstants } from './instant-code.ts';
import { type TextsEntry, writeTexts } from './kept-texts.ts';
import { type SortedPostings, sortedRows, sortPostings } from './postings.ts';
import { putRowSet } from './row-code.ts';
import { addRow, andNot, noRows, type Rows, rowNumbers } from './rows.ts';
import type { Leaf } from './segment-index.ts';
import { writeShortWords } from './short-words.ts';
import { wholeOrders } from './value-order.ts';
import { type TableValue, type ValueTable, writeTable } from './value-table.ts';

/**
 * The file of a segment, in pieces: parts in order, the header (its place, its length and the format last), then what PagedFile
 * reads first: the crc32 of each page. Stops now and then so that others may run. The documents are not in it: they stay where
 * they are, and a file that is lost is made again.
 */
export function* writeSegment(segment: HotSegment): Generator<void, SegmentFile> {
  const work: Work = {
    segment,
    out: makeFileParts(),
    sorted: yield* sortPostings(segment.postings),
    numbers: new Uint32Array(segment.postings.lists).fill(notListed),
    listed: 0,
  };
  const columns = yield* writeColumns(work);
  const words: WordsEntry[] = [];
  for (const field of segment.words.values()) words.push(yield* writeWords(work, field));
  const { out } = work;
  const { grams } = segment;
  const letters = { ...(yield* writeGrams(out, grams)), odd: rowSpan(out, grams.odd) };
  const header: Header = {
    rows: segment.rows,
    overflowed: segment.overflowed,
    after: segment.after,
    last: segment.last,
    secret: segment.key.secret,
    blocks: writeBlocks(out, segment),
    ...columns,
    words,
    letters,
  };
  const bytes = Buffer.from(JSON.stringify(header));
  const at = out.add(bytes);
  const tail = Buffer.alloc(16);
  tail.writeDoubleLE(at, 0);
  tail.writeUInt32LE(bytes.length, 8);
  tail.writeUInt32LE(segmentFormat, 12);
  out.add(Buffer.concat([tail]));
  return yield* out.finish();
}

interface Work {
  readonly segment: HotSegment;
  readonly out: FileParts;
  readonly sorted: SortedPostings;
  /** By list of the postings: the number of its value in the tables. */
  readonly numbers: Uint32Array;
  listed: number;
}

const notListed = 0xffffffff;
/** The numbers of values that a list of words can name. */
const numbersMax = 2 ** 24;

function writeBlocks(out: FileParts, segment: HotSegment): Header['blocks'] {
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

function* writeColumns(work: Work): Generator<void, Pick<Header, 'columns' | 'signatures'>> {
  const signatures: string[] = [];
  const columns = [...work.segment.allColumns()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const count = columns.length;
  const head = new Uint32Array(count * 2);
  const entries: Buffer[] = [];
  let end = 0;
  for (const [number, column] of columns.entries()) {
    head[count + number] = work.listed;
    const entry = encodeColumn(yield* writeColumn(work, column), signatures);
    entries.push(entry);
    head[number] = end += entry.length;
  }
  const bytes = Buffer.concat([new Uint8Array(head.buffer), ...entries]);
  return { columns: { at: work.out.add(bytes), bytes: bytes.length, count }, signatures };
}

function* writeColumn(work: Work, column: HotColumn): Generator<void, ColumnEntry> {
  const { out, segment } = work;
  const { instants } = column;
  const valued = instants && validRows(instants, column);
  const values = yield* tableOf(work, column.values, (leaf) => leaf as string);
  const others = yield* tableOf(work, column.otherValues, otherText);
  const hashes =
    column.hashes.count > 0 ? writeHashList(out, column.hashes, column.rows, wholeOrders(column.orders)) : undefined;
  yield;
  const texts = textsOf(out, column);
  if (texts) yield;
  return {
    path: column.path,
    signature: column.signature,
    hasText: column.hasText,
    indices: [...column.indices],
    searchable: column.plan.searchable,
    othersLost: column.othersLost,
    presence: rowSpan(out, column.presence),
    streamed: rowSpan(out, column.streamed),
    ...(texts ? { texts } : {}),
    ...(values ? { values } : {}),
    ...(others ? { others } : {}),
    ...(hashes ? { hashes } : {}),
    ...(instants && valued
      ? {
          instants: {
            ...writeInstants(out, instants, segment.rows),
            several: rowSpan(out, column.several),
            valued: rowSpan(out, valued),
          },
        }
      : {}),
  };
}

function textsOf(out: FileParts, { texts, streamed, unkept }: HotColumn): TextsEntry | undefined {
  if (typeof texts !== 'object') return undefined;
  return { ...writeTexts(out, texts, andNot(streamed, unkept)), unkept: rowSpan(out, unkept) };
}

/** Values a step. */
const step = 2000;

function* tableOf(
  work: Work,
  lists: ReadonlyMap<Leaf, number>,
  textOf: (leaf: Leaf) => string,
): Generator<void, ValueTable | undefined> {
  if (lists.size === 0) return undefined;
  const { leaves } = work.segment;
  const sorted = [...lists.values()].map((list) => ({ text: textOf(leaves[list] as Leaf), list }));
  sorted.sort((a, b) => (a.text < b.text ? -1 : 1));
  yield;
  const values: TableValue[] = [];
  for (const { text, list } of sorted) {
    if (work.listed < numbersMax) work.numbers[list] = work.listed;
    work.listed++;
    values.push({ text, rows: sortedRows(work.sorted, list), flag: false });
    if (values.length % step === 0) yield;
  }
  yield;
  return yield* writeTable(work.out, values);
}

/** A letter for the type, then JSON or the integer. */
function otherText(leaf: Leaf): string {
  if (typeof leaf === 'bigint') return `i${leaf}`;
  // JSON.stringify makes 0 of -0.
  return Object.is(leaf, -0) ? 'j-0' : `j${JSON.stringify(leaf)}`;
}

function rowSpan(out: FileParts, rows: Rows): Span {
  const writer = byteWriter(64);
  putRowSet(writer, rows);
  return [out.add(written(writer)), writer.at];
}

/** Rows with one instant that was read. */
function validRows(instants: Float64Array, { presence, several }: HotColumn): Rows {
  const rows = noRows();
  for (let row = 0; row < instants.length; row++) {
    if (!Number.isNaN(instants[row])) rows[row >>> 5] = (rows[row >>> 5] as number) | (1 << (row & 31));
  }
  for (let at = 0; at < rows.length; at++) {
    rows[at] = (rows[at] as number) & (presence[at] as number) & ~(several[at] as number);
  }
  return rows;
}

function* writeWords(work: Work, words: HotWords): Generator<void, WordsEntry> {
  const frequent: TableValue[] = [];
  for (const word of words.frequent.toSorted((a, b) => (a.text < b.text ? -1 : 1))) {
    const rows = rowsOfWord(work, word);
    if (rows.length > 0) frequent.push({ text: word.text, rows, flag: word.partial });
    yield;
  }
  const table = frequent.length > 0 ? yield* writeTable(work.out, frequent) : undefined;
  yield;
  const hashes = words32();
  const numbers = words32();
  for (let at = 0; at < words.valueHashes.count; at++) {
    const hash = words.valueHashes.data[at] as number;
    const list = words.valueLists.data[at] as number;
    const number = work.numbers[list] as number;
    if (number !== notListed) {
      push32(hashes, hash);
      push32(numbers, number);
    } else {
      // The value was listed until its column proved to hardly repeat.
      for (const row of sortedRows(work.sorted, list)) {
        push32(words.hashes, hash);
        push16(words.rows, row);
      }
    }
  }
  yield;
  const values = yield* writeWordList(work.out, hashes, numbers, 3);
  yield;
  return {
    field: words.field,
    ...(table ? { table } : {}),
    values,
    rows: yield* writeWordList(work.out, words.hashes, words.rows, 2),
    ...writeShortWords(work.out, words),
  };
}

function rowsOfWord({ sorted }: Work, { list, values }: FrequentWord): Uint16Array {
  if (values.length === 0) return sortedRows(sorted, list);
  const rows = noRows();
  for (const one of [list, ...values]) {
    const of = sortedRows(sorted, one);
    for (let at = 0; at < of.length; at++) addRow(rows, of[at] as number);
  }
  return Uint16Array.from(rowNumbers(rows));
}
