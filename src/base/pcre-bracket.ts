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

/** Reads a character class after its `[`. Case is ignored before the class is turned round: `(?i)[^a]` is not `A` either. */
export function parseBracket(cursor: PcreCursor, caseless: boolean): ByteSet {
  const negated = accept(cursor, '^');
  const set = new Uint8Array(256);
  for (let first = true; ; first = false) {
    if (cursor.at >= cursor.text.length) throw new PcreRefusal('does not close a "["');
    if (!first && accept(cursor, ']')) break;
    const posix = scan(cursor, /\[:(\^?)([a-z]+):\]/y);
    if (posix) {
      const named = posixClass.get(posix[2] ?? '');
      if (!named) throw new PcreRefusal(`has the unknown class ${posix[0]}`);
      addAll(set, posix[1] === '^' ? complement(named) : named);
      continue;
    }
    const from = member(cursor);
    if (typeof from !== 'number') {
      addAll(set, from);
      continue;
    }
    let to = from;
    if (cursor.text[cursor.at] === '-' && cursor.at + 1 < cursor.text.length && cursor.text[cursor.at + 1] !== ']') {
      const before = cursor.at++;
      const end = member(cursor);
      if (typeof end === 'number') to = end;
      else cursor.at = before;
      if (to < from) throw new PcreRefusal('has a range that runs backwards');
      if (typeof end !== 'number') {
        set[from] = 1;
        set[0x2d] = 1;
        cursor.at = before + 1;
        continue;
      }
    }
    for (let byte = from; byte <= to; byte++) set[byte] = 1;
  }
  const whole = caseless ? withBothCases(set) : set;
  return negated ? complement(whole) : whole;
}

/** One byte or a shorthand within a class. */
function member(cursor: PcreCursor): number | ByteSet {
  const char = cursor.text[cursor.at++] ?? '';
  if (char !== '\\') return char.charCodeAt(0);
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
