import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../../base/errors.ts';
import type { Position } from '../store.ts';
import { segmentFormat } from './directory.ts';
import type { SegmentFile } from './file-parts.ts';
import { type HashKey, makeHashKey } from './hash.ts';
import { makeSegmentCache, openSealedSegment, type SealedSegment } from './sealed-segment.ts';

/** One sealed segment in the manifest. Documents behind `after` up to `last` are in it. */
export interface SegmentRow {
  readonly after: Position;
  readonly last: Position;
  /** Of its file in the folder; never used twice. */
  readonly name: string;
  readonly bytes: number;
  /** What the file's checksums must add up to. */
  readonly sum: number;
  /** Absent in the first. */
  readonly format?: number;
}

/** The rows of the manifest, durable together with the documents. */
export interface Manifest {
  rows(): readonly SegmentRow[];
  add(row: SegmentRow): void;
  remove(after: Position): void;
}

/** Sealed segments: files in a folder, named by the manifest. */
export interface SegmentShelf {
  /** In order of arrival. */
  list(): readonly SegmentRow[];
  /** Those of them that can be read; one that cannot is dropped. */
  open(): readonly SealedSegment[];
  holds(after: Position): boolean;
  /** What the texts of all its segments are hashed with. */
  key(): HashKey;
  add(range: { readonly after: Position; readonly last: Position }, file: SegmentFile): Promise<void>;
  drop(after: Position): void;
  close(): void;
}

/** No segment is kept. */
export const noSegmentShelf: SegmentShelf = {
  list: () => [],
  open: () => [],
  holds: () => false,
  key: newHashKey,
  add: async () => {},
  drop: () => {},
  close: () => {},
};

/**
 * Files without a row were not finished, or their row is gone: they are deleted; so are those of another format. Throws what
 * making the folder throws.
 */
export function openSegmentShelf(
  folder: string,
  manifest: Manifest,
  complain: (message: string) => void,
): SegmentShelf {
  mkdirSync(folder, { recursive: true });
  const listed = manifest.rows();
  let rows = listed.filter(({ format }) => format === segmentFormat).sort((a, b) => a.after - b.after);
  for (const row of listed) if (!rows.includes(row)) manifest.remove(row.after);
  const named = new Set(rows.map((row) => row.name));
  for (const name of readdirSync(folder)) if (!named.has(name)) rmSync(join(folder, name), { recursive: true });
  const cache = makeSegmentCache();
  let key: HashKey | undefined;
  const opened = new Map<Position, SealedSegment>();
  /** Dropped while a search may still read them: closed with the store. */
  const parted: SealedSegment[] = [];

  const drop = (after: Position): void => {
    const row = rows.find((one) => one.after === after);
    if (!row) return;
    rows = rows.filter((one) => one !== row);
    const segment = opened.get(after);
    opened.delete(after);
    if (segment) parted.push(segment);
    try {
      manifest.remove(after);
      rmSync(join(folder, row.name), { force: true });
    } catch (error) {
      complain(`a search index that is of no use could not be removed: ${reasonOf(error)}`);
    }
  };
  const openRow = (row: SegmentRow): readonly SealedSegment[] => {
    const known = opened.get(row.after);
    if (known) return [known];
    try {
      const segment = openSealedSegment(join(folder, row.name), row.sum, cache);
      opened.set(row.after, segment);
      return [segment];
    } catch (error) {
      complain(`a search index cannot be read and is made anew: ${reasonOf(error)}`);
      drop(row.after);
      return [];
    }
  };
  return {
    list: () => rows,
    open: () => rows.flatMap(openRow),
    holds: (after) => rows.some((row) => row.after === after),
    key: () => {
      key ??= rows.flatMap(openRow)[0]?.key ?? newHashKey();
      return key;
    },
    async add({ after, last }, { bytes, sum }) {
      const name = `${after}-${last}-${randomBytes(6).toString('hex')}`;
      const row = { after, last, name, bytes: bytes.length, sum, format: segmentFormat };
      await writeDurably(folder, row.name, bytes);
      manifest.add(row);
      rows = [...rows, row].sort((a, b) => a.after - b.after);
    },
    drop,
    close() {
      for (const segment of [...opened.values(), ...parted]) segment.close();
      opened.clear();
    },
  };
}

function newHashKey(): HashKey {
  return makeHashKey(randomBytes(4).readUInt32LE());
}

async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const temporary = join(folder, `${name}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
