import { existsSync, readFileSync, renameSync } from 'node:fs';
import { access, constants, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Instant } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { type BackupSummary, backupSummary, copyOne, describeFile, isEmpty, refusal, summaryFile } from './backup.ts';
import { syncPath } from './sync-path.ts';

/** What was restored: the backup's summary, and where the folder that stood there before is now. */
export interface Restored extends BackupSummary {
  readonly before?: string;
}

/** A data folder that was made of a backup and checked, and is not in its place yet. */
export interface StagedRestore {
  /** The folder that will be put in its place. */
  readonly dir: string;
  /**
   * Puts it in its place, which nobody may be using. A folder that stands there is kept beside it, under a name with `at`.
   * Throws 'bad-request' where the file system refuses; then what stood there stands there again.
   */
  putInPlace(at: Instant): Promise<Restored>;
  /** Removes what was made. */
  drop(): Promise<void>;
}

/** Written into the new folder right before the exchange; names where the one before it goes. */
const exchangeFile = 'restored.json';

/**
 * Makes a data folder of a backup, beside the place it is for, and checks each file: the folder itself may be in use meanwhile.
 * `replace`: a folder with something in it may stand there. Throws 'bad-request' (no backup, the place is taken, or cannot be
 * exchanged) and 'data-folder-broken' (a file is not the one that was saved); then nothing stays of the try.
 */
export async function stageRestore(backup: string, dir: string, replace: boolean): Promise<StagedRestore> {
  const from = resolve(backup);
  const target = await placeOf(dir);
  const made = await readSummary(from);
  if (!(await isEmpty(target))) {
    if (!replace)
      throw refusal(
        `${target} is not empty: move it away, restore into another folder with --data, or let --replace keep what it holds beside it`,
      );
    await checkExchange(target);
  }
  const growing = stagingOf(target);
  const drop = (): Promise<void> => rm(growing, { recursive: true, force: true });
  await drop();
  try {
    await mkdir(growing, { recursive: true, mode: 0o700 });
    for (const { path, bytes, sha256 } of made.files) {
      const to = within(growing, path);
      if (!(await copyOne(join(from, path), to))) throw damaged(from, path, 'it is missing');
      const copied = await describeFile(growing, path);
      if (copied.sha256 !== sha256 || copied.bytes !== bytes) throw damaged(from, path, 'it is not what was saved');
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return { dir: growing, putInPlace: (at) => putInPlace(made, target, at), drop };
}

/**
 * Ends the exchange of folders where a process was killed in the middle of it: the former folder has its new name, and the new
 * one is not in its place yet. Call before a data folder is opened.
 */
export function finishRestore(dir: string): void {
  const target = resolve(dir);
  if (existsSync(target)) return;
  const staged = stagingOf(target);
  try {
    const { before } = JSON.parse(readFileSync(join(staged, exchangeFile), 'utf8')) as { before?: unknown };
    if (typeof before === 'string' && existsSync(before)) renameSync(staged, target);
  } catch {
    // There was no exchange: the usual case.
  }
}

async function putInPlace(made: BackupSummary, target: string, at: Instant): Promise<Restored> {
  const staged = stagingOf(target);
  if (await isEmpty(target)) {
    await rm(target, { recursive: true, force: true });
    await rename(staged, target);
    await syncPath(dirname(target));
    return made;
  }
  const before = await freeName(target, at);
  try {
    await writeFile(join(staged, exchangeFile), `${JSON.stringify({ at: made.at, before })}\n`, { flush: true });
    await rename(target, before);
    await rename(staged, target);
    await syncPath(dirname(target));
  } catch (error) {
    if (!existsSync(target) && existsSync(before)) await rename(before, target);
    throw refusal(`${target} cannot be exchanged: ${reasonOf(error)}`);
  }
  return { ...made, before };
}

function stagingOf(target: string): string {
  return `${target}.restoring`;
}

async function freeName(target: string, at: Instant): Promise<string> {
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  for (let number = 1; ; number++) {
    const name = `${target}.before-${stamp}${number === 1 ? '' : `-${number}`}`;
    if (!existsSync(name)) return name;
  }
}

/** Where a link to the data folder leads: the folder is exchanged, not the link. */
async function placeOf(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch {
    return resolve(dir);
  }
}

/** Told before anything stops for it: a volume that is mounted there cannot be renamed, nor what lies in a closed folder. */
async function checkExchange(target: string): Promise<void> {
  const above = dirname(target);
  if ((await stat(target)).dev !== (await stat(above)).dev) {
    throw refusal(
      `${target} is a mounted volume, which cannot be exchanged: restore into another folder with --data, stop the process, and copy it there`,
    );
  }
  try {
    await access(above, constants.W_OK);
  } catch (error) {
    throw refusal(`${above} takes no new folder: ${reasonOf(error)}`);
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
    return backupSummary.parse(JSON.parse(text));
  } catch {
    throw damaged(from, summaryFile, 'it cannot be read');
  }
}

/** A backup may come from anywhere: its list of files must not reach outside of the new folder. */
function within(dir: string, path: string): string {
  const full = resolve(dir, path);
  if (!full.startsWith(dir + sep)) throw refusal(`the backup names a file outside of itself: ${path}`);
  return full;
}

function damaged(from: string, path: string, what: string): TrailhoundError {
  return new TrailhoundError('data-folder-broken', `the backup ${from} is damaged: ${path}: ${what}`);
}
