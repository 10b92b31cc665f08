import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TrailhoundError } from '../base/errors.ts';
import type { IdKey } from './ids/id-hash.ts';
import type { Database } from './sqlite.ts';
import type { Position } from './store.ts';

/** 'TrHd': tells our file from any other SQLite database. */
const applicationId = 0x54724864;
/** The format of the data folder. A program reads its own and older formats, which it upgrades, never a newer one. */
const formatVersion = 4;

/**
 * Version 2 added the list of sealed segments. They are made from the documents, so an upgrade only makes the table. Version 3
 * writes blocks in another form; those of older versions are read as they are. Version 4 keeps ids of events in runs; those that
 * came before stay in the table.
 */
const runTable = 'CREATE TABLE id_run(key INTEGER PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL);';
const segmentTable = 'CREATE TABLE segment(key INTEGER PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL);';

/**
 * `id` answers "is it there, where, which version" for our own small indices, with one row of ~30 bytes in the order of (index, id).
 * Ids of events are read from the blocks (ids/ids.ts); only a deleted one has a row here, for as long as it is remembered. `block` holds the documents, `dead` the rows of
 * blocks that a later write replaced. Every small row carries a crc32 (`sum`), every block its own, and the rows of `id` and
 * `dead` are added up in `sums`: SQLite itself does not notice a flipped bit in a value.
 */
const schema = `
CREATE TABLE state(key TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE idx(number INTEGER PRIMARY KEY, stored TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE mapping(number INTEGER PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE tally(number INTEGER PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE id(idx INTEGER NOT NULL, id NOT NULL, place INTEGER NOT NULL, version INTEGER NOT NULL,
  seq_no INTEGER NOT NULL, PRIMARY KEY(idx, id)) WITHOUT ROWID;
CREATE INDEX id_deleted ON id(place) WHERE place <= 0;
CREATE TABLE block(first INTEGER PRIMARY KEY, idx INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX block_index ON block(idx, first, n);
CREATE TABLE dead(position INTEGER PRIMARY KEY, idx INTEGER NOT NULL, at INTEGER NOT NULL);
${segmentTable}
${runTable}
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};
`;

/** Page cache of SQLite: the pages of the blocks that are read, and of the folder's own indices. */
const pageCacheKb = 16 * 1024;
/** 16 MB: a page that many batches touch is written back once. */
const checkpointPages = 4096;

/** Takes the folder's database for this process alone, and makes its tables where it is new. */
export function prepareDatabase(db: Database, path: string): void {
  // Exclusive: a second process is refused by the kernel, whatever the lock file says, and the WAL's index lies in memory.
  db.exec('PRAGMA locking_mode = EXCLUSIVE');
  db.exec(`PRAGMA cache_size = -${pageCacheKb}`);
  db.exec('PRAGMA trusted_schema = OFF');
  const application = numberOf(db, 'application_id');
  const tables = Number(db.prepare('SELECT count(*) FROM sqlite_schema').row()?.[0]);
  const fresh = application === 0 && tables === 0;
  const version = numberOf(db, 'user_version');
  if (!fresh) checkFormat(application, version, path);
  // Only a database without tables can be told so; an older one reuses what becomes free, and shrinks by a backup.
  if (fresh) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.prepare('PRAGMA journal_mode = WAL').row();
  db.exec('PRAGMA synchronous = FULL');
  db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  db.transaction(() => {
    if (fresh) {
      db.exec(schema);
      beginIds(db);
    } else {
      if (version < 2) db.exec(segmentTable);
      if (version < 4) {
        db.exec(runTable);
        beginIds(db);
      }
      if (version < formatVersion) db.exec(`PRAGMA user_version = ${formatVersion}`);
    }
  });
}

/** From here on the ids of events are in runs: where they begin, and the key of their hashes. */
export interface IdState {
  readonly key: IdKey;
  readonly from: Position;
}

function beginIds(db: Database): void {
  const state = db.prepare("SELECT value FROM state WHERE key = 'state'").row();
  const from: Position = state ? JSON.parse(String(state[0])).position : 0;
  const random = randomBytes(8);
  const ids: IdState = { key: { k0: random.readInt32LE(0), k1: random.readInt32LE(4) }, from };
  const value = JSON.stringify(ids);
  db.prepare('INSERT INTO state(key, value, sum) VALUES(?, ?, ?)').run('ids', value, rowSum('ids', value));
}

/** Free pages (4 KB) that stay in the file: the next writes take them. */
const freePagesKept = 2048;
/** Pages that are moved in one step, so that a write waits a few milliseconds at most. */
const pagesAStep = 128;

/** Gives some free pages back to the disk; the file is cut when its WAL is moved into it. False when none are left. */
export function shrink(db: Database): boolean {
  const free = numberOf(db, 'freelist_count');
  if (free <= freePagesKept || numberOf(db, 'auto_vacuum') !== incremental) return false;
  db.exec(`PRAGMA incremental_vacuum(${Math.min(pagesAStep, free - freePagesKept)})`);
  return true;
}

const incremental = 2;

/** The crc32 of a row's value, as its `sum` column holds it. `key` binds the value to its place. */
export function rowSum(key: string | number, value: string): number {
  return crc32(`${key}\n${value}`);
}

export function broken(path: string, what: string, cause?: unknown): TrailhoundError {
  return new TrailhoundError(
    'data-folder-broken',
    `${path} is damaged: ${what}. Put the folder back from a backup, or move it away and ingest again`,
    { cause },
  );
}

function checkFormat(application: number, version: number, path: string): void {
  if (application !== applicationId) {
    throw broken(path, 'it is not a database of Trailhound (its application id is another)');
  }
  if (version > formatVersion) {
    throw new TrailhoundError(
      'data-folder-broken',
      `${path} was written by a newer Trailhound (format ${version}, this one knows ${formatVersion}). Start the newer one, or use another folder`,
    );
  }
  if (version < 1) throw broken(path, `its format ${version} is unknown`);
}

function numberOf(db: Database, pragma: string): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).row()?.[0]);
}
