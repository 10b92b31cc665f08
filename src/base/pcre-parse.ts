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
  /** Blanks within classes count for nothing either. */
  readonly xx: boolean;
  /** Only named groups capture. */
  readonly n: boolean;
}

const none: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false };

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
    skipIgnored(parser);
    const char = parser.text[parser.at];
    if (char === undefined || char === '|' || char === ')') break;
    const quoted = scan(parser, /\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted) {
      const bytes = [...(quoted[1] ?? '')].map((one) => literal(parser, one.charCodeAt(0)));
      const last = bytes.pop();
      parts.push(...bytes, ...(last ? [quantified(parser, last)] : []));
    } else {
      const atom = parseAtom(parser);
      if (!atom) refuseQuantifier(parser);
      else if (char !== '(' && (atom.kind === 'assert' || atom.kind === 'empty')) {
        refuseQuantifier(parser);
        parts.push(atom);
      } else parts.push(quantified(parser, atom));
    }
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };
}

/** Comments, quotations of nothing and a `\E` without `\Q` are nothing: a quantifier behind them is that of what stands before. */
function skipIgnored(parser: Parser): void {
  while (scan(parser, /\(\?#[^)]*\)|\\Q\\E|\\E/y) || (parser.flags.x && scan(parser, /(?:[\t-\r ]+|#[^\n]*)+/y)));
}

const quantifier = /([*+?])|\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/y;

/** What stands for no text, or is repeated already, cannot be repeated. */
function refuseQuantifier(parser: Parser): void {
  skipIgnored(parser);
  const found = scan(parser, quantifier);
  if (found) throw new PcreRefusal(`has a "${found[0]}" with nothing to repeat`);
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
      if (scan(parser, /([:.=])[^\]\\]*\1\]/y))
        throw new PcreRefusal('has a named class that stands in no class: [[:alpha:]]');
      return { kind: 'bytes', set: parseBracket(parser, parser.flags.i, parser.flags.xx) };
    case '(':
      return parseGroup(parser);
    case '\\':
      return parseEscape(parser);
    case '*':
    case '+':
    case '?':
    case '{':
      parser.at--;
      refuseQuantifier(parser);
      parser.at++;
      return literal(parser, char.charCodeAt(0));
    default:
      return literal(parser, char.charCodeAt(0));
  }
}

function quantified(parser: Parser, atom: PcreNode): PcreNode {
  skipIgnored(parser);
  const found = scan(parser, quantifier);
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
  skipIgnored(parser);
  const lazy = accept(parser, '?');
  const possessive = !lazy && accept(parser, '+');
  const repeat: PcreNode = { kind: 'repeat', inner: atom, min, max, lazy };
  refuseQuantifier(parser);
  return possessive ? { kind: 'atomic', inner: repeat } : repeat;
}

function parseGroup(parser: Parser): PcreNode | undefined {
  if (parser.text[parser.at] === '*') throw new PcreRefusal('has a verb (*…), which is not supported');
  const flags = scan(parser, /\?(?:(\^)?([imnsx]*)|([imnsx]*)-([imnsx]*))([:)])/y);
  if (flags) {
    const outer = parser.flags;
    parser.flags = changed(flags[1] ? none : outer, flags[2] ?? flags[3] ?? '', flags[4] ?? '');
    if (flags[5] === ')') return undefined;
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
  if (!name && parser.flags.n) return closed(parser);
  const index = ++parser.captures;
  const called = name?.[1] ?? name?.[2];
  if (called !== undefined && parser.names.has(called)) throw new PcreRefusal(`names two groups ${called}`);
  if (called !== undefined) parser.names.set(called, index);
  return { kind: 'capture', index, inner: closed(parser) };
}

function closed(parser: Parser): PcreNode {
  const inner = parseChoice(parser);
  if (!accept(parser, ')')) throw new PcreRefusal('does not close a group');
  return inner;
}

function changed(flags: Flags, on: string, off: string): Flags {
  const after = { ...flags };
  if (on.includes('x')) after.xx = false;
  for (const letter of ['i', 'm', 'n', 's', 'x', 'xx'] as const) {
    if (on.includes(letter)) after[letter] = true;
    if (off.includes(letter.charAt(0))) after[letter] = false;
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
  if (set || what || 'NCRK'.includes(letter)) parser.at++;
  if (set) return { kind: 'bytes', set };
  if (what) return { kind: 'assert', what };
  if (letter === 'N') return { kind: 'bytes', set: notNewline };
  if (letter === 'C') return { kind: 'bytes', set: anyByte };
  if (letter === 'R') return lineEnd;
  // \K only moves the start of what is reported.
  if (letter === 'K') return { kind: 'empty' };
  const property = readProperty(parser);
  // Case is never ignored for a property.
  if (property) return { kind: 'bytes', set: property };
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
