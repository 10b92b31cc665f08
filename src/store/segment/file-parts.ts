import { crc32 } from 'node:zlib';
import { pageBytes } from './paged-file.ts';

/** The parts of a segment file while it is written. */
export interface FileParts {
  /** Answers the offset, always a multiple of 8. The same bytes are written once. */
  add(bytes: Uint8Array): number;
  /** The whole file, with the checksums that PagedFile reads. Stops now and then, so that others may run. */
  finish(): Generator<void, SegmentFile>;
}

export interface SegmentFile {
  readonly bytes: Buffer;
  /** What the checksums of its pages must add up to. */
  readonly sum: number;
}

/** Shorter ones are not worth remembering. */
const sharedFrom = 16;

export function makeFileParts(): FileParts {
  const parts: Uint8Array[] = [];
  const known = new Map<number, { readonly at: number; readonly bytes: Uint8Array }>();
  let size = 0;
  return {
    add(bytes) {
      const hash = bytes.length < sharedFrom ? 0 : crc32(bytes);
      const same = bytes.length < sharedFrom ? undefined : known.get(hash);
      if (same && Buffer.compare(same.bytes, bytes) === 0) return same.at;
      const at = size;
      if (bytes.length >= sharedFrom && !same) known.set(hash, { at, bytes });
      parts.push(bytes);
      size += bytes.length;
      const pad = (8 - (size % 8)) % 8;
      if (pad > 0) parts.push(new Uint8Array(pad));
      size += pad;
      return at;
    },
    finish: () => finish(parts, size),
  };
}

/** Pages a step: some milliseconds. */
const pagesAStep = 256;

function* finish(parts: readonly Uint8Array[], size: number): Generator<void, SegmentFile> {
  const pages = Math.ceil(size / pageBytes);
  const tailBytes = pages * 4 + 8;
  const bytes = Buffer.allocUnsafeSlow(size + tailBytes);
  let at = 0;
  let next = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
    if (at < next) continue;
    next = at + pagesAStep * pageBytes;
    yield;
  }
  const sums = bytes.subarray(size, size + pages * 4);
  for (let page = 0; page < pages; page++) {
    const end = Math.min(size, (page + 1) * pageBytes);
    sums.writeUInt32LE(crc32(bytes.subarray(page * pageBytes, end)), page * 4);
    if (page % pagesAStep === pagesAStep - 1) yield;
  }
  const sum = crc32(sums);
  bytes.writeUInt32LE(sum, size + pages * 4);
  bytes.writeUInt32LE(pages, size + pages * 4 + 4);
  return { bytes, sum };
}
