import { limits } from '../base/limits.ts';

/** Some whole JSON values of a stream, one a line; or one value that spans lines; or bytes that are no JSON. */
export interface Piece {
  readonly parts: readonly Uint8Array[];
  /** The line of the stream where it begins, counted from 1. */
  readonly line: number;
  /** Why bytes from this line on are not handed on. */
  readonly dropped?: string;
}

/** Cuts a stream of JSON values into pieces, never inside a value. */
export interface ValueCutter {
  push(chunk: Uint8Array): readonly Piece[];
  /** The whole values that came so far, without waiting for more. */
  flush(): readonly Piece[];
  /** What is left, whole or not. */
  end(): readonly Piece[];
}

interface Growing {
  parts: Uint8Array[];
  bytes: number;
  line: number;
}

/** Where the scan stands. */
interface Scan {
  /** Whole values, one a line. */
  group: Growing;
  value: Growing & { begun: boolean; spansLines: boolean };
  pieces: Piece[];
  line: number;
  depth: number;
  inString: boolean;
  escaped: boolean;
  afterNewline: boolean;
  /** The last value stood on one line: it is the custom of this stream. */
  valueALine: boolean;
  /** After a value over the bound: the rest of its line is passed over. */
  skipping: boolean;
}

const [tab, newline, carriageReturn, space, quote, backslash] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const newlinePart: Uint8Array = Uint8Array.of(newline);

/**
 * Values end where their brackets close, or at a line's end outside brackets. So `{…}{…}` without a line between (what
 * `cat *.json` makes of CloudTrail files) and documents that span lines come out right. Where one value a line is the
 * custom, a broken line ends where the next begins with `{`: it costs itself, not its neighbours. A value over
 * limits.logFileCompressedMax is dropped.
 */
export function openValueCutter(): ValueCutter {
  const scan: Scan = {
    group: { parts: [], bytes: 0, line: 1 },
    value: { parts: [], bytes: 0, line: 1, begun: false, spansLines: false },
    pieces: [],
    line: 1,
    depth: 0,
    inString: false,
    escaped: false,
    afterNewline: false,
    valueALine: false,
    skipping: false,
  };
  const taken = (): readonly Piece[] => scan.pieces.splice(0);
  return {
    push(chunk) {
      scanChunk(scan, chunk);
      return taken();
    },
    flush() {
      closeGroup(scan);
      return taken();
    },
    end() {
      endValue(scan);
      closeGroup(scan);
      return taken();
    },
  };
}

function scanChunk(scan: Scan, chunk: Uint8Array): void {
  let from = 0;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] as number;
    if (byte === newline) {
      scan.line += 1;
      // No JSON string holds a bare line end: one that seems to was never closed.
      scan.inString = false;
      scan.escaped = false;
      if (scan.depth > 0) scan.afterNewline = true;
      else from = cut(scan, chunk, from, at) + 1;
      continue;
    }
    if (scan.afterNewline) {
      scan.afterNewline = false;
      if (byte === openBrace && scan.valueALine && !scan.value.spansLines) from = cut(scan, chunk, from, at);
      else scan.value.spansLines = true;
    }
    if (!scan.value.begun && !isBlank(byte)) {
      scan.value.begun = true;
      scan.value.line = scan.line;
    }
    if (scan.inString) {
      if (scan.escaped) scan.escaped = false;
      else if (byte === backslash) scan.escaped = true;
      else if (byte === quote) scan.inString = false;
    } else if (byte === quote) scan.inString = true;
    else if (byte === openBrace || byte === openBracket) scan.depth += 1;
    else if ((byte === closeBrace || byte === closeBracket) && scan.depth > 0) {
      scan.depth -= 1;
      if (scan.depth === 0) from = cut(scan, chunk, from, at + 1);
    }
  }
  keep(scan, chunk.subarray(from));
}

/** Ends the value before `to`; returns where the next begins. */
function cut(scan: Scan, chunk: Uint8Array, from: number, to: number): number {
  keep(scan, chunk.subarray(from, to));
  endValue(scan);
  return to;
}

function keep(scan: Scan, part: Uint8Array): void {
  const { value } = scan;
  if (part.length === 0 || scan.skipping) return;
  value.parts.push(part);
  value.bytes += part.length;
  if (value.bytes <= limits.logFileCompressedMax) return;
  scan.skipping = true;
  scan.depth = 0;
  value.parts = [];
  const dropped = `a JSON value of more than ${limits.logFileCompressedMax} bytes is left out: give it as a file`;
  closeGroup(scan);
  scan.pieces.push({ parts: [], line: value.line, dropped });
}

function endValue(scan: Scan): void {
  const { value, group } = scan;
  if (value.begun && !scan.skipping) {
    scan.valueALine = !value.spansLines;
    if (value.spansLines) {
      closeGroup(scan);
      scan.pieces.push({ parts: value.parts, line: value.line });
    } else {
      if (group.parts.length === 0) group.line = value.line;
      group.parts.push(...value.parts, newlinePart);
      group.bytes += value.bytes + 1;
      if (group.bytes >= limits.stdinDeliveryMax) closeGroup(scan);
    }
  }
  scan.value = { parts: [], bytes: 0, line: scan.line, begun: false, spansLines: false };
  scan.depth = 0;
  scan.inString = false;
  scan.escaped = false;
  scan.skipping = false;
}

function closeGroup(scan: Scan): void {
  if (scan.group.parts.length > 0) scan.pieces.push({ parts: scan.group.parts, line: scan.group.line });
  scan.group = { parts: [], bytes: 0, line: scan.line };
}

function isBlank(byte: number): boolean {
  return byte === space || byte === tab || byte === carriageReturn;
}
