import { createHash } from 'node:crypto';
import { constants, createReadStream, type Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Instant } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';

/** What a backup holds, as its `backup.json` tells. */
export type BackupSummary = z.infer<typeof summary>;

const summary = z.object({
  format: z.literal(1),
  /** When it was begun, ms. */
  at: z.number(),
  documents: z.int().min(0),
  files: z.array(
    z.object({ path: z.string().min(1), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

/** Written last: a backup without it was not finished. */
const summaryFile = 'backup.json';

/** Files that belong to the running process, or whose content is in the copy of the database. */
const left = /^(lock|acknowledged|control|documents\.sqlite(-wal|-shm|-journal)?)$|\.tmp$/;

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
    const files = [await describe(target, 'documents.sqlite')];
    for (const path of await filesBelow(dir)) {
      if (await copyOne(join(dir, path), join(target, path))) files.push(await describe(target, path));
    }
    const made: BackupSummary = { format: 1, at, documents, files };
    await writeFile(join(target, summaryFile), `${JSON.stringify(made, null, 1)}\n`, { flag: 'wx', flush: true });
    return made;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a data folder of a backup. The folder must be missing or empty; it appears all at once or not at all. Throws
 * 'bad-request' (no backup, or the folder is not empty) and 'data-folder-broken' (a file is not the one that was saved).
 */
export async function restoreFolder(backup: string, dir: string): Promise<BackupSummary> {
  const from = resolve(backup);
  const target = resolve(dir);
  const made = await readSummary(from);
  if (!(await isEmpty(target))) {
    throw refusal(`${target} is not empty: move it away, or restore into another folder with --data`);
  }
  const growing = `${target}.restoring`;
  await rm(growing, { recursive: true, force: true });
  try {
    await mkdir(growing, { recursive: true, mode: 0o700 });
    for (const { path, bytes, sha256 } of made.files) {
      const to = within(growing, path);
      if (!(await copyOne(join(from, path), to))) throw damaged(from, path, 'it is missing');
      const copied = await describe(growing, path);
      if (copied.sha256 !== sha256 || copied.bytes !== bytes) throw damaged(from, path, 'it is not what was saved');
    }
    await rm(target, { recursive: true, force: true });
    await rename(growing, target);
    return made;
  } catch (error) {
    await rm(growing, { recursive: true, force: true });
    throw error;
  }
}

async function readSummary(from: string): Promise<BackupSummary> {
  let text: string;
  try {
    text = await readFile(join(from, summaryFile), 'utf8');
  } catch (error) {
    throw refusal(`${from} is no finished backup: ${reasonOf(error)}`);
  }
  try {
    return summary.parse(JSON.parse(text));
  } catch {
    throw damaged(from, summaryFile, 'it cannot be read');
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
async function isEmpty(dir: string): Promise<boolean> {
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
async function copyOne(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const file = await open(to, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
}

async function describe(dir: string, path: string): Promise<BackupSummary['files'][number]> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(dir, path), { highWaterMark: 1024 * 1024 }), hash);
  return { path, bytes: (await stat(join(dir, path))).size, sha256: hash.digest('hex') };
}

/** A backup may come from anywhere: its list of files must not reach outside of the new folder. */
function within(dir: string, path: string): string {
  const full = resolve(dir, path);
  if (!full.startsWith(dir + sep)) throw refusal(`the backup names a file outside of itself: ${path}`);
  return full;
}

function refusal(message: string): TrailhoundError {
  return new TrailhoundError('bad-request', message);
}

function damaged(from: string, path: string, what: string): TrailhoundError {
  return new TrailhoundError('data-folder-broken', `the backup ${from} is damaged: ${path}: ${what}`);
}
