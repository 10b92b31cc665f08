import { limits } from '../base/limits.ts';

/**
 * Where a JSON value stands that arrives in parts: its brackets and what may come next. Mutable: one is reused for all
 * values of a file. Literals (`tru`, `1.2.3`) and escapes are left to JSON.parse; structure is checked here, so that
 * damage is seen where it is and not at the end of the file.
 */
export interface ValueScan {
  /** How many brackets are open, and which (1 object, 2 array) for the first limits.recordDepthMax of them. */
  depth: number;
  readonly open: Uint8Array;
  /** The deepest nesting seen. */
  deepest: number;
  expects: number;
  stringOpen: boolean;
  escaped: boolean;
  /** Watch the members of the outermost object for a list of entries? */
  watched: boolean;
  keyPart: string;
  keyIsList: boolean;
  /**
   * After scanValue: `more` bytes are needed, the value `ended` before the index returned, the byte there is `broken`
   * (it cannot stand there), or it opens a `list` of entries of the watched object.
   */
  outcome: 'more' | 'ended' | 'broken' | 'list';
}

export function newValueScan(): ValueScan {
  return {
    depth: 0,
    open: new Uint8Array(limits.recordDepthMax + 1),
    deepest: 0,
    expects: 0,
    stringOpen: false,
    escaped: false,
    watched: false,
    keyPart: '',
    keyIsList: false,
    outcome: 'more',
  };
}

/** Starts a new value. `watched` for a top-level object, whose `Records` (or another of listNames) may be the list of entries. */
export function beginValue(scan: ValueScan, watched: boolean): void {
  scan.depth = 0;
  scan.deepest = 0;
  scan.expects = expects.value;
  scan.stringOpen = scan.escaped = scan.keyIsList = false;
  scan.watched = watched;
  scan.keyPart = '';
}

/** Goes on in the object around a list of entries, behind the list. */
export function resumeObject(scan: ValueScan): void {
  beginValue(scan, true);
  scan.depth = 1;
  scan.open[0] = object;
  scan.expects = expects.after;
}

const object = 1;
const array = 2;
const expects = { value: 0, valueOrEnd: 1, key: 2, keyOrEnd: 3, colon: 4, after: 5, inScalar: 6 } as const;

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

const blankKind = 1;
const scalarKind = 2;
const quoteKind = 3;
const kinds = kindsOf(
  [' \t\r\n', blankKind],
  ['0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-.', scalarKind],
  ['"', quoteKind],
);

export function isBlank(byte: number): boolean {
  return kinds[byte] === blankKind;
}

/** May a literal (`true`, `-1.5e3`) hold this byte? */
export function isScalar(byte: number): boolean {
  return kinds[byte] === scalarKind;
}

/** Ends the fast run through a string: JSON allows no raw line break in one, so there it was cut. */
const stringStop = kindsOf(['"\\\n', 1]);

/** Scans on from `from`; returns the index reached and sets `scan.outcome`. The hot loop of reading: kept in locals. */
export function scanValue(scan: ValueScan, work: Uint8Array, from: number): number {
  const length = work.length;
  let at = from;
  scan.outcome = 'more';
  if (scan.stringOpen) {
    at = scanString(scan, work, at);
    if (scan.outcome !== 'more') return at;
  }
  while (at < length) {
    const byte = work[at] as number;
    const kind = kinds[byte] as number;
    if (kind === quoteKind) {
      if (scan.expects === expects.colon || scan.expects >= expects.after) return refused(scan, at);
      at++;
      // Most strings are short, lie in this part and hold no escape.
      let end = at;
      while (end < length && !stringStop[work[end] as number]) end++;
      if (end < length && work[end] === quote && scan.expects <= expects.valueOrEnd && scan.depth > 0) {
        scan.expects = expects.after;
        at = end + 1;
        continue;
      }
      scan.stringOpen = true;
      at = scanString(scan, work, at);
      if (scan.outcome !== 'more') return at;
      continue;
    }
    if (kind === scalarKind) {
      if (scan.expects > expects.valueOrEnd && scan.expects !== expects.inScalar) return refused(scan, at);
      scan.expects = expects.inScalar;
      at++;
      while (at < length && kinds[work[at] as number] === scalarKind) at++;
      continue;
    }
    if (scan.expects === expects.inScalar) {
      scan.expects = expects.after;
      if (scan.depth === 0) return ended(scan, at);
    }
    if (kind !== blankKind && !structure(scan, byte)) return scan.outcome === 'more' ? refused(scan, at) : at;
    at++;
    if (scan.outcome !== 'more') return at;
  }
  return at;
}

/** Takes a bracket, comma or colon; false where it cannot stand (or where it opens the list). */
function structure(scan: ValueScan, byte: number): boolean {
  const state = scan.expects;
  // Deeper than what is open is kept, brackets are only counted: such a value is refused as too deep anyway.
  const loose = scan.depth > scan.open.length;
  const inObject = scan.open[scan.depth - 1] === object;
  switch (byte) {
    case 0x2c:
      if (state !== expects.after && !loose) return false;
      scan.expects = inObject ? expects.key : expects.value;
      return true;
    case 0x3a:
      if (state !== expects.colon && !loose) return false;
      scan.expects = expects.value;
      return true;
    case 0x7b:
    case 0x5b:
      if (state > expects.valueOrEnd && !loose) return false;
      if (byte === 0x5b && scan.watched && scan.depth === 1 && scan.keyIsList) {
        scan.outcome = 'list';
        return false;
      }
      openBracket(scan, byte === 0x7b);
      return true;
    case 0x7d:
    case 0x5d:
      if (!loose) {
        if (state !== expects.after && state !== (byte === 0x7d ? expects.keyOrEnd : expects.valueOrEnd)) return false;
        if (scan.depth === 0 || inObject !== (byte === 0x7d)) return false;
      }
      scan.depth--;
      scan.expects = expects.after;
      if (scan.depth === 0) scan.outcome = 'ended';
      return true;
    default:
      return false;
  }
}

function openBracket(scan: ValueScan, isObject: boolean): void {
  if (scan.depth < scan.open.length) scan.open[scan.depth] = isObject ? object : array;
  scan.depth++;
  if (scan.depth > scan.deepest) scan.deepest = scan.depth;
  const loose = scan.depth > scan.open.length;
  scan.expects = loose ? expects.value : isObject ? expects.keyOrEnd : expects.valueOrEnd;
}

/** Runs to the end of the open string: the index behind its quote, `length` when it goes on, or where it was cut. */
function scanString(scan: ValueScan, work: Uint8Array, from: number): number {
  const length = work.length;
  let at = from;
  if (scan.escaped && at < length) {
    at++;
    scan.escaped = false;
  }
  for (;;) {
    while (at < length && !stringStop[work[at] as number]) at++;
    if (at >= length) break;
    const byte = work[at] as number;
    if (byte === newline) return refused(scan, at);
    if (byte === backslash) {
      at += 2;
      if (at > length) scan.escaped = true;
      if (at >= length) break;
      continue;
    }
    scan.stringOpen = false;
    if (scan.expects >= expects.key) endKey(scan, work, from, at);
    else scan.expects = expects.after;
    if (scan.depth === 0) scan.outcome = 'ended';
    return at + 1;
  }
  if (scan.watched && scan.depth === 1 && scan.expects >= expects.key && scan.keyPart.length <= keyLengthMax) {
    scan.keyPart += latin1(work, from, Math.min(length, from + keyLengthMax + 1));
  }
  return length;
}

/** What stands around entries: CloudTrail's own files, a subscription of CloudWatch Logs, `aws cloudtrail lookup-events`. */
export const listNames: ReadonlySet<string> = new Set(['Records', 'logEvents', 'Events']);

/** `Records` with every letter as a `\u` escape is 42 bytes long. */
const keyLengthMax = 42;

function endKey(scan: ValueScan, work: Uint8Array, from: number, to: number): void {
  scan.expects = expects.colon;
  if (!scan.watched || scan.depth !== 1) return;
  const key = scan.keyPart.length + to - from > keyLengthMax ? '' : scan.keyPart + latin1(work, from, to);
  scan.keyPart = '';
  scan.keyIsList = listNames.has(key) || (key.includes('\\') && listNames.has(String(unescaped(key))));
}

function unescaped(key: string): unknown {
  try {
    return JSON.parse(`"${key}"`);
  } catch {
    return undefined;
  }
}

function latin1(work: Uint8Array, from: number, to: number): string {
  return Buffer.from(work.buffer, work.byteOffset + from, to - from).toString('latin1');
}

function ended(scan: ValueScan, at: number): number {
  scan.outcome = 'ended';
  return at;
}

function refused(scan: ValueScan, at: number): number {
  scan.outcome = 'broken';
  return at;
}

function kindsOf(...kinds: readonly (readonly [characters: string, kind: number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [characters, kind] of kinds) for (const character of characters) table[character.charCodeAt(0)] = kind;
  return table;
}
