import { type Automaton, type CharRange, type RegexBuilder, type RegexNode, regexBuilder } from './automaton.ts';

/** The pattern does not read; the message is Lucene's where it is known. */
export class RegexpSyntaxError extends Error {}

/** Which optional operators are on, by Lucene's flag names; ALL where nothing is said. */
export type RegexpFlags = ReadonlySet<'COMPLEMENT' | 'INTERSECTION' | 'ANYSTRING' | 'EMPTY' | 'INTERVAL'>;

export const allRegexpFlags: RegexpFlags = new Set(['COMPLEMENT', 'INTERSECTION', 'ANYSTRING', 'EMPTY', 'INTERVAL']);

/**
 * Lucene's regular expressions (RegExp of 9.x), over the whole text: `. ? + * {n,m} | ( ) [ ] "literal"`, `\d \w \s`, and the
 * optional `~` (not), `<1-10>` (a number), `&` (and), `@` (any text), `#` (nothing). `^` and `$` are plain characters.
 * Throws RegexpSyntaxError, or AutomatonTooLarge.
 */
export function luceneRegexp(pattern: string, ignoreCase = false, flags: RegexpFlags = allRegexpFlags): Automaton {
  const builder = regexBuilder();
  if (pattern === '') return builder.automaton(builder.empty);
  const reader: Reader = { pattern, at: 0, depth: 0, builder, ignoreCase, flags };
  const root = readUnion(reader);
  if (reader.at < pattern.length) throw new RegexpSyntaxError(`end-of-string expected at position ${reader.at}`);
  return builder.automaton(root);
}

interface Reader {
  readonly pattern: string;
  at: number;
  depth: number;
  readonly builder: RegexBuilder;
  readonly ignoreCase: boolean;
  readonly flags: RegexpFlags;
}

/** Nested groups deeper than this are refused: the reader is recursive. */
const depthMax = 200;
const repeatMax = 100_000;

function readUnion(reader: Reader): RegexNode {
  if (++reader.depth > depthMax) throw new RegexpSyntaxError('too many nested groups');
  const parts = [readIntersection(reader)];
  while (take(reader, '|')) parts.push(readIntersection(reader));
  reader.depth--;
  return reader.builder.or(parts);
}

function readIntersection(reader: Reader): RegexNode {
  const parts = [readConcat(reader)];
  while (reader.flags.has('INTERSECTION') && take(reader, '&')) parts.push(readConcat(reader));
  return reader.builder.and(parts);
}

function readConcat(reader: Reader): RegexNode {
  const parts = [readRepeat(reader)];
  while (more(reader) && !peek(reader, ')|') && !(reader.flags.has('INTERSECTION') && peek(reader, '&'))) {
    parts.push(readRepeat(reader));
  }
  return parts.reduceRight((tail, head) => reader.builder.concat(head, tail));
}

function readRepeat(reader: Reader): RegexNode {
  let node = readComplement(reader);
  while (more(reader) && peek(reader, '?*+{')) {
    if (take(reader, '?')) node = reader.builder.repeat(node, 0, 1);
    else if (take(reader, '*')) node = reader.builder.repeat(node, 0, Number.POSITIVE_INFINITY);
    else if (take(reader, '+')) node = reader.builder.repeat(node, 1, Number.POSITIVE_INFINITY);
    else {
      reader.at++;
      const min = readCount(reader);
      const max = take(reader, ',') ? (peek(reader, '0123456789') ? readCount(reader) : Number.POSITIVE_INFINITY) : min;
      if (!take(reader, '}')) throw new RegexpSyntaxError(`expected '}' at position ${reader.at}`);
      if (max < min) throw new RegexpSyntaxError(`invalid repetition range(out of order): ${min}..${max}`);
      node = reader.builder.repeat(node, min, max);
    }
  }
  return node;
}

function readCount(reader: Reader): number {
  const digits = /\d+/y;
  digits.lastIndex = reader.at;
  const match = digits.exec(reader.pattern);
  if (!match) throw new RegexpSyntaxError(`integer expected at position ${reader.at}`);
  reader.at += match[0].length;
  const count = Number(match[0]);
  if (count > repeatMax) throw new RegexpSyntaxError(`repetition above ${repeatMax}`);
  return count;
}

function readComplement(reader: Reader): RegexNode {
  let negations = 0;
  while (reader.flags.has('COMPLEMENT') && take(reader, '~')) negations++;
  const node = readClass(reader);
  return negations % 2 === 0 ? node : reader.builder.not(node);
}

function readClass(reader: Reader): RegexNode {
  if (!take(reader, '[')) return readSimple(reader);
  const negated = take(reader, '^');
  const ranges: CharRange[] = [];
  do {
    const predefined = readPredefined(reader);
    if (predefined) ranges.push(...(predefined.negated ? inverted(predefined.ranges) : predefined.ranges));
    else {
      const from = readChar(reader);
      const to = take(reader, '-') ? (peek(reader, ']') ? undefined : readChar(reader)) : from;
      if (to === undefined) ranges.push([from, from], [45, 45]);
      else if (to < from) throw new RegexpSyntaxError(`invalid range: from (${from}) cannot be > to (${to})`);
      else ranges.push([from, to]);
    }
  } while (more(reader) && !peek(reader, ']'));
  if (!take(reader, ']')) throw new RegexpSyntaxError(`expected ']' at position ${reader.at}`);
  return reader.builder.set(reader.ignoreCase ? bothCases(ranges) : ranges, negated);
}

function readSimple(reader: Reader): RegexNode {
  const { builder, flags } = reader;
  if (take(reader, '.')) return builder.anyChar;
  if (flags.has('EMPTY') && take(reader, '#')) return builder.nothing;
  if (flags.has('ANYSTRING') && take(reader, '@')) return builder.anyText;
  if (take(reader, '"')) {
    const end = reader.pattern.indexOf('"', reader.at);
    if (end < 0) throw new RegexpSyntaxError(`expected '"' at position ${reader.pattern.length}`);
    const text = reader.pattern.slice(reader.at, end);
    reader.at = end + 1;
    return [...text].reduceRight(
      (tail, char) => builder.concat(charNode(reader, char.codePointAt(0) as number), tail),
      builder.empty,
    );
  }
  if (take(reader, '(')) {
    if (take(reader, ')')) return builder.empty;
    const inner = readUnion(reader);
    if (!take(reader, ')')) throw new RegexpSyntaxError(`expected ')' at position ${reader.at}`);
    return inner;
  }
  if (flags.has('INTERVAL') && take(reader, '<')) return readInterval(reader);
  const predefined = readPredefined(reader);
  if (predefined) return builder.set(predefined.ranges, predefined.negated);
  return charNode(reader, readChar(reader));
}

function readInterval(reader: Reader): RegexNode {
  const end = reader.pattern.indexOf('>', reader.at);
  if (end < 0) throw new RegexpSyntaxError(`expected '>' at position ${reader.pattern.length}`);
  const match = /^(\d{1,18})-(\d{1,18})$/.exec(reader.pattern.slice(reader.at, end));
  if (!match) throw new RegexpSyntaxError(`interval syntax error at position ${reader.at - 1}`);
  reader.at = end + 1;
  const [, from = '', to = ''] = match;
  const [low, high] = BigInt(from) <= BigInt(to) ? [from, to] : [to, from];
  if (low.length === high.length) return digitsBetween(reader.builder, low, high);
  const { builder } = reader;
  const zeros = builder.repeat(builder.text('0'), 0, Number.POSITIVE_INFINITY);
  const trimmed = low.replace(/^0+(?=\d)/, '');
  const parts: RegexNode[] = [];
  for (let length = trimmed.length; length <= high.length; length++) {
    const least = length === trimmed.length ? trimmed : `1${'0'.repeat(length - 1)}`;
    const most = length === high.length ? high : '9'.repeat(length);
    parts.push(digitsBetween(builder, least, most));
  }
  return builder.concat(zeros, builder.or(parts));
}

/** Numbers of as many digits as both bounds have. */
function digitsBetween(builder: RegexBuilder, low: string, high: string): RegexNode {
  if (low === '') return builder.empty;
  const digit = (from: number, to: number): RegexNode => builder.set(from > to ? [] : [[from, to]]);
  const [first, last] = [low.charCodeAt(0), high.charCodeAt(0)];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first === last) return builder.concat(digit(first, first), digitsBetween(builder, lowRest, highRest));
  const rest = lowRest.length;
  const any = builder.repeat(digit(48, 57), rest, rest);
  return builder.or([
    builder.concat(digit(first, first), digitsBetween(builder, lowRest, '9'.repeat(rest))),
    builder.concat(digit(first + 1, last - 1), any),
    builder.concat(digit(last, last), digitsBetween(builder, '0'.repeat(rest), highRest)),
  ]);
}

interface Predefined {
  readonly ranges: readonly CharRange[];
  readonly negated: boolean;
}

const classes: Readonly<Record<string, readonly CharRange[]>> = {
  d: [[48, 57]],
  s: [
    [32, 32],
    [9, 10],
    [13, 13],
  ],
  w: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
};

function readPredefined(reader: Reader): Predefined | undefined {
  if (reader.pattern[reader.at] !== '\\') return undefined;
  const letter = reader.pattern[reader.at + 1] ?? '';
  const ranges = Object.hasOwn(classes, letter.toLowerCase()) ? classes[letter.toLowerCase()] : undefined;
  if (!ranges) return undefined;
  reader.at += 2;
  return { ranges, negated: letter !== letter.toLowerCase() };
}

function readChar(reader: Reader): number {
  take(reader, '\\');
  if (!more(reader)) throw new RegexpSyntaxError('unexpected end-of-string');
  const code = reader.pattern.codePointAt(reader.at) as number;
  reader.at += code > 0xffff ? 2 : 1;
  return code;
}

function charNode({ builder, ignoreCase }: Reader, code: number): RegexNode {
  return builder.set(ignoreCase ? bothCases([[code, code]]) : [[code, code]]);
}

/** The ranges and the other case of their letters. Only ranges of one character may leave ASCII. */
function bothCases(ranges: readonly CharRange[]): CharRange[] {
  return ranges.flatMap(([from, to]): CharRange[] => {
    const shifted = (low: number, high: number, by: number): CharRange[] => {
      const [start, end] = [Math.max(from, low), Math.min(to, high)];
      return start <= end ? [[start + by, end + by]] : [];
    };
    return [[from, to], ...shifted(65, 90, 32), ...shifted(97, 122, -32)];
  });
}

function inverted(ranges: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  let from = 0;
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (start > from) result.push([from, start - 1]);
    from = end + 1;
  }
  return [...result, [from, 0x10ffff]];
}

function more(reader: Reader): boolean {
  return reader.at < reader.pattern.length;
}

function peek(reader: Reader, chars: string): boolean {
  return more(reader) && chars.includes(reader.pattern[reader.at] as string);
}

function take(reader: Reader, char: string): boolean {
  if (reader.pattern[reader.at] !== char) return false;
  reader.at++;
  return true;
}
