import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { yieldToLoop } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { AcknowledgedFile } from './acknowledged.ts';
import { openAcknowledged, readAcknowledged } from './acknowledged.ts';
import { type BackupSummary, backupFolder } from './backup.ts';
import { type Core, openCore } from './core.ts';
import { type EventIds, openEventIds } from './embedded-ids.ts';
import type { LoadedFolder } from './embedded-load.ts';
import { asBroken, checkIds, loadFolder } from './embedded-load.ts';
import { makeManifest } from './embedded-manifest.ts';
import { broken, prepareDatabase } from './embedded-schema.ts';
import type { EmbeddedShelf } from './embedded-shelf.ts';
import { embeddedShelf } from './embedded-shelf.ts';
import { checkLock, dropLock, inUse, writeLock } from './folder-lock.ts';
import { finishRestore } from './restore.ts';
import { openSegmentShelf, type SegmentShelf } from './segment/segment-shelf.ts';
import type { Database } from './sqlite.ts';
import { faultOf, openDatabase } from './sqlite.ts';

/** `dir` is made where it is missing. */
export interface EmbeddedOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Documents in one segment of the search index; for tests. */
  readonly segmentRows?: number;
  /** Ids in one run that is written; for tests. */
  readonly idRows?: number;
}

/** The store in a folder. */
export interface EmbeddedStore extends Core {
  /** Copies the folder to another one, which must be empty or missing, while all goes on (embedded-backup.ts). */
  backup(target: string): Promise<BackupSummary>;
}

/** Ids that are checked before the folder counts as open (some 40 ms); more are checked while it is already used. */
const idsCheckedAtOpen = 50_000;

/**
 * Opens the data folder, for this process alone. Throws 'data-folder-in-use' (naming the pid), 'data-folder-broken' (naming the
 * file and what to do), 'read-only' where the folder cannot be written.
 */
export async function openEmbedded({ dir, clock, log, segmentRows, idRows }: EmbeddedOptions): Promise<EmbeddedStore> {
  const paths = {
    lock: join(dir, 'lock'),
    database: join(dir, 'documents.sqlite'),
    acknowledged: join(dir, 'acknowledged'),
  };
  finishRestore(dir);
  makeFolder(dir);
  checkLock(paths.lock);
  const { db, folder } = openFolder(paths);
  let acknowledged: AcknowledgedFile;
  let segments: SegmentShelf;
  let ids: EventIds;
  try {
    writeLock(paths.lock);
    checkAcknowledged(paths, folder);
    acknowledged = openAcknowledged(paths.acknowledged);
    acknowledged.set(folder.position);
    segments = openSegmentShelf(join(dir, 'segments'), makeManifest(db), (message) => log.warn(message));
    ids = await openEventIds(db, paths.database, folder, {
      files: join(dir, 'ids'),
      complain: (message) => log.warn(message),
      ...(idRows ? { rowsMax: idRows } : {}),
    });
  } catch (error) {
    db.close();
    if (error instanceof TrailhoundError) throw error;
    throw faultOf(error) === 'broken' ? asBroken(paths.database, error) : notWritable(dir, error);
  }
  const shelf = embeddedShelf(db, paths.database, folder, ids, (position) => acknowledged.set(position), segments);
  const checking = { stopped: false };
  const check = checkAllIds(db, paths.database, shelf, folder, checking);
  const checked = runCheck(paths.database, check, shelf, log);
  const damage = tabledDocuments(folder, ids) <= idsCheckedAtOpen ? await checked : undefined;
  if (damage) {
    db.close();
    acknowledged.close();
    throw damage;
  }

  const store = openCore(shelf, clock, {
    complain: (message) => log.warn(message),
    ...(segmentRows ? { segmentRows } : {}),
  });
  let closed = false;
  return {
    ...store,
    async settled() {
      await store.settled();
      await ids.settled();
    },
    backup: (target) =>
      backupFolder({
        dir,
        target,
        at: clock.now(),
        copyDatabase: (path) => db.copyTo(path),
        checkDatabase: documentsIn,
      }),
    async close() {
      if (closed) return;
      closed = true;
      checking.stopped = true;
      await checked;
      await store.close();
      acknowledged.close();
      dropLock(paths.lock);
    },
  };
}

/** Documents whose ids are in the table, at most. */
function tabledDocuments({ indices, ids }: LoadedFolder, events: EventIds): number {
  return indices
    .filter(({ stored }) => !events.has(stored.number) || ids.from > 0)
    .reduce((sum, { tally }) => sum + tally.documents, 0);
}

/** Of a database that nobody uses: checks its sums, and counts. */
function documentsIn(path: string): number {
  const db = openDatabase(path);
  try {
    return loadFolder(db, path).indices.reduce((sum, { tally }) => sum + tally.documents, 0);
  } catch (error) {
    throw asBroken(path, error);
  } finally {
    db.release();
  }
}

/** Throws 'read-only' where it cannot be made. */
export function makeFolder(dir: string): void {
  try {
    makeBelow(resolve(dir));
  } catch (error) {
    throw notWritable(dir, error);
  }
}

/** Step by step: Node's own `recursive` never returns where a parent refuses new folders with ENOENT, as /proc does. */
function makeBelow(dir: string): void {
  if (isFolder(dir)) return;
  if (dirname(dir) !== dir) makeBelow(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another process may have made it since.
    if (!isFolder(dir)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function openFolder({ lock, database }: { readonly lock: string; readonly database: string }): {
  db: Database;
  folder: LoadedFolder;
} {
  let db: Database | undefined;
  try {
    db = openDatabase(database);
    prepareDatabase(db, database);
    return { db, folder: loadFolder(db, database) };
  } catch (error) {
    db?.close();
    if (error instanceof TrailhoundError) throw error;
    const fault = faultOf(error);
    if (fault === 'busy') throw inUse(lock);
    if (fault === 'full' || fault === 'not-writable') throw notWritable(database, error);
    throw asBroken(database, error);
  }
}

/** What was acknowledged must be there. */
function checkAcknowledged(
  paths: { readonly database: string; readonly acknowledged: string },
  folder: LoadedFolder,
): void {
  const position = readAcknowledged(paths.acknowledged);
  if (position === undefined || position <= folder.position) return;
  throw broken(
    `${paths.database} (or ${paths.database}-wal)`,
    `writes up to position ${position} were acknowledged, but it ends at ${folder.position}. ` +
      `To go on without what is missing, delete ${paths.acknowledged}`,
  );
}

function notWritable(path: string, cause: unknown): TrailhoundError {
  return new TrailhoundError(
    'read-only',
    `the data folder cannot be written: ${path}: ${reasonOf(cause)}. Make room or give it write permission, or choose another folder with --data`,
    { cause },
  );
}

async function checkAllIds(
  db: Database,
  path: string,
  shelf: EmbeddedShelf,
  folder: LoadedFolder,
  checking: { readonly stopped: boolean },
): Promise<void> {
  for (const { stored } of folder.indices) {
    for (const _ of checkIds(db, path, stored.number, () => shelf.idSum(stored.number))) {
      await yieldToLoop();
      if (checking.stopped) return;
    }
  }
}

/** A folder whose ids are damaged may not be used: a duplicate would be stored twice, a document not be found. */
async function runCheck(
  path: string,
  check: Promise<void>,
  shelf: EmbeddedShelf,
  log: Log,
): Promise<TrailhoundError | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    const found = asBroken(path, error);
    shelf.condemn(found);
    log.error(found.message);
    return found;
  }
}
