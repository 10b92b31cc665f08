import { parseBracket, readByteEscape, readProperty } from './pcre-bracket.ts';
import { anyByte, type ByteSet, byteSet, notNewline, shorthand, withBothCases } from './pcre-class.ts';
import { accept, type PcreCursor, PcreRefusal, scan } from './pcre-cursor.ts';
import type { PcreAssertion, PcreNode } from './pcre-tree.ts';

export interface ParsedPcre {
  readonly node: PcreNode;
  readonly captures: number;
}

const patternMax = 20_480;
const depthMax = 100;

/** Reads an expression of PCRE2 over bytes; answers what is wrong or not supported as text. Never throws. */
export function parsePcre(pattern: string): ParsedPcre | string {
  if (pattern.length > patternMax) return `is longer than ${patternMax} bytes`;
  const parser: Parser = { text: pattern, at: 0, flags: none, captures: 0, names: new Map(), references: [], depth: 0 };
  try {
    const node = parseChoice(parser);
    if (parser.at < pattern.length) return 'closes a group that is not open';
    if (parser.references.some((index) => index > parser.captures)) return 'refers to a group that is not there';
    return { node, captures: parser.captures };
  } catch (refusal) {
    if (refusal instanceof PcreRefusal) return refusal.reason;
    throw refusal;
  }
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

const none: Flags = { i: false, m: false, s: false, x: false };

interface Parser extends PcreCursor {
  flags: Flags;
  captures: number;
  readonly names: Map<string, number>;
  readonly references: number[];
  depth: number;
}

/** Alternatives up to a `)` or the end. Flags set inside end with the group. */
function parseChoice(parser: Parser): PcreNode {
  if (++parser.depth > depthMax) throw new PcreRefusal('nests groups too deep');
  const { flags } = parser;
  const parts = [parseSequence(parser)];
  while (accept(parser, '|')) parts.push(parseSequence(parser));
  parser.flags = flags;
  parser.depth--;
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'choice', parts };
}

function parseSequence(parser: Parser): PcreNode {
  const parts: PcreNode[] = [];
  for (;;) {
    if (parser.flags.x) scan(parser, /(?:\s+|#[^\n]*)+/y);
    const char = parser.text[parser.at];
    if (char === undefined || char === '|' || char === ')') break;
    const quoted = scan(parser, /\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted) {
      const bytes = [...(quoted[1] ?? '')].map((one) => literal(parser, one.charCodeAt(0)));
      const last = bytes.pop();
      parts.push(...bytes, ...(last ? [quantified(parser, last)] : []));
    } else {
      const atom = parseAtom(parser);
      if (atom) parts.push(quantified(parser, atom));
    }
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };
}

function parseAtom(parser: Parser): PcreNode | undefined {
  const char = parser.text[parser.at++] as string;
  switch (char) {
    case '.':
      return { kind: 'bytes', set: parser.flags.s ? anyByte : notNewline };
    case '^':
      return { kind: 'assert', what: parser.flags.m ? 'line-start' : 'text-start' };
    case '$':
      return { kind: 'assert', what: parser.flags.m ? 'line-end' : 'text-end-or-newline' };
    case '[':
      return { kind: 'bytes', set: parseBracket(parser, parser.flags.i) };
    case '(':
      return parseGroup(parser);
    case '\\':
      return parseEscape(parser);
    case '*':
    case '+':
    case '?':
      throw new PcreRefusal(`has a "${char}" with nothing to repeat`);
    default:
      return literal(parser, char.charCodeAt(0));
  }
}

function quantified(parser: Parser, atom: PcreNode): PcreNode {
  if (parser.flags.x) scan(parser, /(?:\s+|#[^\n]*)+/y);
  const found = scan(parser, /([*+?])|\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/y);
  if (!found) return atom;
  const [, sign, least, comma, most] = found;
  const min = sign ? (sign === '+' ? 1 : 0) : Number(least);
  const max = sign
    ? sign === '?'
      ? 1
      : Number.POSITIVE_INFINITY
    : comma
      ? Number(most ?? Number.POSITIVE_INFINITY)
      : min;
  if (max < min) throw new PcreRefusal(`has the repeat ${found[0]}, which runs backwards`);
  if (min > 65_535 || (max > 65_535 && max !== Number.POSITIVE_INFINITY)) throw new PcreRefusal('repeats too often');
  const lazy = accept(parser, '?');
  const possessive = !lazy && accept(parser, '+');
  const repeat: PcreNode = { kind: 'repeat', inner: atom, min, max, lazy };
  return quantified(parser, possessive ? { kind: 'atomic', inner: repeat } : repeat);
}

function parseGroup(parser: Parser): PcreNode | undefined {
  if (scan(parser, /\?#[^)]*\)/y)) return undefined;
  if (parser.text[parser.at] === '*') throw new PcreRefusal('has a verb (*…), which is not supported');
  const flags = scan(parser, /\?([imsx]*)(?:-([imsx]+))?([:)])/y);
  if (flags) {
    const outer = parser.flags;
    parser.flags = changed(outer, flags[1] ?? '', flags[2] ?? '');
    if (flags[3] === ')') return undefined;
    const inner = closed(parser);
    parser.flags = outer;
    return inner;
  }
  const look = scan(parser, /\?(<?)([=!])/y);
  if (look) {
    return { kind: 'look', behind: look[1] === '<', negative: look[2] === '!', inner: closed(parser) };
  }
  if (accept(parser, '?>')) return { kind: 'atomic', inner: closed(parser) };
  const same = scan(parser, /\?P=([A-Za-z_]\w*)\)/y);
  if (same) return reference(parser, parser.names.get(same[1] ?? ''));
  const name = scan(parser, /\?P?<([A-Za-z_]\w*)>|\?'([A-Za-z_]\w*)'/y);
  if (!name && parser.text[parser.at] === '?') {
    throw new PcreRefusal(`has the group (${parser.text.slice(parser.at, parser.at + 3)}…, which is not supported`);
  }
  const index = ++parser.captures;
  if (name) parser.names.set(name[1] ?? name[2] ?? '', index);
  return { kind: 'capture', index, inner: closed(parser) };
}

function closed(parser: Parser): PcreNode {
  const inner = parseChoice(parser);
  if (!accept(parser, ')')) throw new PcreRefusal('does not close a group');
  return inner;
}

function changed(flags: Flags, on: string, off: string): Flags {
  const after = { ...flags };
  for (const letter of ['i', 'm', 's', 'x'] as const) {
    if (on.includes(letter)) after[letter] = true;
    if (off.includes(letter)) after[letter] = false;
  }
  return after;
}

const assertions: ReadonlyMap<string, PcreAssertion> = new Map<string, PcreAssertion>([
  ['b', 'word-edge'],
  ['B', 'no-word-edge'],
  ['A', 'text-start'],
  ['G', 'text-start'],
  ['z', 'text-end'],
  ['Z', 'text-end-or-newline'],
]);

function parseEscape(parser: Parser): PcreNode {
  const letter = parser.text[parser.at];
  if (letter === undefined) throw new PcreRefusal('ends with a backslash');
  const set = shorthand.get(letter);
  const what = assertions.get(letter);
  if (set || what || 'NCRKE'.includes(letter)) parser.at++;
  if (set) return { kind: 'bytes', set };
  if (what) return { kind: 'assert', what };
  if (letter === 'N') return { kind: 'bytes', set: notNewline };
  if (letter === 'C') return { kind: 'bytes', set: anyByte };
  if (letter === 'R') return lineEnd;
  // \K only moves the start of what is reported; \E without \Q is nothing.
  if (letter === 'K' || letter === 'E') return { kind: 'empty' };
  const property = readProperty(parser);
  if (property) return bytes(parser, property);
  const named = scan(parser, /k(?:\{(\w+)\}|<(\w+)>|'(\w+)')|g\{([A-Za-z_]\w*)\}/y);
  if (named) return reference(parser, parser.names.get(named[1] ?? named[2] ?? named[3] ?? named[4] ?? ''));
  const numbered = scan(parser, /g(?:\{(-?\d{1,3})\}|(-?\d{1,3}))/y);
  if (numbered) {
    const index = Number(numbered[1] ?? numbered[2]);
    return reference(parser, index < 0 ? parser.captures + 1 + index : index);
  }
  const start = parser.at;
  const decimal = scan(parser, /[1-9]\d*/y);
  // Below 10, or as many groups before it: a reference; else octal.
  if (decimal && (decimal[0].length === 1 || Number(decimal[0]) <= parser.captures)) {
    return reference(parser, Number(decimal[0]));
  }
  parser.at = start;
  const byte = readByteEscape(parser, false);
  if (byte === undefined) throw new PcreRefusal(`has the escape \\${letter}, which is not supported`);
  return literal(parser, byte);
}

const lineEnd: PcreNode = {
  kind: 'atomic',
  inner: {
    kind: 'choice',
    parts: [
      { kind: 'sequence', parts: [one(0x0d), one(0x0a)] },
      { kind: 'bytes', set: byteSet((byte) => (byte >= 0x0a && byte <= 0x0d) || byte === 0x85) },
    ],
  },
};

function one(byte: number): PcreNode {
  return { kind: 'bytes', set: byteSet((other) => other === byte) };
}

function reference(parser: Parser, index: number | undefined): PcreNode {
  if (index === undefined || index < 1) throw new PcreRefusal('refers to a group that is not there');
  parser.references.push(index);
  return { kind: 'reference', index, caseless: parser.flags.i };
}

function literal(parser: Parser, byte: number): PcreNode {
  return bytes(
    parser,
    byteSet((other) => other === byte),
  );
}

function bytes(parser: Parser, set: ByteSet): PcreNode {
  return { kind: 'bytes', set: parser.flags.i ? withBothCases(set) : set };
}
