/** A set of bytes: 256 entries of 0 or 1. */
export type ByteSet = Uint8Array;

export function byteSet(has: (byte: number) => boolean): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}

export function complement(set: ByteSet): ByteSet {
  return set.map((member) => 1 - member);
}

/** Adds the other case of every ASCII letter in the set. */
export function withBothCases(set: ByteSet): ByteSet {
  return set.map((member, byte) => (member || (isLetter(byte) && set[byte ^ 0x20]) ? 1 : 0));
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return byte < 0x80 && lower >= 0x61 && lower <= 0x7a;
}

const range = (from: number, to: number) => (byte: number) => byte >= from && byte <= to;
const isDigit = range(0x30, 0x39);
const isWordByte = (byte: number): boolean => isLetter(byte) || isDigit(byte) || byte === 0x5f;

export const wordBytes = byteSet(isWordByte);
export const anyByte = byteSet(() => true);
export const notNewline = byteSet((byte) => byte !== 0x0a);

/** `\d`, `\w` and their like, by their letter. */
export const shorthand: ReadonlyMap<string, ByteSet> = new Map(
  (
    [
      ['d', byteSet(isDigit)],
      ['w', wordBytes],
      ['s', byteSet((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))],
      ['h', byteSet((byte) => byte === 0x09 || byte === 0x20 || byte === 0xa0)],
      ['v', byteSet((byte) => (byte >= 0x0a && byte <= 0x0d) || byte === 0x85)],
    ] as const
  ).flatMap(([letter, set]) => [[letter, set] as const, [letter.toUpperCase(), complement(set)] as const]),
);

/** A property of characters or a script by its name in Unicode; undefined when there is none. */
export function propertySet(name: string): ByteSet | undefined {
  if (name === 'Any') return anyByte;
  for (const written of name === 'L&' ? ['LC'] : [name, `Script=${name}`]) {
    try {
      const property = new RegExp(`^\\p{${written}}$`, 'u');
      return byteSet((byte) => property.test(String.fromCharCode(byte)));
    } catch {
      // No property of this name: perhaps a script.
    }
  }
  return undefined;
}

/** `[:alpha:]` and its like. */
export const posixClass: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', byteSet(isLetter)],
  ['digit', byteSet(isDigit)],
  ['alnum', byteSet((byte) => isLetter(byte) || isDigit(byte))],
  ['upper', byteSet(range(0x41, 0x5a))],
  ['lower', byteSet(range(0x61, 0x7a))],
  ['space', byteSet((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))],
  ['blank', byteSet((byte) => byte === 0x09 || byte === 0x20)],
  ['punct', byteSet((byte) => byte > 0x20 && byte < 0x7f && !isLetter(byte) && !isDigit(byte))],
  ['print', byteSet(range(0x20, 0x7e))],
  ['graph', byteSet(range(0x21, 0x7e))],
  ['cntrl', byteSet((byte) => byte < 0x20 || byte === 0x7f)],
  ['xdigit', byteSet((byte) => isDigit(byte) || range(0x61, 0x66)(byte | 0x20))],
  ['word', wordBytes],
  ['ascii', byteSet((byte) => byte < 0x80)],
]);

/** Escapes for one byte, by their letter. */
export const controlByte: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['t', 0x09],
  ['r', 0x0d],
  ['f', 0x0c],
  ['e', 0x1b],
  ['a', 0x07],
]);
