import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { yieldToLoop } from '../../base/clock.ts';
import { syncPath } from '../sync-path.ts';
import { addToBloom, makeBloom } from './id-bloom.ts';
import type { IdList } from './id-list.ts';
import { recordBytes, recordHash, recordOffset, writeRecord } from './id-record.ts';
import { fenceBytes, type IdRunRow, stretchBytes, stretchRecords } from './id-run.ts';

/**
 * Writes lists whose ranges follow one another as one run, durably, and answers its row for the manifest. Throws what writing
 * throws (nothing stays then), and IdRunDamage of a list that is a run itself.
 */
export async function writeIdRun(folder: string, lists: readonly IdList[]): Promise<IdRunRow> {
  const after = lists[0]?.after ?? 0;
  const last = lists.at(-1)?.last ?? after;
  const name = `${after}-${last}-${randomBytes(6).toString('hex')}`;
  const temporary = join(folder, `${name}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    let row: IdRunRow;
    try {
      row = await writeParts(file, lists, { after, last, name });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
    await syncPath(folder);
    return row;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Stretches that are merged and written at a time: some 3 ms of work, then others may run. */
const stretchesAStep = 64;

async function writeParts(
  file: FileHandle,
  lists: readonly IdList[],
  range: Pick<IdRunRow, 'after' | 'last' | 'name'>,
): Promise<IdRunRow> {
  const rows = lists.reduce((sum, list) => sum + list.rows, 0);
  const bloom = makeBloom(rows);
  const fences = Buffer.alloc(Math.ceil(rows / stretchRecords) * fenceBytes);
  const next = merged(lists, range.after);
  const step = Buffer.allocUnsafe(stretchesAStep * stretchBytes);
  for (let written = 0; written < rows; written += stretchesAStep * stretchRecords) {
    const count = Math.min(rows - written, stretchesAStep * stretchRecords);
    for (let record = 0; record < count; record++) addToBloom(bloom, next(step, record * recordBytes));
    for (let at = 0; at < count * recordBytes; at += stretchBytes) {
      const stretch = step.subarray(at, Math.min(at + stretchBytes, count * recordBytes));
      const fence = (written / stretchRecords + at / stretchBytes) * fenceBytes;
      fences.writeUInt32LE(stretch.readUInt32LE(0), fence);
      fences.writeUInt32LE(crc32(stretch), fence + 4);
    }
    await file.writeFile(step.subarray(0, count * recordBytes));
    await yieldToLoop();
  }
  const filter = Buffer.from(bloom.buffer);
  await file.writeFile(filter);
  await file.writeFile(fences);
  return { ...range, rows, sum: crc32(fences, crc32(filter)) };
}

/** Writes the record with the lowest hash of all that are left to a place, and answers its hash. */
function merged(lists: readonly IdList[], after: number): (bytes: Buffer, at: number) => number {
  const heads = lists.filter((list) => list.rows > 0).map((list) => recordsOf(list, list.after - after));
  return (bytes, at) => {
    let lowest: Head | undefined;
    for (const head of heads) if (head.hash < (lowest?.hash ?? Number.POSITIVE_INFINITY)) lowest = head;
    if (!lowest) throw new Error('a list of ids holds less than it says');
    const { hash } = lowest;
    writeRecord(bytes, at, hash, lowest.offset);
    lowest.move();
    return hash;
  };
}

interface Head {
  /** Infinity at the end. */
  hash: number;
  offset: number;
  move(): void;
}

function recordsOf(list: IdList, shift: number): Head {
  const parts = list.records()[Symbol.iterator]();
  let part: Buffer = Buffer.alloc(0);
  let at = 0;
  const head: Head = {
    hash: 0,
    offset: 0,
    move() {
      if (at >= part.length) {
        const { done, value } = parts.next();
        part = done ? Buffer.alloc(0) : value;
        at = 0;
      }
      head.hash = part.length === 0 ? Number.POSITIVE_INFINITY : recordHash(part, at);
      head.offset = part.length === 0 ? 0 : recordOffset(part, at) + shift;
      at += recordBytes;
    },
  };
  head.move();
  return head;
}
