/** One byte of a pattern. A group marker is `(` or `)`: both are skipped once and otherwise compared as `(` (specs/wazuh.md §7.2). */
export type OsRegexItem =
  | { readonly kind: 'literal'; readonly byte: number }
  | { readonly kind: 'class'; readonly members: Uint8Array; readonly quantifier: '' | '+' | '*' }
  | { readonly kind: 'marker' };

export interface OsRegexAlternative {
  readonly items: readonly OsRegexItem[];
  readonly begin: boolean;
  readonly end: boolean;
}

/** What the original refuses to compile. */
const patternMax = 20_480;

/** Splits a pattern into alternatives; answers what is wrong with it as text. Never throws. */
export function parseOsRegex(pattern: string): readonly OsRegexAlternative[] | string {
  const bytes = Buffer.from(pattern, 'utf8');
  if (bytes.length > patternMax) return `is longer than ${patternMax} bytes`;
  const alternatives: OsRegexAlternative[] = [];
  let at = 0;
  let open = 0;
  for (;;) {
    const items: OsRegexItem[] = [];
    let begin = false;
    let end = false;
    const start = at;
    for (; at < bytes.length && bytes[at] !== bar; at++) {
      const byte = bytes[at] as number;
      if (byte === backslash) {
        const item = escaped(bytes[at + 1], bytes[at + 2]);
        if (!item)
          return `has the unknown escape \\${at + 1 < bytes.length ? String.fromCharCode(bytes[at + 1] as number) : ''}`;
        items.push(item);
        at += item.kind === 'class' && item.quantifier !== '' ? 2 : 1;
      } else if (byte === 0x28) {
        if (open++ > 0) return 'has a group within a group';
        items.push({ kind: 'marker' });
      } else if (byte === 0x29) {
        if (open-- === 0) return 'closes a group that is not open';
        items.push({ kind: 'marker' });
      } else if (byte === caret && at === start) begin = true;
      else if (byte === dollar && (at + 1 === bytes.length || bytes[at + 1] === bar)) end = true;
      else items.push({ kind: 'literal', byte: lowerByte(byte) });
    }
    alternatives.push({ items, begin, end });
    if (at >= bytes.length) break;
    at++;
  }
  return open > 0 ? 'does not close a group' : alternatives;
}

export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

const backslash = 0x5c;
const bar = 0x7c;
const caret = 0x5e;
const dollar = 0x24;

function escaped(byte: number | undefined, next: number | undefined): OsRegexItem | undefined {
  const members = byte === undefined ? undefined : classes.get(byte);
  if (!members) return undefined;
  const quantifier = next === 0x2b ? '+' : next === 0x2a ? '*' : '';
  return { kind: 'class', members, quantifier };
}

const digits = setOf((byte) => byte >= 0x30 && byte <= 0x39);
const word = setOf(
  (byte) =>
    (byte >= 0x30 && byte <= 0x39) ||
    (lowerByte(byte) >= 0x61 && lowerByte(byte) <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x40 ||
    byte === 0x5f,
);
const space = setOf((byte) => byte === 0x20);

const classes: ReadonlyMap<number, Uint8Array> = new Map(
  [
    ['d', digits],
    ['w', word],
    ['s', space],
    ['t', setOf((byte) => byte === 0x09)],
    [
      'p',
      setOf(
        (byte) =>
          (byte >= 0x21 && byte <= 0x2e) ||
          (byte >= 0x3a && byte <= 0x3f) ||
          byte === 0x5b ||
          byte === 0x5d ||
          (byte >= 0x7b && byte <= 0x7d),
      ),
    ],
    ['D', complement(digits)],
    ['W', complement(word)],
    ['S', complement(space)],
    ['.', setOf(() => true)],
    ...['\\', '(', ')', '$', '|', '<'].map((char): [string, Uint8Array] => [
      char,
      setOf((byte) => byte === char.charCodeAt(0)),
    ]),
  ].map(([char, members]) => [(char as string).charCodeAt(0), members as Uint8Array] as const),
);

function setOf(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(byte) ? 1 : 0));
}

function complement(members: Uint8Array): Uint8Array {
  return members.map((member) => 1 - member);
}
