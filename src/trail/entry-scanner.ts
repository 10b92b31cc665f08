import { isAscii } from 'node:buffer';
import { limits } from '../base/limits.ts';
import {
  beginValue,
  isBlank,
  isScalar,
  newValueScan,
  resumeObject,
  scanValue,
  type ValueScan,
} from './value-scanner.ts';

/**
 * A value's text, or what stands in its place; `position` counts bytes of the inflated file, from 0.
 * `broken`: the byte there cannot stand there. `cut`: the file ends inside it. `open`: the file ends before its list does.
 */
export type Scanned =
  | { readonly position: number; readonly bytes: number; readonly text: string }
  | {
      readonly position: number;
      readonly skip: 'too-large' | 'too-deep' | 'broken' | 'cut' | 'open';
      readonly found: string;
    };

/**
 * Splits a stream of JSON bytes into its entries without holding more than one: the elements of a top-level array or of
 * a top-level object's `Records` (or another of listNames), and every other top-level value (one record, JSON lines, concatenated values).
 * Behind damage it goes on at the next start of a record, so that one bad record does not cost its neighbours.
 */
export interface EntryScanner {
  /** Scans a further part of the file, in time proportional to its length: hand over slices. */
  push(chunk: Uint8Array): void;
  /** Says what the end of the file left open. */
  end(): void;
}

/**
 * `takeAll` is offered entries that the machine's own parser read together, in their order, and takes all or none; those that it
 * does not take come one by one.
 */
export function entryScanner(
  emit: (scanned: Scanned) => void,
  takeAll: (values: readonly unknown[], bytes: number) => boolean = () => false,
): EntryScanner {
  const scan: Scan = {
    emit,
    takeAll,
    value: newValueScan(),
    work: Buffer.alloc(0),
    base: 0,
    at: 0,
    mode: 'between',
    list: 'none',
    start: 0,
    position: 0,
    garbageHead: '',
    rescanned: 0,
    oneByOne: 0,
  };
  return {
    push: (chunk) => {
      take(scan, chunk);
      while (scan.at < scan.work.length && step(scan)) {
        // Each step moves on by at least a byte, or asks for more.
      }
    },
    end: () => finishFile(scan),
  };
}

interface Scan {
  readonly emit: (scanned: Scanned) => void;
  readonly takeAll: (values: readonly unknown[], bytes: number) => boolean;
  readonly value: ValueScan;
  /** The bytes at hand; `base` is the position of work[0] in the file, `at` the index of the byte to look at next. */
  work: Buffer;
  base: number;
  at: number;
  /** `rest`: in the object around `Records`, whose other members are passed over. `lost`: looking for a record behind damage. */
  mode: 'between' | 'value' | 'rest' | 'garbage' | 'lost';
  /** Inside a list of entries? `records`: an object stands around it. */
  list: 'none' | 'array' | 'records';
  /** Index of the value's (or garbage's) first byte, −1 when it grew too large to be kept; and its position. */
  start: number;
  position: number;
  garbageHead: string;
  rescanned: number;
  /** Up to this position entries are scanned, since they could not be taken together. */
  oneByOne: number;
}

const braceOpen = 0x7b;
const bracketOpen = 0x5b;
const bracketClose = 0x5d;
const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const recordStart = Buffer.from('{"eventVersion"');
const recordBorder = Buffer.from('},{"eventVersion"');
const lineStart = Buffer.from('\n{');
/** Kept of the bytes passed over behind damage, so that a start across two chunks is found. */
const overlap = 64;
const foundMax = 60;
/** Kept of text that is no JSON, to show what it was. */
const garbageMax = 1024;

/** Appends the chunk to the bytes that are still needed. */
function take(scan: Scan, chunk: Uint8Array): void {
  const needed = scan.mode === 'value' || scan.mode === 'garbage' ? scan.start : -1;
  const keep = needed >= 0 ? needed : Math.min(scan.at, scan.work.length);
  const next = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const kept = scan.work.subarray(keep);
  scan.work = kept.length === 0 ? next : Buffer.concat([kept, next]);
  scan.base += keep;
  scan.at -= keep;
  if (scan.start >= 0) scan.start -= keep;
}

/** One step of the mode; false when more bytes are needed. */
function step(scan: Scan): boolean {
  switch (scan.mode) {
    case 'between':
      return between(scan);
    case 'garbage':
      return garbage(scan);
    case 'lost':
      return lost(scan);
    default:
      return inValue(scan);
  }
}

function between(scan: Scan): boolean {
  const { work } = scan;
  while (scan.at < work.length && (isBlank(work[scan.at] as number) || work[scan.at] === comma)) scan.at++;
  if (scan.at >= work.length) return false;
  const byte = work[scan.at];
  if (scan.list === 'none' && byte === bracketOpen) {
    scan.list = 'array';
    scan.at++;
    return true;
  }
  if (scan.list !== 'none' && byte === bracketClose) return endList(scan);
  if (scan.list !== 'none' && byte === braceOpen && scan.base + scan.at >= scan.oneByOne && together(scan)) return true;
  scan.start = scan.at;
  scan.position = scan.base + scan.at;
  // In a list a bare word may be a number or `null`; at the top it is more likely a line of some other text.
  if (
    byte !== braceOpen &&
    byte !== bracketOpen &&
    byte !== quote &&
    (scan.list === 'none' || !isScalar(byte as number))
  ) {
    scan.mode = 'garbage';
    return true;
  }
  scan.mode = 'value';
  beginValue(scan.value, scan.list === 'none' && byte === braceOpen);
  return true;
}

/**
 * Hands over the entries of a list up to the last that begins in the bytes at hand, which make up nearly all of a file: the
 * machine's parser is far quicker than scanning. Nothing is lost by trying: what it reads as a list of values is one, and where it
 * finds anything unusual they are scanned.
 */
function together(scan: Scan): boolean {
  const { work, at } = scan;
  const end = work.lastIndexOf(recordBorder) + 1;
  scan.oneByOne = scan.base + work.length;
  if (end <= at || end - at > limits.recordMax) return false;
  let values: unknown;
  try {
    values = JSON.parse(listText(work, at, end));
  } catch {
    return false;
  }
  if (!scan.takeAll(values as readonly unknown[], end - at)) return false;
  scan.at = end;
  return true;
}

/** The bytes as the text of a list. The brackets go on before they become text: to join texts copies them twice over. */
function listText(work: Buffer, from: number, to: number): string {
  const size = to - from + 2;
  if (listBytes.length < size) listBytes = Buffer.allocUnsafeSlow(size);
  const bytes = listBytes.subarray(0, size);
  bytes[0] = bracketOpen;
  bytes.set(work.subarray(from, to), 1);
  bytes[size - 1] = bracketClose;
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

/** One place for all: at most limits.recordMax and the brackets. */
let listBytes = Buffer.allocUnsafeSlow(0);

function endList(scan: Scan): boolean {
  scan.at++;
  if (scan.list === 'records') {
    scan.mode = 'rest';
    scan.start = -1;
    resumeObject(scan.value);
  }
  scan.list = 'none';
  return true;
}

function inValue(scan: Scan): boolean {
  const { value } = scan;
  scan.at = scanValue(value, scan.work, scan.at);
  switch (value.outcome) {
    case 'more':
      if (scan.start >= 0 && scan.at - scan.start > limits.recordMax) scan.start = -1;
      return false;
    case 'list':
      scan.at++;
      scan.list = 'records';
      scan.mode = 'between';
      return true;
    case 'ended':
      if (scan.mode === 'value') emitValue(scan);
      scan.mode = 'between';
      return true;
    case 'broken':
      return broken(scan);
  }
}

function emitValue(scan: Scan): void {
  const { position, start } = scan;
  const bytes = scan.base + scan.at - position;
  if (start < 0 || bytes > limits.recordMax) scan.emit({ position, skip: 'too-large', found: `${bytes} bytes` });
  else if (scan.value.deepest > limits.recordDepthMax)
    scan.emit({ position, skip: 'too-deep', found: `${scan.value.deepest} levels` });
  else scan.emit({ position, bytes, text: scan.work.toString('utf8', start, scan.at) });
}

/** The byte at hand cannot stand there: tells it, and goes on at the next start of a record, which may lie before it. */
function broken(scan: Scan): boolean {
  const found = scan.work.toString('utf8', scan.at, scan.at + foundMax);
  scan.emit({ position: scan.base + scan.at, skip: 'broken', found });
  const again = scan.mode === 'value' && scan.start >= 0 && scan.rescanned < limits.logFileRescanMax;
  const next = nextStart(scan, again ? scan.start + 1 : scan.at);
  if (scan.mode === 'rest') scan.list = 'none';
  if (next >= 0) {
    scan.rescanned += Math.max(0, scan.at - next);
    scan.at = next;
    scan.mode = 'between';
    return true;
  }
  scan.mode = 'lost';
  return lost(scan);
}

/** Passes over bytes until a record seems to start. */
function lost(scan: Scan): boolean {
  const next = nextStart(scan, scan.at);
  if (next >= 0) {
    scan.at = next;
    scan.mode = 'between';
    return true;
  }
  scan.at = Math.max(scan.at, scan.work.length - overlap);
  return false;
}

/** The nearest byte that opens a record: a line begins with it, or it begins with eventVersion as AWS's do, or as the broken one did. */
function nextStart(scan: Scan, from: number): number {
  const { work } = scan;
  const line = work.indexOf(lineStart, Math.max(0, from - 1));
  // Each search ends where the one before it found something: damage every few bytes must not cost a whole buffer each.
  let nearest = line < 0 ? work.length : line + 1;
  let next = work.subarray(from, nearest + recordStart.length - 1).indexOf(recordStart);
  if (next >= 0) nearest = from + next;
  const opening = scan.mode === 'value' && scan.start >= 0 ? openingOf(work, scan.start) : undefined;
  if (opening) {
    next = work.subarray(from, nearest + opening.length - 1).indexOf(opening, 0, 'latin1');
    if (next >= 0) nearest = from + next;
  }
  return nearest < work.length ? nearest : -1;
}

/** The brace and first key of a value: records of one file mostly begin with the same key. */
function openingOf(work: Buffer, start: number): string | undefined {
  return /^\{[ \n\r\t]{0,16}"[^"\\]{1,30}"/.exec(work.toString('latin1', start, start + overlap))?.[0];
}

/** Text that opens no object or list: up to the line's end, the next entry, or an object. */
function garbage(scan: Scan): boolean {
  const { work } = scan;
  const inList = scan.list !== 'none';
  for (; scan.at < work.length; scan.at++) {
    const byte = work[scan.at];
    if (byte === newline || byte === braceOpen || (inList && (byte === comma || byte === bracketClose))) {
      emitGarbage(scan);
      return true;
    }
  }
  if (scan.start >= 0 && scan.at - scan.start > garbageMax) {
    scan.garbageHead = work.toString('utf8', scan.start, scan.start + garbageMax);
    scan.start = -1;
  }
  return false;
}

function emitGarbage(scan: Scan): void {
  const { position, start, work, at } = scan;
  const bytes = scan.base + at - position;
  const text = start < 0 ? scan.garbageHead : work.toString('utf8', start, Math.min(at, start + garbageMax));
  scan.emit({ position, bytes, text });
  scan.mode = 'between';
}

function finishFile(scan: Scan): void {
  if (scan.mode === 'garbage') emitGarbage(scan);
  const position = scan.base + scan.at;
  if (scan.mode === 'value') scan.emit({ position, skip: 'cut', found: '' });
  else if (scan.mode === 'rest' || (scan.mode === 'between' && scan.list !== 'none'))
    scan.emit({ position, skip: 'open', found: '' });
}
