import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { FileParts } from './file-parts.ts';
import { tells } from './grams.ts';
import { push16, type Words16, words16 } from './growing.ts';
import { type PagedFile, SegmentDamage } from './paged-file.ts';
import { type Rows, rowNumbers } from './rows.ts';
import type { Steps } from './steps.ts';

/**
 * The values of a column that hardly repeat, each with its row, where they take little room: names of objects, roles, hosts. A
 * pattern is put to them instead of to the documents. Random ones (ids, tokens) would take as many bytes as in the documents.
 */
export interface KeptTexts {
  /** ASCII, one after the other. */
  bytes: Buffer;
  size: number;
  readonly lengths: Words16;
  readonly rows: Words16;
  /** How many have letters enough to be names: who looks for numbers, times and ids looks for the whole. */
  telling: number;
}

/** In a file: brotli of lengths, rows (where they are not those that are known otherwise) and texts. */
export interface StoredTexts {
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
  readonly size: number;
  /** Rows stand beside the texts: some have several. */
  readonly rows: boolean;
}

export interface TextsEntry extends StoredTexts {
  /** Rows with a value that is not listed and not kept either. */
  readonly unkept: readonly [number, number];
}

/** Characters of a text that is kept: its length is one byte. */
const textMax = 255;
/** Of one column of one segment. */
const sizeMax = 4 * 1024 * 1024;
/** Compressed bytes a text: of UUIDs it is 18. */
const dearFrom = 16;
/** That tell something (grams.ts): a time has two. */
const lettersMin = 3;
/** Texts after which it is tried how small they become. */
const triedAt: readonly number[] = [256, 4096];

export function makeKeptTexts(): KeptTexts {
  return { bytes: Buffer.allocUnsafeSlow(4096), size: 0, lengths: words16(), rows: words16(), telling: 0 };
}

/** False where it is not kept: too long, or not ASCII. */
export function keepText(texts: KeptTexts, row: number, text: string): boolean {
  const { length } = text;
  if (length > textMax) return false;
  // Characters may take three bytes: what takes more than one each is not kept.
  if (texts.size + length * 3 > texts.bytes.length) {
    const longer = Buffer.allocUnsafeSlow(texts.bytes.length * 2);
    texts.bytes.copy(longer, 0, 0, texts.size);
    texts.bytes = longer;
  }
  if (texts.bytes.write(text, texts.size) !== length) return false;
  texts.size += length;
  push16(texts.lengths, length);
  push16(texts.rows, row);
  if (tells(text, lettersMin)) texts.telling++;
  return true;
}

/** Whether the texts proved to take too much room, or to tell nothing: asked after each. */
export function areDear(texts: KeptTexts): boolean {
  if (areLarge(texts)) return true;
  const {
    bytes,
    size,
    telling,
    rows: { count },
  } = texts;
  if (!triedAt.includes(count)) return false;
  return telling < count / 4 || compressed(bytes.subarray(0, size)).length > count * dearFrom;
}

export function areLarge({ size }: KeptTexts): boolean {
  return size > sizeMax;
}

/** The texts with their rows, in the order in which they came. Ends with those that come meanwhile. */
export function* eachKept(texts: KeptTexts, visit: (text: string, row: number) => void): Steps<void> {
  let from = 0;
  for (let at = 0; at < texts.rows.count; at++) {
    if (at % visitedAtOnce === visitedAtOnce - 1) yield;
    const to = from + (texts.lengths.data[at] as number);
    visit(texts.bytes.toString('latin1', from, to), texts.rows.data[at] as number);
    from = to;
  }
}

/** Values that are visited at a stretch: each may be asked a dear question. */
const visitedAtOnce = 512;

/** `known`: the rows of the texts, where each has one. */
export function writeTexts(out: FileParts, texts: KeptTexts, known: Rows): StoredTexts {
  const { bytes, size, rows, lengths } = texts;
  const { count } = rows;
  const listed = !isEach(rows, known);
  const head = Buffer.alloc(count * (listed ? 3 : 1));
  for (let at = 0; at < count; at++) {
    head[at] = lengths.data[at] as number;
    if (!listed) continue;
    // What differs from the row before, lower bytes first: that packs best.
    const step = (rows.data[at] as number) - (at === 0 ? 0 : (rows.data[at - 1] as number));
    head[count + at] = step;
    head[count * 2 + at] = step >> 8;
  }
  const packed = compressed(Buffer.concat([head, bytes.subarray(0, size)]));
  return { at: out.add(packed), bytes: packed.length, count, size, rows: listed };
}

/** As eachKept, of a file. */
export function* eachStored(
  file: PagedFile,
  { at, bytes, count, size, rows }: StoredTexts,
  known: () => Rows,
  visit: (text: string, row: number) => void,
): Steps<void> {
  const raw = unpacked(file.bytes(at, bytes), count * (rows ? 3 : 1) + size);
  const list = rows ? undefined : rowNumbers(known());
  if (list && list.length !== count) throw new SegmentDamage('kept values do not read');
  const text = raw.toString('latin1', raw.length - size);
  let row = 0;
  let from = 0;
  for (let number = 0; number < count; number++) {
    if (number % visitedAtOnce === visitedAtOnce - 1) yield;
    if (!list) row = (row + (raw[count + number] as number) + (raw[count * 2 + number] as number) * 256) & 0xffff;
    const to = from + (raw[number] as number);
    visit(text.slice(from, to), list ? (list[number] as number) : row);
    from = to;
  }
}

function isEach({ data, count }: Words16, known: Rows): boolean {
  const numbers = rowNumbers(known);
  if (numbers.length !== count) return false;
  for (let at = 0; at < count; at++) if (data[at] !== numbers[at]) return false;
  return true;
}

function compressed(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

function unpacked(packed: Buffer, length: number): Buffer {
  let raw: Buffer | undefined;
  try {
    raw = brotliDecompressSync(packed, { chunkSize: Math.max(1024, length) });
  } catch {}
  if (raw?.length !== length) throw new SegmentDamage('kept values do not read');
  return raw;
}
