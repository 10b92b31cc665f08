import { brotliDecompressSync } from 'node:zlib';
import type { Leaf, Ordinals } from '../../query/columns.ts';
import { bloomRows } from './bloom.ts';
import { textHash } from './hash.ts';
import { valueLengthMax } from './hot-column.ts';
import { makeOrdinals } from './ordinals.ts';
import type { PageCache, PagedFile } from './paged-file.ts';
import { openPagedFile, SegmentDamage } from './paged-file.ts';
import { addList, decodeRows, eachRow, takeVarint } from './row-code.ts';
import { addRow, and, hasRow, noRows, or, type Rows } from './rows.ts';
import type { ColumnIndex, Hits, SegmentBlock, SegmentIndex } from './segment-index.ts';
import type { ColumnEntry, Directory, Span, Table } from './segment-writer.ts';
import { bigFlag, otherFlag, partialFlag, segmentFormat, wideFlag } from './segment-writer.ts';

/** A segment in a file: nothing of it is in memory but its directory, once it was asked for, and cached pages. */
export interface SealedSegment extends SegmentIndex {
  close(): void;
}

/** Throws SegmentDamage where the file is not what was written, or what the system says where it cannot be read. */
export function openSealedSegment(path: string, sum: number, cache: PageCache): SealedSegment {
  const file = openPagedFile(path, sum, cache);
  try {
    return sealedSegment(file, readDirectory(file, path));
  } catch (error) {
    file.close();
    throw error;
  }
}

function readDirectory(file: PagedFile, path: string): Directory {
  const at = file.f64(file.size - 16);
  const length = file.u32(file.size - 8);
  if (file.u32(file.size - 4) !== segmentFormat) throw new SegmentDamage(`${path} has another format`);
  return JSON.parse(brotliDecompressSync(file.bytes(at, length)).toString());
}

function sealedSegment(file: PagedFile, directory: Directory): SealedSegment {
  const columns = directory.columns.map((entry) => sealedColumn(file, directory, entry));
  const byPath = new Map<string, ColumnIndex[]>();
  for (const column of columns) {
    const list = byPath.get(column.path);
    if (list) list.push(column);
    else byPath.set(column.path, [column]);
  }
  const slice = (bit: number): Buffer => bloomSlice(file, directory, bit);
  return {
    after: directory.after,
    last: directory.last,
    overflowed: directory.overflowed,
    sealed: true,
    blocks: () => readBlocks(file, directory),
    columns: (path) => byPath.get(path) ?? [],
    allColumns: () => columns,
    word: (field, term) => wordHits(file, directory, field, term, slice),
    close: file.close,
  };
}

function bloomSlice(file: PagedFile, { bloom }: Directory, bit: number): Buffer {
  return file.bytes(bloom.at + bit * bloom.sliceBytes, bloom.sliceBytes);
}

function readBlocks(file: PagedFile, { blocks: { at, count } }: Directory): readonly SegmentBlock[] {
  const bytes = file.bytes(at, count * 20);
  return Array.from({ length: count }, (_, number) => ({
    first: bytes.readDoubleLE(number * 8),
    index: bytes.readUInt32LE(count * 8 + number * 4),
    count: bytes.readUInt32LE(count * 12 + number * 4),
    start: bytes.readUInt32LE(count * 16 + number * 4),
  }));
}

function sealedColumn(file: PagedFile, directory: Directory, entry: ColumnEntry): ColumnIndex {
  const seed = textHash(entry.path);
  const rowsAt = ([at, length]: Span): Rows => decodeRows(file.bytes(at, length));
  const listed = !entry.instants && entry.searchable;
  const { instants } = entry;
  const slice = (bit: number): Buffer => bloomSlice(file, directory, bit);
  const column: ColumnIndex = {
    path: entry.path,
    signature: entry.signature,
    hasText: entry.hasText,
    indices: new Set(entry.indices),
    present: () => rowsAt(entry.presence),
    exact(text) {
      if (!listed) return undefined;
      const hash = textHash(text, seed);
      const ordinal = entry.table ? find(file, entry.table, hash, text) : undefined;
      const sure = noRows();
      if (ordinal !== undefined && entry.table) decodeRows(postingsOf(file, entry.table, ordinal), sure);
      const partial = ordinal === undefined ? entry.streams : flagsOf(file, entry.table, ordinal) & partialFlag;
      if (text.length > valueLengthMax) return { sure, maybe: rowsAt(entry.streamed) };
      if (!partial) return { sure, maybe: sure };
      return { sure, maybe: or(sure, and(bloomRows(hash, slice), rowsAt(entry.streamed))) };
    },
    others(test) {
      if (!listed || entry.othersLost) return undefined;
      const rows = noRows();
      if (entry.table) eachListed(file, entry.table, 'others', test, rows);
      return rows;
    },
    matching(test) {
      if (!listed) return undefined;
      const sure = noRows();
      if (entry.table) eachListed(file, entry.table, 'all', test, sure);
      return { sure, maybe: or(sure, rowsAt(entry.othersLost ? entry.presence : entry.streamed)) };
    },
    ordinals: () =>
      listed ? tableOrdinals(file, entry, rowsAt(entry.othersLost ? entry.presence : entry.streamed)) : undefined,
  };
  return instants ? { ...column, ...instantReads(file, directory, entry, rowsAt) } : column;
}

function instantReads(
  file: PagedFile,
  { rows }: Directory,
  { instants, presence }: ColumnEntry,
  rowsAt: (span: Span) => Rows,
): Pick<ColumnIndex, 'within' | 'rowInstants'> {
  if (!instants) return {};
  const { at, from, bytes } = instants;
  const valueAt = (row: number): number => {
    if (bytes === 8) return file.f64(at + row * 8);
    const offset = file.u32(at + row * 4);
    return offset === 0xffffffff ? Number.NaN : from + offset;
  };
  return {
    within(test) {
      const some = rowsAt(instants.several);
      const present = rowsAt(presence);
      const sure = noRows();
      for (let row = 0; row < rows; row++) {
        if (!hasRow(present, row) || hasRow(some, row)) continue;
        const value = valueAt(row);
        if (!Number.isNaN(value) && test(value)) addRow(sure, row);
      }
      return { sure, maybe: or(sure, some) };
    },
    rowInstants() {
      const some = rowsAt(instants.several);
      const of = Float64Array.from({ length: rows }, (_, row) =>
        hasRow(some, row) ? Number.POSITIVE_INFINITY : valueAt(row),
      );
      return of;
    },
  };
}

/** The ordinal of a text in a table. */
function find(file: PagedFile, table: Table, hash: number, text: string): number | undefined {
  let low = 0;
  let high = table.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (file.u32(table.hashes + middle * 4) < hash) low = middle + 1;
    else high = middle;
  }
  for (; low < table.count && file.u32(table.hashes + low * 4) === hash; low++) {
    const flags = flagsOf(file, table, low);
    if (!(flags & otherFlag) && textOf(file, table, low, flags) === text) return low;
  }
  return undefined;
}

function flagsOf(file: PagedFile, table: Table | undefined, ordinal: number): number {
  return table ? (file.bytes(table.flags + ordinal, 1)[0] as number) : 0;
}

function textOf(file: PagedFile, table: Table, ordinal: number, flags: number): string {
  const from = ordinal === 0 ? 0 : file.u32(table.textEnds + (ordinal - 1) * 4);
  const bytes = file.bytes(table.texts + from, file.u32(table.textEnds + ordinal * 4) - from);
  return bytes.toString(flags & wideFlag ? 'utf16le' : 'latin1');
}

function tableOrdinals(file: PagedFile, { table }: ColumnEntry, unlisted: Rows): Ordinals {
  if (!table)
    return makeOrdinals(
      0,
      () => {},
      unlisted,
      () => '',
    );
  const { count, postingEnds } = table;
  return makeOrdinals(
    count,
    (add) => {
      const ends = file.bytes(postingEnds, count * 4);
      const postings = file.bytes(table.postings, ends.readUInt32LE(count * 4 - 4));
      for (let ordinal = 0, from = 0; ordinal < count; ordinal++) {
        const to = ends.readUInt32LE(ordinal * 4);
        eachRow(postings.subarray(from, to), (row) => add(ordinal, row));
        from = to;
      }
    },
    unlisted,
    (ordinal) => leafOf(file, table, ordinal, flagsOf(file, table, ordinal)),
  );
}

function leafOf(file: PagedFile, table: Table, ordinal: number, flags: number): Leaf {
  const text = textOf(file, table, ordinal, flags);
  return flags & bigFlag ? BigInt(text) : flags & otherFlag ? JSON.parse(text) : text;
}

function postingsOf(file: PagedFile, table: Table, ordinal: number): Buffer {
  const from = ordinal === 0 ? 0 : file.u32(table.postingEnds + (ordinal - 1) * 4);
  return file.bytes(table.postings + from, file.u32(table.postingEnds + ordinal * 4) - from);
}

/** Adds the rows of the listed values that pass. Reads the table as a whole: it is not kept. */
function eachListed(
  file: PagedFile,
  table: Table,
  which: 'all' | 'others',
  test: (leaf: Leaf) => boolean,
  into: Rows,
): void {
  const flags = file.bytes(table.flags, table.count);
  for (let ordinal = 0; ordinal < table.count; ordinal++) {
    const own = flags[ordinal] as number;
    if (which === 'others' && !(own & otherFlag)) continue;
    if (test(leafOf(file, table, ordinal, own))) decodeRows(postingsOf(file, table, ordinal), into);
  }
}

function wordHits(
  file: PagedFile,
  directory: Directory,
  field: string,
  term: string,
  slice: (bit: number) => Uint8Array,
): Hits {
  const words = directory.words.find((one) => one.field === field);
  const sure = noRows();
  if (!words) return { sure, maybe: sure };
  const hash = textHash(term, textHash(field, 1));
  const ordinal = find(file, words.table, hash, term);
  if (ordinal !== undefined) {
    const reader = { bytes: postingsOf(file, words.table, ordinal), at: 0 };
    addList(reader, sure);
    for (let left = takeVarint(reader); left > 0; left--) {
      const { table } = directory.columns[takeVarint(reader)] as ColumnEntry;
      const entry = takeVarint(reader);
      if (table) decodeRows(postingsOf(file, table, entry), sure);
    }
  }
  const partial = ordinal === undefined || flagsOf(file, words.table, ordinal) & partialFlag;
  if (!words.streams || !partial) return { sure, maybe: sure };
  return { sure, maybe: or(sure, bloomRows(hash, slice)) };
}
