import { limits } from '../../base/limits.ts';
import type { Literals } from '../../base/regex-literals.ts';
import type { TextField } from '../../query/field.ts';
import type { BoundedCache } from '../bounded-cache.ts';
import { boundedCache } from '../bounded-cache.ts';
import { takeText } from './byte-code.ts';
import { decodeColumn, type Header, segmentFormat } from './directory.ts';
import { storedGramRows } from './grams.ts';
import { type HashKey, makeHashKey, textHash } from './hash.ts';
import { wordNumbers } from './hash-list.ts';
import { holdsWord } from './hot-words.ts';
import { makePageCache, openPagedFile, type PageCache, type PagedFile, SegmentDamage } from './paged-file.ts';
import { addRow, allRows, noRows, type Rows } from './rows.ts';
import { otherLeaf, rowsAt, sealedColumn } from './sealed-column.ts';
import type { ColumnIndex, Hits, SegmentBlock, SegmentIndex } from './segment-index.ts';
import { storedShortRows } from './short-words.ts';
import type { Steps } from './steps.ts';
import { addValueRows, findValue, valueAt } from './value-table.ts';

/** A segment in a file: nothing of it is in memory but its header and what the caches hold. */
export interface SealedSegment extends SegmentIndex {
  readonly rows: number;
  readonly key: HashKey;
  close(): void;
}

/** What all segments of a folder share: pages of their files, and parts of their directories. */
export interface SegmentCache {
  readonly pages: PageCache;
  readonly parts: BoundedCache<number, unknown>;
}

export function makeSegmentCache(): SegmentCache {
  return { pages: makePageCache(), parts: boundedCache(limits.segmentPartsMax) };
}

/** Throws SegmentDamage where the file is not what was written, or what the system says where it cannot be read. */
export function openSealedSegment(path: string, sum: number, cache: SegmentCache): SealedSegment {
  const file = openPagedFile(path, sum, cache.pages);
  try {
    return sealedSegment(file, readHeader(file, path), cache);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readHeader(file: PagedFile, path: string): Header {
  if (file.size < 16 || file.u32(file.size - 4) !== segmentFormat)
    throw new SegmentDamage(`${path} has another format`);
  return JSON.parse(file.bytes(file.f64(file.size - 16), file.u32(file.size - 8)).toString());
}

interface Opened {
  readonly file: PagedFile;
  readonly header: Header;
  readonly key: HashKey;
  readonly threes: (texts: Literals) => Rows | undefined;
  /** A part of the directory, from memory or as `read` reads it. */
  readonly part: <T>(number: number, weight: number, read: () => T) => T;
}

/** Parts of a directory by number: the columns, and behind them: */
const blocksPart = limits.segmentColumnsMax;
const entriesPart = blocksPart + 1;
const allColumnsPart = blocksPart + 2;
const partsMax = limits.segmentColumnsMax * 2;

function sealedSegment(file: PagedFile, header: Header, cache: SegmentCache): SealedSegment {
  const opened: Opened = {
    file,
    header,
    key: makeHashKey(header.secret),
    threes: threesOf(file, header),
    part: <T>(number: number, weight: number, read: () => T): T => {
      const place = file.number * partsMax + number;
      const known = cache.parts.get(place);
      if (known !== undefined) return known as T;
      const made = read();
      cache.parts.set(place, made, weight);
      return made;
    },
  };
  const { columns, blocks } = header;
  return {
    number: file.number,
    after: header.after,
    last: header.last,
    rows: header.rows,
    overflowed: header.overflowed,
    key: opened.key,
    sealed: true,
    blocks: () => opened.part(blocksPart, blocks.count * 64, () => readBlocks(file, header)),
    columns: (path) => columnsAt(opened, path),
    allColumns: () =>
      opened.part(allColumnsPart, columns.count * columnWeight, () =>
        Array.from({ length: columns.count }, (_, number) => columnAt(opened, number)),
      ),
    word: (field, term) => wordHits(opened, field, term),
    shortWords: (field, test) => shortRows(opened, field, test),
    close: file.close,
  };
}

/** All columns are asked the same of one pattern. */
function threesOf(file: PagedFile, { letters, grams = letters }: Header): Opened['threes'] {
  if (!grams) return () => undefined;
  let last: Literals | undefined;
  let found: Rows | undefined;
  return (texts) => {
    if (texts !== last) found = storedGramRows(file, grams, rowsAt(file, grams.odd), texts);
    last = texts;
    return found;
  };
}

function readBlocks(file: PagedFile, { blocks: { at, count } }: Header): readonly SegmentBlock[] {
  const bytes = file.bytes(at, count * 20);
  return Array.from({ length: count }, (_, number) => ({
    first: bytes.readDoubleLE(number * 8),
    index: bytes.readUInt32LE(count * 8 + number * 4),
    count: bytes.readUInt32LE(count * 12 + number * 4),
    start: bytes.readUInt32LE(count * 16 + number * 4),
  }));
}

/** Bytes of memory that a column takes, about. */
const columnWeight = 1500;

function columnAt(opened: Opened, number: number): ColumnIndex {
  const { file, header, key } = opened;
  const { rows, signatures } = header;
  return opened.part(number, columnWeight, () =>
    sealedColumn(
      {
        file,
        key,
        rows,
        threes: opened.threes,
        odd: () => (header.letters ? rowsAt(file, header.letters.odd) : allRows()),
      },
      decodeColumn(entryBytes(opened, number), signatures),
      file.number * partsMax + number,
    ),
  );
}

function entries({ file, header: { columns }, part }: Opened): Buffer {
  // A copy: a view would keep the whole page.
  return part(entriesPart, columns.bytes, () => Buffer.from(file.bytes(columns.at, columns.bytes)));
}

function entryBytes(opened: Opened, number: number): Buffer {
  const bytes = entries(opened);
  const { count } = opened.header.columns;
  const from = number === 0 ? 0 : bytes.readUInt32LE((number - 1) * 4);
  return bytes.subarray(count * 8 + from, count * 8 + bytes.readUInt32LE(number * 4));
}

function columnsAt(opened: Opened, path: string): readonly ColumnIndex[] {
  const { count } = opened.header.columns;
  const pathOf = (number: number): string => takeText({ bytes: entryBytes(opened, number), at: 0 });
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pathOf(middle) < path) low = middle + 1;
    else high = middle;
  }
  const found: ColumnIndex[] = [];
  for (; low < count && pathOf(low) === path; low++) found.push(columnAt(opened, low));
  return found;
}

function wordHits(opened: Opened, field: TextField, term: string): Hits {
  const { file, header, key } = opened;
  const words = header.words.find((one) => one.field === field.path);
  const sure = noRows();
  if (!words) return { sure, maybe: sure };
  const found = words.table && findValue(file, words.table, term);
  if (found) {
    addValueRows(file, found.entry, sure);
    if (!found.entry.flag) return { sure, maybe: sure };
  }
  const hash = textHash(key, term);
  for (const number of wordNumbers(file, words.values, hash)) addValueOf(opened, number, field, term, sure);
  const rows = wordNumbers(file, words.rows, hash);
  if (rows.length === 0) return { sure, maybe: sure };
  const maybe = sure.slice();
  for (const row of rows) addRow(maybe, row);
  return { sure, maybe };
}

function* shortRows(
  { file, header }: Opened,
  field: TextField,
  test: (word: string) => boolean,
): Steps<Rows | undefined> {
  // What was odd stands beside the letters.
  if (!header.letters) return undefined;
  const words = header.words.find((one) => one.field === field.path);
  if (!words) return noRows();
  return words.short && (yield* storedShortRows(file, words.short, test));
}

/** Adds the rows of a value, by its number, where it holds the word. */
function addValueOf(
  opened: Opened,
  number: number,
  field: TextField,
  term: string,
  into: ReturnType<typeof noRows>,
): void {
  const { file, header } = opened;
  const bytes = entries(opened);
  const { count } = header.columns;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (bytes.readUInt32LE((count + middle) * 4) <= number) low = middle;
    else high = middle - 1;
  }
  const { values, others } = decodeColumn(entryBytes(opened, low), header.signatures);
  const ordinal = number - bytes.readUInt32LE((count + low) * 4);
  const inValues = values !== undefined && ordinal < values.count;
  const table = inValues ? values : others;
  if (!table) throw new SegmentDamage('a word names a value that is not there');
  const entry = valueAt(file, table, inValues ? ordinal : ordinal - (values?.count ?? 0));
  const leaf = inValues ? entry.text : otherLeaf(entry.text);
  if (holdsWord(field, leaf, term)) addValueRows(file, entry, into);
}
