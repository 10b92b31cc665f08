import type { Literals } from '../../base/regex-literals.ts';
import type { FileParts } from './file-parts.ts';
import type { PagedFile } from './paged-file.ts';
import { addRange, addRow, noRows, type Rows } from './rows.ts';

/**
 * Which three neighbouring characters stand in values that are not listed, by groups of rows: a pattern that must hold
 * `AllUsers` reads the documents of those groups only in which all of `all`, `llu`, `lus`, `use`, `ser`, `ers` stand. One bit a
 * group and place; several threes share a place, so a group may be read in vain, but none is left out. Case does not count.
 */
export interface Grams {
  /** Bytes of `gramPlaces` bits for each group. */
  bits: Uint8Array;
  groups: number;
  /** Rows with a value of which only its analyzer can tell what becomes of it: they are always read. */
  readonly odd: Rows;
}

/** Where the groups of each place stand in a file, and what was odd. */
export interface GramsEntry {
  readonly at: number;
  readonly groups: number;
  readonly places: number;
  readonly odd: readonly [number, number];
}

/**
 * 16 bytes a document. Session tokens and the like fill a third to half of the places of a group: four threes leave one group in twenty,
 * six one in a hundred. With half as many places un-fielded patterns over a million documents took two to three times as long.
 */
const gramPlaces = 16_384;
const groupBytes = gramPlaces / 8;
const groupShift = 7;
/** Longer texts would fill all places of their group. */
const textMax = 4096;

export function makeGrams(): Grams {
  return { bits: new Uint8Array(groupBytes * 16), groups: 0, odd: noRows() };
}

/**
 * Adds a value. Those of nothing but digits, a to f, `-`, `.` and `:` (ids, addresses, numbers), which would fill every group with
 * all their threes, are left out: what consists of these alone is not asked for here.
 */
export function addGrams(grams: Grams, row: number, text: string): void {
  const { length } = text;
  let telling = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127 || at >= textMax) {
      addOdd(grams, row);
      return;
    }
    telling |= isTelling[code] as number;
  }
  if (telling === 0 || length < 3) return;
  const bits = bitsOf(grams, row);
  const base = (row >>> groupShift) * groupBytes;
  let pair = (classes[text.charCodeAt(0)] as number) * classCount + (classes[text.charCodeAt(1)] as number);
  for (let at = 2; at < length; at++) {
    const three = pair * classCount + (classes[text.charCodeAt(at)] as number);
    const place = placeOf(three);
    const byte = base + (place >>> 3);
    bits[byte] = (bits[byte] as number) | (1 << (place & 7));
    pair = three % (classCount * classCount);
  }
}

/** Whether a text has so many characters besides digits, a to f, `-`, `.` and `:`. */
export function tells(text: string, least = 1): boolean {
  let telling = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code > 127 || isTelling[code] === 1) && ++telling === least) return true;
  }
  return false;
}

/** A row whose value may become other words than stand in it. */
export function addOdd(grams: Grams, row: number): void {
  addRow(grams.odd, row);
}

/** Rows in which a value that is not listed may hold one text of each list; undefined where that is not known. */
export function gramRows({ bits, groups, odd }: Grams, texts: Literals): Rows | undefined {
  return rowsLike(
    texts,
    groups,
    odd,
    (place, group) => ((bits[group * groupBytes + (place >>> 3)] ?? 0) >>> (place & 7)) & 1,
  );
}

/** The same of a file. */
export function storedGramRows(
  file: PagedFile,
  { at, groups, places }: GramsEntry,
  odd: Rows,
  texts: Literals,
): Rows | undefined {
  if (places !== gramPlaces) return undefined;
  const width = Math.ceil(groups / 8);
  let last = -1;
  let bytes: Buffer = Buffer.alloc(0);
  return rowsLike(texts, groups, odd, (place, group) => {
    if (place !== last) bytes = file.bytes(at + place * width, width);
    last = place;
    return ((bytes[group >>> 3] ?? 0) >>> (group & 7)) & 1;
  });
}

/** By place the groups that have it: a question reads few of the places, and of them all groups. */
export function* writeGrams(out: FileParts, { bits, groups }: Grams): Generator<void, Omit<GramsEntry, 'odd'>> {
  const width = Math.ceil(groups / 8);
  const bytes = new Uint8Array(gramPlaces * width);
  for (let group = 0; group < groups; group++) {
    const base = group * groupBytes;
    for (let byte = 0; byte < groupBytes; byte++) {
      for (let left = bits[base + byte] as number; left !== 0; left &= left - 1) {
        const place = byte * 8 + 31 - Math.clz32(left & -left);
        const at = place * width + (group >>> 3);
        bytes[at] = (bytes[at] as number) | (1 << (group & 7));
      }
    }
    if (group % groupsAtOnce === groupsAtOnce - 1) yield;
  }
  return { at: out.add(bytes), groups, places: gramPlaces };
}

/** Groups a step: a millisecond or two. */
const groupsAtOnce = 64;

function rowsLike(
  texts: Literals,
  groups: number,
  odd: Rows,
  has: (place: number, group: number) => number,
): Rows | undefined {
  const lists = texts.flatMap((list) => {
    const places = list.map(placesOf);
    return places.every((one) => one !== undefined) ? [places as Places[]] : [];
  });
  if (lists.length === 0) return undefined;
  const found = new Uint8Array(groups).fill(1);
  for (const list of lists) {
    const some = new Uint8Array(groups);
    for (const places of list) {
      if (places === 'odd') continue;
      const one = found.slice();
      for (const place of places)
        for (let group = 0; group < groups; group++) one[group] = (one[group] as number) & has(place, group);
      for (let group = 0; group < groups; group++) some[group] = (some[group] as number) | (one[group] as number);
    }
    found.set(some);
  }
  const rows = odd.slice();
  for (let group = 0; group < groups; group++) {
    if (found[group] === 1) addRange(rows, group << groupShift, (group + 1) << groupShift);
  }
  return rows;
}

/** `odd`: a value that holds it is odd. */
type Places = readonly number[] | 'odd';

/** undefined for a text that tells nothing: it is too short, or may stand in a value that was left out. */
function placesOf(text: string): Places | undefined {
  const places: number[] = [];
  let telling = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return 'odd';
    telling |= isTelling[code] as number;
    if (at < 2) continue;
    const [a, b, c] = [at - 2, at - 1, at].map((place) => classes[text.charCodeAt(place)] as number);
    places.push(placeOf(((a ?? 0) * classCount + (b ?? 0)) * classCount + (c ?? 0)));
  }
  return telling === 0 || places.length === 0 ? undefined : places;
}

function bitsOf(grams: Grams, row: number): Uint8Array {
  const group = row >>> groupShift;
  if (group >= grams.groups) grams.groups = group + 1;
  if (grams.groups * groupBytes > grams.bits.length) {
    const bits = new Uint8Array(Math.max(grams.bits.length * 2, grams.groups * groupBytes));
    bits.set(grams.bits);
    grams.bits = bits;
  }
  return grams.bits;
}

function placeOf(three: number): number {
  return Math.imul(three, 0x9e3779b1) >>> 18;
}

/** Ten digits, 26 letters, and all else. */
const classCount = 37;
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code).toLowerCase();
  return '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(char) + 1;
});
const isTelling = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9a-fA-F.:-]/.test(String.fromCharCode(code)) ? 0 : 1,
);
