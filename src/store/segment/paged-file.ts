import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { limits } from '../../base/limits.ts';
import { type BoundedCache, boundedCache } from '../bounded-cache.ts';

/** A file that is read by pages, each checked when it is read. Throws SegmentDamage where a page is not what was written. */
export interface PagedFile {
  readonly size: number;
  /** Differs from that of every other file that was opened. */
  readonly number: number;
  u16(offset: number): number;
  u32(offset: number): number;
  f64(offset: number): number;
  /** A copy, or a view of one page. */
  bytes(offset: number, length: number): Buffer;
  /** The same in memory that the next call uses again, of whatever file: for long parts that are read over and over, and not kept. */
  view(offset: number, length: number): Buffer;
  close(): void;
}

/** What was read of a segment file is not what was written: the file is of no use, the documents are elsewhere. */
export class SegmentDamage extends Error {}

/** Questions touch few bytes in many places: with larger pages the cache holds mostly what nobody asked for. */
export const pageBytes = 4 * 1024;

/** A longer part is read at once and not kept: it would drive everything else out. */
const keptPages = 16;

/** One cache for all files: dictionaries and postings never lie in the heap beyond it. */
export type PageCache = BoundedCache<number, Buffer>;

export function makePageCache(): PageCache {
  return boundedCache(limits.segmentPagesMax);
}

let viewed = Buffer.alloc(0);

function viewRoom(length: number): Buffer {
  if (viewed.length < length) viewed = Buffer.allocUnsafeSlow(length);
  return viewed.subarray(0, length);
}

let files = 0;

/** For what has no file yet. */
export function fileNumber(): number {
  return files++;
}

/** A file ends with the crc32 of each page, then the crc32 of that list (which `sum` must be) and the number of pages. */
export function openPagedFile(path: string, sum: number, cache: PageCache): PagedFile {
  const fd = openSync(path, 'r');
  const number = fileNumber();
  try {
    const total = fstatSync(fd).size;
    const tail = Buffer.alloc(8);
    if (total < 8 || readSync(fd, tail, 0, 8, total - 8) !== 8) throw new SegmentDamage(`${path} is cut off`);
    const pages = tail.readUInt32LE(4);
    const size = total - 8 - pages * 4;
    const sums = Buffer.alloc(pages * 4 > total ? 0 : pages * 4);
    if (size < 0 || pages !== Math.ceil(size / pageBytes) || readSync(fd, sums, 0, sums.length, size) !== sums.length)
      throw new SegmentDamage(`${path} is cut off`);
    if (crc32(sums) !== sum || tail.readUInt32LE(0) !== sum) throw new SegmentDamage(`${path} is not what was written`);
    const key = number * 2 ** 20;
    let closed = false;
    // A number of a closed file may be that of another one.
    const descriptor = (): number => {
      if (closed) throw new SegmentDamage(`${path} is closed`);
      return fd;
    };
    return {
      ...pagedReads(descriptor, path, key, { size, sums }, cache),
      size,
      number,
      close() {
        if (!closed) closeSync(fd);
        closed = true;
      },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function pagedReads(
  fd: () => number,
  path: string,
  key: number,
  { size, sums }: { readonly size: number; readonly sums: Buffer },
  cache: PageCache,
): Pick<PagedFile, 'u16' | 'u32' | 'f64' | 'bytes' | 'view'> {
  const check = (page: Buffer, number: number): void => {
    if (crc32(page) !== sums.readUInt32LE(number * 4)) throw new SegmentDamage(`${path} is damaged in page ${number}`);
  };
  const load = (number: number): Buffer => {
    const known = cache.get(key + number);
    if (known) return known;
    const length = Math.min(pageBytes, size - number * pageBytes);
    if (length <= 0) throw new SegmentDamage(`${path} was asked for what lies behind its end`);
    const page = Buffer.allocUnsafeSlow(length);
    if (readSync(fd(), page, 0, length, number * pageBytes) !== length) throw new SegmentDamage(`${path} is cut off`);
    check(page, number);
    cache.set(key + number, page, length);
    return page;
  };
  const loadMany = (first: number, last: number, room: (length: number) => Buffer): Buffer => {
    const length = Math.min((last - first + 1) * pageBytes, size - first * pageBytes);
    const bytes = room(length);
    if (readSync(fd(), bytes, 0, length, first * pageBytes) !== length) throw new SegmentDamage(`${path} is cut off`);
    for (let at = 0; at < length; at += pageBytes) check(bytes.subarray(at, at + pageBytes), first + at / pageBytes);
    return bytes;
  };
  // Numbers never cross a page: they lie at multiples of their size.
  return {
    u16: (offset) => load(Math.floor(offset / pageBytes)).readUInt16LE(offset % pageBytes),
    u32: (offset) => load(Math.floor(offset / pageBytes)).readUInt32LE(offset % pageBytes),
    f64: (offset) => load(Math.floor(offset / pageBytes)).readDoubleLE(offset % pageBytes),
    bytes(offset, length) {
      if (length === 0) return Buffer.alloc(0);
      const start = offset % pageBytes;
      if (start + length <= pageBytes) return load(Math.floor(offset / pageBytes)).subarray(start, start + length);
      if (offset + length > size) throw new SegmentDamage(`${path} was asked for what lies behind its end`);
      const first = Math.floor(offset / pageBytes);
      const last = Math.floor((offset + length - 1) / pageBytes);
      if (last - first >= keptPages)
        return loadMany(first, last, Buffer.allocUnsafeSlow).subarray(start, start + length);
      const copy = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const at = offset + done;
        done += load(Math.floor(at / pageBytes)).copy(copy, done, at % pageBytes);
      }
      return copy.subarray(0, length);
    },
    view(offset, length) {
      if (length === 0) return Buffer.alloc(0);
      if (offset + length > size) throw new SegmentDamage(`${path} was asked for what lies behind its end`);
      const first = Math.floor(offset / pageBytes);
      const start = offset % pageBytes;
      const last = Math.floor((offset + length - 1) / pageBytes);
      return loadMany(first, last, viewRoom).subarray(start, start + length);
    },
  };
}
