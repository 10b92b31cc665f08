import { backup, DatabaseSync } from '@photostructure/sqlite';
import { reasonOf } from '../base/errors.ts';

/** The one file that knows the SQLite binding (API of node:sqlite), so that another can take its place. */

export type SqlValue = number | string | Uint8Array | null;

export interface Statement {
  run(...values: SqlValue[]): void;
  /** The first row as an array of its columns. */
  row(...values: SqlValue[]): readonly unknown[] | undefined;
  rows(...values: SqlValue[]): readonly (readonly unknown[])[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** All of `work` durable together, or none of it. */
  transaction(work: () => void): void;
  /** Copies the database as it stands when the copy is done; others run and write meanwhile. */
  copyTo(path: string): Promise<void>;
  /** Moves what stands in the WAL into the file and gives the file free for other processes. */
  release(): void;
  /** Only closes: nothing is written any more, and an exclusive lock may last until the process ends. */
  close(): void;
}

/** What went wrong, as far as it decides what to do. */
export type Fault = 'full' | 'not-writable' | 'broken' | 'busy' | 'io' | 'other';

export function openDatabase(path: string): Database {
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false, defensive: false });
  return {
    exec: (sql) => db.exec(sql),
    prepare(sql) {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return {
        run: (...values) => void statement.run(...values),
        row: (...values) => statement.get(...values),
        rows: (...values) => statement.all(...values),
      };
    },
    transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        work();
        db.exec('COMMIT');
      } catch (error) {
        // A full disk rolls back by itself; then there is nothing left to roll back.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    async copyTo(to) {
      // In a thread of the binding, so many pages at once: a write waits for as long as one such step takes.
      await backup(db, to, { rate: 64 });
    },
    release() {
      // This binding finalizes statements when they are collected, and until then SQLite keeps the files and the lock.
      // A WAL whose index lies in memory (exclusive mode) must be left before the lock can be given up.
      try {
        db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema');
      } finally {
        db.close();
      }
    },
    close: () => db.close(),
  };
}

const faults: ReadonlyMap<number, Fault> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'not-writable'],
  [10, 'io'],
  [11, 'broken'],
  [13, 'full'],
  [14, 'not-writable'],
  [26, 'broken'],
]);

/** SQLite's primary result code (https://www.sqlite.org/rescode.html) as a Fault; undefined for what is no SQLite error. */
export function faultOf(thrown: unknown): Fault | undefined {
  const code = thrown instanceof Error && 'errcode' in thrown ? thrown.errcode : undefined;
  if (typeof code !== 'number') return /database disk image is malformed/.test(reasonOf(thrown)) ? 'broken' : undefined;
  return faults.get(code & 0xff) ?? 'other';
}
