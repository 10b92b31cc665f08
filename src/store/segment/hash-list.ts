import type { HashedPairs } from '../../query/columns.ts';
import type { FileParts } from './file-parts.ts';
import type { Words16, Words32 } from './growing.ts';
import { type PagedFile, SegmentDamage } from './paged-file.ts';
import { addRow, type Rows } from './rows.ts';

/** Hashes of values that hardly repeat, ascending, each with its row, as often as the document has the value: whole, so that equal values can be counted. */
export interface HashList {
  readonly at: number;
  readonly count: number;
  /** Their places among each other (value-order.ts), three bytes each. Older files have none. */
  readonly orders?: { readonly at: number; readonly prefix: string };
}

/** Hashes of words cut to what tells most apart: found by bucket, then by one byte; each has a number beside it. */
export interface WordList {
  readonly at: number;
  readonly count: number;
  /** Upper bits of the hash that name the bucket. */
  readonly bits: number;
  /** Bytes of the number. */
  readonly width: 2 | 3;
}

/** From so many on, the first byte of the hash is left out: 256 buckets stand for it. */
const bucketsFrom = 2048;
/** Words a bucket: a byte then leaves one false row for every eight questions. */
const bucketWords = 32;

export function writeHashList(
  out: FileParts,
  hashes: Words32,
  rows: Words16,
  { codes, prefix }: { readonly codes: Uint32Array; readonly prefix: string },
): HashList {
  const order = sortedPairs(hashes, rows, false);
  const list = writePairs(out, hashes, rows, order);
  const places = Buffer.alloc(order.length * 3);
  for (let at = 0; at < order.length; at++) put24(places, at * 3, codes[order[at] as number] as number);
  return { ...list, orders: { at: out.add(places), prefix } };
}

function writePairs(out: FileParts, hashes: Words32, rows: Words16, order: Uint32Array): HashList {
  const count = order.length;
  if (count < bucketsFrom) {
    const bytes = Buffer.alloc(count * 6);
    for (let at = 0; at < count; at++) {
      put32(bytes, at * 4, hashes.data[order[at] as number] as number);
      put16(bytes, count * 4 + at * 2, rows.data[order[at] as number] as number);
    }
    return { at: out.add(bytes), count };
  }
  const bytes = Buffer.alloc(1024 + count * 5);
  const ends = new Uint32Array(256);
  for (let at = 0; at < count; at++) {
    const hash = hashes.data[order[at] as number] as number;
    ends[hash >>> 24] = at + 1;
    put24(bytes, 1024 + at * 5, hash);
    put16(bytes, 1024 + at * 5 + 3, rows.data[order[at] as number] as number);
  }
  writeEnds(bytes, ends);
  return { at: out.add(bytes), count };
}

/** The lower bytes of a number. Buffer's own methods check what is known here, and are much code for each place that has them. */
function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function put24(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value);
  bytes[at + 2] = value >>> 16;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put24(bytes, at, value);
  bytes[at + 3] = value >>> 24;
}

/** Adds the rows of a hash. */
export function addHashRows(file: PagedFile, { at, count }: HashList, hash: number, into: Rows): void {
  if (count < bucketsFrom) {
    for (let number = lowerBound(file, at, count, hash); number < count; number++) {
      if (file.u32(at + number * 4) !== hash) return;
      addRow(into, file.u16(at + count * 4 + number * 2));
    }
    return;
  }
  const bucket = hash >>> 24;
  const from = bucket === 0 ? 0 : file.u32(at + (bucket - 1) * 4);
  const to = file.u32(at + bucket * 4);
  if (to < from || to > count) throw new SegmentDamage('a list of hashes does not read');
  const bytes = file.bytes(at + 1024 + from * 5, (to - from) * 5);
  const low = hash & 0xffffff;
  for (let place = 0; place < bytes.length; place += 5) {
    if (bytes.readUIntLE(place, 3) === low) addRow(into, bytes.readUInt16LE(place + 3));
  }
}

/** Memory for the pairs of one list: those of hundreds of segments come one after the other, and freeing memory takes longer than reading. */
const room = { hashes: new Uint32Array(0), rows: new Uint16Array(0), places: new Uint32Array(0) };

/** Pairs of a list in memory that the next call uses again. */
export function pairsRoom(count: number): typeof room {
  if (room.rows.length < count) {
    room.hashes = new Uint32Array(count);
    room.rows = new Uint16Array(count);
    room.places = new Uint32Array(count);
  }
  return room;
}

/** The pairs whose hashes' upper eight bits lie from `from` up to, not including, `to`; with their places where they are known. As HashedRows says. */
export function readPairs(file: PagedFile, list: HashList, from: number, to: number, withPlaces: boolean): HashedPairs {
  const { at, count, orders } = list;
  const few = count < bucketsFrom;
  const [first, end] = few ? [0, count] : bucketsBetween(file, list, from, to);
  const { hashes, rows, places } = pairsRoom(end - first);
  if (few) readFew(file, list, hashes, rows);
  else readBuckets(file.view(at + 1024 + first * 5, (end - first) * 5), bucketEnds(file, list, from, to), from, room);
  if (hashes[0] === 0) markZeros(hashes, end - first);
  if (withPlaces && orders) readPlaces(file.view(orders.at + first * 3, (end - first) * 3), places, end - first);
  const pairs = { hashes, rows, places, count: end - first };
  return few && (from > 0 || to < 256) ? pairsWithin(pairs, from, to) : pairs;
}

/** Keeps those between two upper bytes, in their places. */
function pairsWithin({ hashes, rows, places, count }: HashedPairs, from: number, to: number): HashedPairs {
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const upper = (hashes[at] as number) >>> 24;
    if (upper < from || upper >= to) continue;
    hashes[kept] = hashes[at] as number;
    rows[kept] = rows[at] as number;
    places[kept++] = places[at] as number;
  }
  return { hashes, rows, places, count: kept };
}

/** Zero stands for no hash. */
function markZeros(hashes: Uint32Array, count: number): void {
  for (let at = 0; at < count && hashes[at] === 0; at++) hashes[at] = 1;
}

function readFew(file: PagedFile, { at, count }: HashList, hashes: Uint32Array, rows: Uint16Array): void {
  const bytes = file.bytes(at, count * 6);
  for (let number = 0; number < count; number++) {
    hashes[number] = bytes.readUInt32LE(number * 4);
    rows[number] = bytes.readUInt16LE(count * 4 + number * 2);
  }
}

function bucketsBetween(file: PagedFile, { at, count }: HashList, from: number, to: number): readonly [number, number] {
  const first = from === 0 ? 0 : file.u32(at + (from - 1) * 4);
  const end = file.u32(at + (to - 1) * 4);
  if (end < first || end > count) throw new SegmentDamage('a list of hashes does not read');
  return [first, end];
}

/** Of each bucket where it ends. */
function bucketEnds(file: PagedFile, { at, count }: HashList, from: number, to: number): Uint32Array {
  const ends = new Uint32Array(to - from);
  for (let bucket = from; bucket < to; bucket++) ends[bucket - from] = Math.min(count, file.u32(at + bucket * 4));
  return ends;
}

function readBuckets(bytes: Uint8Array, ends: Uint32Array, from: number, { hashes, rows }: typeof room): void {
  const total = bytes.length / 5;
  const first = (ends.at(-1) as number) - total;
  let number = 0;
  let place = 0;
  for (let bucket = 0; bucket < ends.length; bucket++) {
    const upper = (from + bucket) * 0x1000000;
    const end = (ends[bucket] as number) - first;
    for (; number < end; number++, place += 5) {
      const lower =
        (bytes[place] as number) | ((bytes[place + 1] as number) << 8) | ((bytes[place + 2] as number) << 16);
      hashes[number] = upper + lower;
      rows[number] = (bytes[place + 3] as number) | ((bytes[place + 4] as number) << 8);
    }
  }
}

function readPlaces(bytes: Uint8Array, places: Uint32Array, count: number): void {
  for (let number = 0, at = 0; number < count; number++, at += 3) {
    places[number] = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  }
}

/** Words a step. */
const step = 50_000;

/** Stops now and then, so that others may run: a field has some hundred thousand words. */
export function* writeWordList(
  out: FileParts,
  hashes: Words32,
  numbers: Words16 | Words32,
  width: 2 | 3,
): Generator<void, WordList> {
  const order = sortedPairs(hashes, numbers, true);
  yield;
  const count = order.length;
  const bits = Math.max(0, Math.min(20, Math.ceil(Math.log2(Math.max(1, count / bucketWords)))));
  const size = 1 + width;
  const head = 4 * 2 ** bits;
  const bytes = Buffer.alloc(head + count * size);
  const ends = new Uint32Array(2 ** bits);
  for (let at = 0; at < count; at++) {
    if (at % step === step - 1) yield;
    const hash = hashes.data[order[at] as number] as number;
    ends[bucketOf(hash, bits)] = at + 1;
    bytes[head + at * size] = markOf(hash, bits);
    const number = numbers.data[order[at] as number] as number;
    if (width === 2) put16(bytes, head + at * size + 1, number);
    else put24(bytes, head + at * size + 1, number);
  }
  writeEnds(bytes, ends);
  return { at: out.add(bytes), count, bits, width };
}

/** Numbers that may stand beside the hash. */
export function wordNumbers(file: PagedFile, { at, count, bits, width }: WordList, hash: number): number[] {
  const bucket = bucketOf(hash, bits);
  const from = bucket === 0 ? 0 : file.u32(at + (bucket - 1) * 4);
  const to = file.u32(at + bucket * 4);
  if (to < from || to > count) throw new SegmentDamage('a list of words does not read');
  const size = 1 + width;
  const bytes = file.bytes(at + 4 * 2 ** bits + from * size, (to - from) * size);
  const mark = markOf(hash, bits);
  const numbers: number[] = [];
  for (let place = 0; place < bytes.length; place += size) {
    if (bytes[place] === mark) numbers.push(bytes.readUIntLE(place + 1, width));
  }
  return numbers;
}

function bucketOf(hash: number, bits: number): number {
  return bits === 0 ? 0 : hash >>> (32 - bits);
}

function markOf(hash: number, bits: number): number {
  return (hash >>> (24 - bits)) & 0xff;
}

/** Buckets without anything end where the one before does. */
function writeEnds(bytes: Buffer, ends: Uint32Array): void {
  let end = 0;
  for (let bucket = 0; bucket < ends.length; bucket++) {
    end = Math.max(end, ends[bucket] as number);
    put32(bytes, bucket * 4, end);
  }
}

function lowerBound(file: PagedFile, at: number, count: number, hash: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (file.u32(at + middle * 4) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of all pairs, by hash, then number. `once`: pairs that came twice count once. */
function sortedPairs(hashes: Words32, numbers: Words16 | Words32, once: boolean): Uint32Array {
  const { count } = hashes;
  let order = new Uint32Array(count);
  for (let at = 0; at < count; at++) order[at] = at;
  if (!ascends(numbers)) order = sortedWhole(order, numbers.data);
  order = sortedWhole(order, hashes.data);
  if (!once) return order;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const place = order[at] as number;
    const before = order[kept - 1] ?? -1;
    if (before >= 0 && hashes.data[before] === hashes.data[place] && numbers.data[before] === numbers.data[place])
      continue;
    order[kept++] = place;
  }
  return order.subarray(0, kept);
}

function sortedWhole(order: Uint32Array, keys: Uint32Array | Uint16Array): Uint32Array<ArrayBuffer> {
  return sortedBy(sortedBy(sortedBy(order, keys, 0), keys, 11), keys, 22);
}

function ascends({ data, count }: Words16 | Words32): boolean {
  for (let at = 1; at < count; at++) if ((data[at] as number) < (data[at - 1] as number)) return false;
  return true;
}

/** One step of a radix sort: by eleven bits, otherwise as they stood. */
function sortedBy(order: Uint32Array, keys: Uint32Array | Uint16Array, shift: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(2049);
  const { length } = order;
  for (let number = 0; number < length; number++) {
    const at = (((keys[order[number] as number] as number) >>> shift) & 2047) + 1;
    starts[at] = (starts[at] as number) + 1;
  }
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  const sorted = new Uint32Array(length);
  for (let number = 0; number < length; number++) {
    const place = order[number] as number;
    const key = ((keys[place] as number) >>> shift) & 2047;
    sorted[starts[key] as number] = place;
    starts[key] = (starts[key] as number) + 1;
  }
  return sorted;
}
