import {
  type ByteSet,
  complement,
  controlByte,
  posixClass,
  propertySet,
  shorthand,
  withBothCases,
} from './pcre-class.ts';
import { accept, type PcreCursor, PcreRefusal, scan } from './pcre-cursor.ts';

/**
 * Reads a character class after its `[`. Case is ignored before the class is turned round: `(?i)[^a]` is not `A` either; of
 * classes within it only `[:upper:]` and `[:lower:]` ignore it, not properties.
 * `blanks`: blanks and tabs within it count for nothing, as `(?xx)` has it.
 */
export function parseBracket(cursor: PcreCursor, caseless: boolean, blanks = false): ByteSet {
  const inside: Inside = { cursor, quoted: false, blanks, caseless };
  const negated = accept(cursor, '^');
  const bytes = new Uint8Array(256);
  const classes = new Uint8Array(256);
  for (let first = true; ; first = false) {
    skipNothing(inside);
    if (cursor.at >= cursor.text.length) throw new PcreRefusal('does not close a "["');
    if (!first && !inside.quoted && accept(cursor, ']')) break;
    const from = member(inside);
    const range = rangeFrom(inside);
    if (typeof from !== 'number') {
      if (range) throw new PcreRefusal('has a range that begins with a class');
      addAll(classes, from);
      continue;
    }
    const to = range ? member(inside) : from;
    if (typeof to !== 'number') throw new PcreRefusal('has a range that ends with a class');
    if (to < from) throw new PcreRefusal('has a range that runs backwards');
    for (let byte = from; byte <= to; byte++) bytes[byte] = 1;
  }
  const whole = caseless ? withBothCases(bytes) : bytes;
  addAll(whole, classes);
  return negated ? complement(whole) : whole;
}

interface Inside {
  readonly cursor: PcreCursor;
  readonly blanks: boolean;
  readonly caseless: boolean;
  /** Between `\Q` and `\E` everything is itself. */
  quoted: boolean;
}

/** Steps over what is no member: where a quotation begins and ends, and blanks where they count for nothing. */
function skipNothing(inside: Inside): void {
  const { cursor } = inside;
  for (;;) {
    if (accept(cursor, '\\E')) inside.quoted = false;
    else if (!inside.quoted && accept(cursor, '\\Q')) inside.quoted = true;
    else if (inside.quoted || !inside.blanks || !scan(cursor, /[ \t]+/y)) return;
  }
}

/** Steps over the `-` of a range; before the class's end it is a member like any other. */
function rangeFrom(inside: Inside): boolean {
  const { cursor } = inside;
  skipNothing(inside);
  const start = cursor.at;
  if (inside.quoted || !accept(cursor, '-')) return false;
  skipNothing(inside);
  if (cursor.at < cursor.text.length && (inside.quoted || cursor.text[cursor.at] !== ']')) return true;
  cursor.at = start;
  inside.quoted = false;
  return false;
}

/** One byte, a shorthand or a named class. */
function member({ cursor, quoted, caseless }: Inside): number | ByteSet {
  const posix = quoted ? undefined : scan(cursor, /\[([:.=])(\^?)([a-z]*)\1\]/y);
  if (posix) {
    const name = posix[3] ?? '';
    const either = caseless && (name === 'upper' || name === 'lower');
    const named = posix[1] === ':' ? posixClass.get(either ? 'alpha' : name) : undefined;
    if (!named) throw new PcreRefusal(`has the unknown class ${posix[0]}`);
    return posix[2] === '^' ? complement(named) : named;
  }
  const char = cursor.text[cursor.at++] ?? '';
  if (quoted || char !== '\\') return char.charCodeAt(0);
  if (accept(cursor, 'b')) return 0x08;
  const letter = cursor.text[cursor.at] ?? '';
  const set = shorthand.get(letter);
  if (set) {
    cursor.at++;
    return set;
  }
  const property = readProperty(cursor);
  if (property) return property;
  const byte = readByteEscape(cursor, true);
  if (byte === undefined) throw new PcreRefusal(`has the escape \\${letter} within a class, which is not supported`);
  return byte;
}

/** Reads `p{Lu}`, `pL` or `P{^N}` after its backslash: without UTF a byte is the character of its number. */
export function readProperty(cursor: PcreCursor): ByteSet | undefined {
  const found = scan(cursor, /([pP])(?:\{(\^?)([A-Za-z_&]{1,40})\}|([A-Za-z]))/y);
  if (!found) return undefined;
  const set = propertySet(found[3] ?? found[4] ?? '');
  if (!set) throw new PcreRefusal(`has the property ${found[0]}, which is not known`);
  return (found[1] === 'P') !== (found[2] === '^') ? complement(set) : set;
}

/** Reads an escape for one byte after its backslash; undefined when it is something else. */
export function readByteEscape(cursor: PcreCursor, inClass: boolean): number | undefined {
  const braced = scan(cursor, /x\{([0-9A-Fa-f]{1,8})\}|o\{([0-7]{1,8})\}/y);
  if (braced) return checked(braced[1] ? Number.parseInt(braced[1], 16) : Number.parseInt(braced[2] ?? '', 8));
  const hex = scan(cursor, /x([0-9A-Fa-f]{0,2})/y);
  if (hex) return Number.parseInt(hex[1] || '0', 16);
  const octal = scan(cursor, inClass ? /[0-7]{1,3}/y : /[0-7]{1,3}/y);
  if (octal) return checked(Number.parseInt(octal[0], 8));
  const control = scan(cursor, /c([\x20-\x7e])/y);
  if (control) return (control[1] ?? '').toUpperCase().charCodeAt(0) ^ 0x40;
  const char = cursor.text[cursor.at];
  if (char === undefined) throw new PcreRefusal('ends with a backslash');
  const known = controlByte.get(char);
  if (known === undefined && /[A-Za-z0-9]/.test(char)) return undefined;
  cursor.at++;
  return known ?? char.charCodeAt(0);
}

function checked(byte: number): number {
  if (byte > 255) throw new PcreRefusal('names a character above 255: expressions work on bytes');
  return byte;
}

function addAll(set: Uint8Array, other: ByteSet): void {
  other.forEach((has, byte) => {
    if (has) set[byte] = 1;
  });
}
