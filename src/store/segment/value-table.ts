import type { ByteReader } from './byte-code.ts';
import { byteWriter, passText, putBytes, putText, putVarint, takeText, takeVarint, written } from './byte-code.ts';
import type { FileParts } from './file-parts.ts';
import { type PagedFile, SegmentDamage } from './paged-file.ts';
import { eachRow, putRows, takeRows } from './row-code.ts';
import { addRow, type Rows } from './rows.ts';
import { finish, type Steps } from './steps.ts';

/** Texts in order, each with its rows: written in groups, in which a text names only what differs from the one before. */
export interface ValueTable {
  readonly count: number;
  /** Where each group begins in the data: u32. */
  readonly groups: number;
  readonly data: number;
  readonly bytes: number;
}

export interface TableValue {
  readonly text: string;
  readonly rows: Uint16Array;
  readonly flag: boolean;
}

/** A value as it is read: what stands here changes when the next one is read. */
export interface TableEntry {
  readonly reader: ByteReader;
  text: string;
  flag: boolean;
  /** Number of rows. */
  count: number;
  /** Where its rows stand; the entry after it begins at `end`. */
  at: number;
  end: number;
}

const groupSize = 16;
/** Longer row sets stand by themselves: equal ones are written once, and a search for texts does not pass over them. */
const rowsApart = 24;

/** Values a step: a millisecond or two. */
const step = 2000;

/** The values must be in order (UTF-16 units). Stops now and then, so that others may run. */
export function* writeTable(out: FileParts, values: readonly TableValue[]): Generator<void, ValueTable> {
  const data = byteWriter(values.length * 24 + 64);
  const groups = new Uint32Array(Math.ceil(values.length / groupSize));
  const rowBytes = byteWriter();
  let before = '';
  for (const [number, { text, rows, flag }] of values.entries()) {
    if (number % step === step - 1) yield;
    if (number % groupSize === 0) {
      groups[number / groupSize] = data.at;
      before = '';
    }
    const shared = sharedLength(before, text);
    before = text;
    putVarint(data, shared);
    putText(data, text.slice(shared));
    putVarint(data, rows.length * 2 + (flag ? 1 : 0));
    if (rows.length === 1) {
      putVarint(data, rows[0] as number);
      continue;
    }
    rowBytes.at = 0;
    putRows(rowBytes, rows);
    if (rowBytes.at < rowsApart) {
      putVarint(data, rowBytes.at * 2);
      putBytes(data, rowBytes.bytes.subarray(0, rowBytes.at));
    } else {
      putVarint(data, rowBytes.at * 2 + 1);
      putVarint(data, out.add(written(rowBytes)));
    }
  }
  return {
    count: values.length,
    groups: out.add(new Uint8Array(groups.buffer)),
    data: out.add(written(data)),
    bytes: data.at,
  };
}

/** The value with this text, and its place in the table. */
export function findValue(
  file: PagedFile,
  table: ValueTable,
  text: string,
): { readonly entry: TableEntry; readonly ordinal: number } | undefined {
  let low = 0;
  let high = Math.ceil(table.count / groupSize) - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (firstText(file, table, middle) <= text) low = middle;
    else high = middle - 1;
  }
  const entry = groupEntry(file, table, low);
  const end = Math.min(table.count, (low + 1) * groupSize);
  for (let ordinal = low * groupSize; ordinal < end; ordinal++) {
    nextEntry(entry);
    if (entry.text === text) return { entry, ordinal };
    if (entry.text > text) return undefined;
  }
  return undefined;
}

/** The value at a place. */
export function valueAt(file: PagedFile, table: ValueTable, ordinal: number): TableEntry {
  if (ordinal >= table.count) throw new SegmentDamage('a value is not where it should be');
  const entry = groupEntry(file, table, Math.floor(ordinal / groupSize));
  for (let left = ordinal % groupSize; left >= 0; left--) nextEntry(entry);
  return entry;
}

/** Texts by place. Whoever asks for many asks in order: neighbours are read on from each other. */
export function textReader(file: PagedFile, table: ValueTable): (ordinal: number) => string {
  let group = -1;
  let entry: TableEntry | undefined;
  let texts: string[] = [];
  return (ordinal) => {
    if (ordinal >= table.count) throw new SegmentDamage('a value is not where it should be');
    const wanted = Math.floor(ordinal / groupSize);
    if (wanted !== group || !entry) {
      entry = groupEntry(file, table, wanted);
      texts = [];
      group = wanted;
    }
    while (texts.length <= ordinal % groupSize) {
      nextEntry(entry);
      texts.push(entry.text);
    }
    return texts[ordinal % groupSize] as string;
  };
}

/** All values in order. The table is read as a whole and not kept. */
export function eachValue(
  file: PagedFile,
  table: ValueTable,
  visit: (entry: TableEntry, ordinal: number) => void,
): void {
  finish(valuesInSteps(file, table, visit));
}

/** Values that are visited at a stretch: each may be asked a dear question. */
const visitedAtOnce = 512;

/** The same, but stops now and then, so that others may run. */
export function* valuesInSteps(
  file: PagedFile,
  table: ValueTable,
  visit: (entry: TableEntry, ordinal: number) => void,
): Steps<void> {
  const entry = makeEntry(file.bytes(table.data, table.bytes));
  for (let from = 0; from < table.count; from += visitedAtOnce) {
    if (from > 0) yield;
    visitSome(entry, from, Math.min(table.count, from + visitedAtOnce), visit);
  }
}

function visitSome(
  entry: TableEntry,
  from: number,
  to: number,
  visit: (entry: TableEntry, ordinal: number) => void,
): void {
  for (let ordinal = from; ordinal < to; ordinal++) {
    if (ordinal % groupSize === 0) entry.text = '';
    nextEntry(entry);
    visit(entry, ordinal);
  }
}

/** Adds the rows of the value that was read last. */
export function addValueRows(file: PagedFile, entry: TableEntry, into: Rows): void {
  if (entry.count === 1) addRow(into, onlyRow(entry));
  else takeRows(rowReader(file, entry), into);
}

/** Calls with each row of each value, as often as it has the value, values in order. Reads no texts. */
export function eachRowOfValues(
  file: PagedFile,
  table: ValueTable,
  visit: (ordinal: number, row: number) => void,
): void {
  const reader = { bytes: file.bytes(table.data, table.bytes), at: 0 };
  for (let ordinal = 0; ordinal < table.count; ordinal++) {
    takeVarint(reader);
    passText(reader);
    const count = Math.floor(takeVarint(reader) / 2);
    if (count === 1) {
      visit(ordinal, takeVarint(reader));
      continue;
    }
    const head = takeVarint(reader);
    const apart = head % 2 === 1;
    const rows = apart ? { bytes: file.bytes(takeVarint(reader), Math.floor(head / 2)), at: 0 } : reader;
    eachRow(rows, (row) => visit(ordinal, row));
  }
}

/** The rows of the value that was read last. */
function rowReader(file: PagedFile, { reader, at }: TableEntry): ByteReader {
  const here = { bytes: reader.bytes, at };
  const head = takeVarint(here);
  if (head % 2 === 0) return here;
  return { bytes: file.bytes(takeVarint(here), Math.floor(head / 2)), at: 0 };
}

function onlyRow({ reader, at }: TableEntry): number {
  return takeVarint({ bytes: reader.bytes, at });
}

function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function groupBytes(file: PagedFile, { groups, data, bytes, count }: ValueTable, group: number): Buffer {
  const from = file.u32(groups + group * 4);
  const to = (group + 1) * groupSize >= count ? bytes : file.u32(groups + (group + 1) * 4);
  return file.bytes(data + from, to - from);
}

function groupEntry(file: PagedFile, table: ValueTable, group: number): TableEntry {
  return makeEntry(groupBytes(file, table, group));
}

function firstText(file: PagedFile, table: ValueTable, group: number): string {
  const entry = groupEntry(file, table, group);
  nextEntry(entry);
  return entry.text;
}

function makeEntry(bytes: Buffer): TableEntry {
  return { reader: { bytes, at: 0 }, text: '', flag: false, count: 0, at: 0, end: 0 };
}

function nextEntry(entry: TableEntry): void {
  const { reader } = entry;
  reader.at = entry.end;
  const shared = takeVarint(reader);
  entry.text = entry.text.slice(0, shared) + takeText(reader);
  const head = takeVarint(reader);
  entry.flag = head % 2 === 1;
  entry.count = Math.floor(head / 2);
  entry.at = reader.at;
  const rows = takeVarint(reader);
  if (entry.count !== 1) {
    if (rows % 2 === 1) takeVarint(reader);
    else reader.at += Math.floor(rows / 2);
  }
  entry.end = reader.at;
}
