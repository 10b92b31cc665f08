import { createHash } from 'node:crypto';
import { constants, createReadStream, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Instant } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { syncPath } from './sync-path.ts';

/** What a backup holds, as its `backup.json` tells. */
export type BackupSummary = z.infer<typeof backupSummary>;

export const backupSummary = z.object({
  format: z.literal(1),
  /** When it was begun, ms. */
  at: z.number(),
  documents: z.int().min(0),
  files: z.array(
    z.object({ path: z.string().min(1), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

/** Written last: a backup without it was not finished. */
export const summaryFile = 'backup.json';

/** Files that belong to the running process, or whose content is in the copy of the database. */
const left = /^(lock|acknowledged|control|restored\.json|documents\.sqlite(-wal|-shm|-journal)?)$|\.tmp$/;

export interface BackupParts {
  readonly dir: string;
  readonly target: string;
  readonly at: Instant;
  /** Copies the database as it stands at one moment. */
  readonly copyDatabase: (path: string) => Promise<void>;
  /** Reads the copy, checks its sums, and answers how many documents it holds. Throws 'data-folder-broken'. */
  readonly checkDatabase: (path: string) => number;
}

/**
 * Copies a data folder that is in use. The database is copied as of one moment; search indexes beside it never change, and one
 * that came or went meanwhile is made anew from the documents. Throws 'bad-request' where the target cannot take it, and what
 * copying throws; then nothing stays of it.
 */
export async function backupFolder(parts: BackupParts): Promise<BackupSummary> {
  const { dir, at } = parts;
  const target = resolve(parts.target);
  await claimTarget(target, dir);
  try {
    const database = join(target, 'documents.sqlite');
    await parts.copyDatabase(database);
    const documents = parts.checkDatabase(database);
    const files = [await describeFile(target, 'documents.sqlite')];
    for (const path of await filesBelow(dir)) {
      if (await copyOne(join(dir, path), join(target, path))) files.push(await describeFile(target, path));
    }
    const made: BackupSummary = { format: 1, at, documents, files };
    await writeFile(join(target, summaryFile), `${JSON.stringify(made, null, 1)}\n`, { flag: 'wx', flush: true });
    return made;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

async function claimTarget(target: string, dir: string): Promise<void> {
  const inside = relative(resolve(dir), target);
  if (!inside.startsWith('..') && !inside.startsWith(sep)) {
    throw refusal(`${target} lies in the data folder itself: choose a folder outside of it`);
  }
  if (!(await isEmpty(target))) throw refusal(`${target} is not empty: give a new folder for each backup`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(target, { recursive: true });
    // Documents, and the key of the channels' secrets.
    await chmod(target, 0o700);
  } catch (error) {
    throw refusal(`${target} cannot be made: ${reasonOf(error)}`);
  }
}

/** A missing folder counts as empty. */
export async function isEmpty(dir: string): Promise<boolean> {
  try {
    return (await readdir(dir)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw refusal(`${dir} cannot be used: ${reasonOf(error)}`);
  }
}

async function filesBelow(dir: string, below = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of (await readdir(join(dir, below), { withFileTypes: true })) as Dirent[]) {
    if (below === '' && left.test(entry.name)) continue;
    const path = join(below, entry.name);
    if (entry.isDirectory()) paths.push(...(await filesBelow(dir, path)));
    else if (entry.isFile() && !entry.name.endsWith('.tmp')) paths.push(path);
  }
  return paths;
}

/** False where the file is not there (any more). */
export async function copyOne(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await syncPath(to);
  return true;
}

export async function describeFile(dir: string, path: string): Promise<BackupSummary['files'][number]> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(dir, path), { highWaterMark: 1024 * 1024 }), hash);
  return { path, bytes: (await stat(join(dir, path))).size, sha256: hash.digest('hex') };
}

export function refusal(message: string): TrailhoundError {
  return new TrailhoundError('bad-request', message);
}
