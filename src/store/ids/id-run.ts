import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Position } from '../store.ts';
import { bloomBytes, bloomHas } from './id-bloom.ts';
import type { IdList } from './id-list.ts';
import { recordBytes, recordHash, recordOffset } from './id-record.ts';

/** One run in the manifest. Ids of the rows behind `after` up to `last` are in it. */
export interface IdRunRow {
  readonly after: Position;
  readonly last: Position;
  /** Of its file in the folder; never used twice. */
  readonly name: string;
  readonly rows: number;
  /** The crc32 of what is kept in memory of it. */
  readonly sum: number;
}

/** What was read of a run is not what was written: it is of no use, the blocks hold the ids too. */
export class IdRunDamage extends Error {}

/** Records that are read and checked together: one small read for a look-up. */
export const stretchRecords = 128;
export const stretchBytes = stretchRecords * recordBytes;

/** Of each stretch: the upper 32 bits of its first hash, and its crc32. */
export const fenceBytes = 8;

/**
 * A run: records in the order of their hashes, then its Bloom filter, then a fence a stretch. Filter and fences, some 2.1 bytes an
 * id, are read when it is opened; records only when the filter lets a hash pass. Throws IdRunDamage, and what opening a file throws.
 */
export function openIdRun(path: string, { after, last, rows, sum }: IdRunRow): IdList {
  const fd = openSync(path, 'r');
  try {
    const stretches = Math.ceil(rows / stretchRecords);
    const filterAt = rows * recordBytes;
    const filterLength = bloomBytes(rows);
    const kept = new ArrayBuffer(filterLength + stretches * fenceBytes);
    const bytes = Buffer.from(kept);
    const size = filterAt + kept.byteLength;
    if (fstatSync(fd).size !== size || readSync(fd, bytes, 0, kept.byteLength, filterAt) !== kept.byteLength)
      throw new IdRunDamage(`${path} is cut off`);
    if (crc32(bytes) !== sum) throw new IdRunDamage(`${path} is not what was written`);
    const bloom = new Uint32Array(kept, 0, filterLength / 4);
    const fences = new Uint32Array(kept, filterLength);
    let closed = false;
    const read = stretchReader(() => (closed ? undefined : fd), path, rows, fences);
    return {
      after,
      last,
      rows,
      find(hash, found) {
        if (bloomHas(bloom, hash)) lookUp(hash, fences, read, (offset) => found.push(after + offset));
      },
      *records() {
        for (let at = 0; at < stretches; at += readAhead) yield read(at, Math.min(stretches, at + readAhead));
      },
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

/** Stretches that are read together when all are. */
const readAhead = 64;

/** Reads and checks the stretches from one up to another. */
type ReadStretches = (from: number, to: number) => Buffer;

/** `file`: undefined once it is closed; its number may be another file's then. */
function stretchReader(file: () => number | undefined, path: string, rows: number, fences: Uint32Array): ReadStretches {
  return (from, to) => {
    const start = from * stretchBytes;
    const fd = file();
    if (fd === undefined) throw new IdRunDamage(`${path} is closed`);
    const bytes = Buffer.allocUnsafe(Math.min(to * stretchBytes, rows * recordBytes) - start);
    if (readSync(fd, bytes, 0, bytes.length, start) !== bytes.length) throw new IdRunDamage(`${path} is cut off`);
    for (let stretch = from; stretch < to; stretch++) {
      const at = (stretch - from) * stretchBytes;
      if (crc32(bytes.subarray(at, at + stretchBytes)) !== fences[stretch * 2 + 1])
        throw new IdRunDamage(`${path} is damaged at ${stretch * stretchBytes}`);
    }
    return bytes;
  };
}

/** Equal hashes may stand on both sides of a fence. */
function lookUp(hash: number, fences: Uint32Array, read: ReadStretches, tell: (offset: number) => void): void {
  const high = Math.floor(hash / 0x1_0000);
  const stretches = fences.length / 2;
  let low = 0;
  let end = stretches;
  // The first stretch that begins with this or more.
  while (low < end) {
    const middle = (low + end) >> 1;
    if ((fences[middle * 2] as number) < high) low = middle + 1;
    else end = middle;
  }
  for (let stretch = Math.max(0, low - 1); stretch < stretches; stretch++) {
    if ((fences[stretch * 2] as number) > high) return;
    const bytes = read(stretch, stretch + 1);
    for (let at = 0; at < bytes.length; at += recordBytes) {
      if (bytes.readUInt32LE(at) === high && recordHash(bytes, at) === hash) tell(recordOffset(bytes, at));
    }
  }
}
