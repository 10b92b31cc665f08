import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../../base/errors.ts';
import type { Position } from '../store.ts';
import { syncPath } from '../sync-path.ts';
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
  /** Adds a row and takes others away, both or none. */
  add(row: SegmentRow, instead: readonly Position[]): void;
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
  /** `instead`: those that the new one replaces, by their `after`. */
  add(
    range: { readonly after: Position; readonly last: Position },
    file: SegmentFile,
    instead?: readonly Position[],
  ): Promise<void>;
  drop(after: Position): void;
  /** Forgets pages that were not read since the call before. */
  age(): void;
  /** No search is running that began before: what was dropped may be closed, which gives its space back. */
  release(): void;
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
  age: () => {},
  release: () => {},
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
  const files = openedFiles(folder);
  let key: HashKey | undefined;

  const part = (row: SegmentRow, forget: () => void): void => {
    try {
      forget();
      files.part(row);
    } catch (error) {
      complain(`a search index that is of no use could not be removed: ${reasonOf(error)}`);
    }
  };
  const drop = (after: Position): void => {
    const row = rows.find((one) => one.after === after);
    if (!row) return;
    rows = rows.filter((one) => one !== row);
    part(row, () => manifest.remove(after));
  };
  const openRow = (row: SegmentRow): readonly SealedSegment[] => {
    try {
      return [files.open(row)];
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
      for (const row of key ? [] : rows) key ??= openRow(row)[0]?.key;
      key ??= newHashKey();
      return key;
    },
    async add({ after, last }, file, instead = []) {
      const name = `${after}-${last}-${randomBytes(6).toString('hex')}`;
      const row = { after, last, name, bytes: file.bytes.length, sum: file.sum, format: segmentFormat };
      await writeDurably(folder, name, file.bytes);
      await listOrRemove(() => manifest.add(row, instead), join(folder, name));
      const gone = rows.filter((one) => instead.includes(one.after));
      rows = [...rows.filter((one) => !gone.includes(one)), row].sort((a, b) => a.after - b.after);
      for (const one of gone) part(one, () => {});
    },
    drop,
    age: files.age,
    release: files.release,
    close: files.close,
  };
}

/** Segments that were asked for, by row. */
function openedFiles(folder: string) {
  const cache = makeSegmentCache();
  const opened = new Map<SegmentRow, SealedSegment>();
  /** Parted with while a search may still read them. */
  const parted: SealedSegment[] = [];
  const release = (): void => {
    for (const segment of parted.splice(0)) segment.close();
  };
  return {
    open(row: SegmentRow): SealedSegment {
      const segment = opened.get(row) ?? openSealedSegment(join(folder, row.name), row.sum, cache);
      opened.set(row, segment);
      return segment;
    },
    part(row: SegmentRow): void {
      const segment = opened.get(row);
      opened.delete(row);
      if (segment) parted.push(segment);
      rmSync(join(folder, row.name), { force: true });
    },
    age: cache.pages.age,
    release,
    close(): void {
      release();
      for (const segment of opened.values()) segment.close();
      opened.clear();
    },
  };
}

/** A file that could not be listed would only take space. */
async function listOrRemove(list: () => void, path: string): Promise<void> {
  try {
    list();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
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
  await syncPath(folder);
}
