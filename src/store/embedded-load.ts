import { TrailhoundError } from '../base/errors.ts';
import { idSum } from './embedded-id.ts';
import { broken, type IdState, rowSum } from './embedded-schema.ts';
import type { Loaded, MappedIndex, StoredIndex, Tally } from './shelf.ts';
import type { Database } from './sqlite.ts';

/** Sums of the rows of one index in `id` and `dead`, modulo 2^32. Both only ever change together with those rows. */
export interface Sums {
  readonly ids: number;
  readonly dead: number;
}

export interface LoadedFolder extends Loaded {
  readonly sums: ReadonlyMap<number, Sums>;
  /** Numbers of deleted indices whose rows are still there. */
  readonly dropped: readonly number[];
  readonly ids: IdState;
}

/** The one row that every change writes. */
export interface State {
  readonly position: number;
  readonly nextIndex: number;
  readonly indices: number;
  readonly dropped: readonly number[];
}

/** A tally and the sums, as one row: they are written together. */
export interface TallyRow extends Tally {
  readonly sums: Sums;
}

/** Reads everything but documents and ids, and checks that it is what was written. Throws 'data-folder-broken'. */
export function loadFolder(db: Database, path: string): LoadedFolder {
  const rows = (table: string): Map<string, string> => checkedRows(db, path, table);
  const state = rows('state');
  const { position, nextIndex, indices, dropped }: State = JSON.parse(
    state.get('state') ?? '{"position":0,"nextIndex":1,"indices":0,"dropped":[]}',
  );
  const ids = state.get('ids');
  if (ids === undefined) throw broken(path, 'the row that tells where ids are kept is missing');
  const stored = rows('idx');
  const mappings = rows('mapping');
  const tallies = rows('tally');
  const sums = new Map<number, Sums>();
  const loaded = [...stored].map(([key, text]): MappedIndex & { tally: Tally } => {
    const mapping = mappings.get(key);
    const tallyText = tallies.get(key);
    if (mapping === undefined || tallyText === undefined) throw broken(path, `a row of index ${key} is missing`);
    const { sums: own, ...tally }: TallyRow = JSON.parse(tallyText);
    sums.set(Number(key), own);
    return { stored: JSON.parse(text) as StoredIndex, mapping, tally };
  });
  if (loaded.length !== indices)
    throw broken(path, `it should hold ${indices} indices, but ${loaded.length} were found`);
  checkBlocks(db, path, loaded);
  checkDead(db, path, sums);
  const templates = JSON.parse(state.get('templates') ?? '[]');
  return { position, nextIndex, dropped, indices: loaded, templates, sums, ids: JSON.parse(ids) };
}

/** Adds up the ids of one index, some rows a step; compares when it is through. Yields between steps. */
export function* checkIds(
  db: Database,
  path: string,
  index: number,
  expected: () => number | undefined,
): Generator<void, void> {
  const next = db.prepare('SELECT id, place, version, seq_no FROM id WHERE idx = ? AND id > ? ORDER BY id LIMIT 1000');
  const before = expected();
  let sum = 0;
  // NULL, numbers, texts, blobs: the order of SQLite's types. The empty text comes before every id.
  let last: string | Uint8Array = '';
  for (;;) {
    const rows = next.rows(index, last);
    for (const [id, place, version, seqNo] of rows) {
      sum = (sum + idSum(id as string | Uint8Array, Number(place), Number(version), Number(seqNo))) >>> 0;
    }
    const end = rows.at(-1)?.[0];
    if (end === undefined) break;
    last = end as string | Uint8Array;
    yield;
  }
  // Rows that were written meanwhile make this pass worthless: the index is not at rest.
  if (expected() !== before) return;
  if (sum !== before) throw broken(path, `the ids of index ${index} are not those that were written`);
}

function checkedRows(db: Database, path: string, table: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value, sum] of db.prepare(`SELECT * FROM ${table}`).rows()) {
    if (rowSum(String(key), String(value)) !== sum)
      throw broken(path, `a row of its table ${table} is not what was written`);
    found.set(String(key), String(value));
  }
  return found;
}

function checkBlocks(db: Database, path: string, indices: readonly { stored: StoredIndex; tally: Tally }[]): void {
  const counts = new Map(
    db
      .prepare('SELECT idx, sum(n) FROM block GROUP BY idx')
      .rows()
      .map(([index, rows]) => [Number(index), Number(rows)]),
  );
  for (const { stored, tally } of indices) {
    const expected = tally.documents + tally.dead;
    const found = counts.get(stored.number) ?? 0;
    if (found !== expected) throw broken(path, `${stored.name} should hold ${expected} rows, but ${found} were found`);
  }
}

function checkDead(db: Database, path: string, sums: ReadonlyMap<number, Sums>): void {
  const found = new Map<number, number>();
  for (const [position, index, at] of db.prepare('SELECT position, idx, at FROM dead').rows()) {
    const number = Number(index);
    found.set(number, ((found.get(number) ?? 0) + deadSum(Number(position), Number(at))) >>> 0);
  }
  for (const [number, { dead }] of sums) {
    if ((found.get(number) ?? 0) !== dead)
      throw broken(path, `the deletions of index ${number} are not those that were written`);
  }
}

export function deadSum(position: number, at: number): number {
  return idSum('', position, at, 0);
}

/** A TrailhoundError of ours passes; whatever else reading threw means that the file is not what was written. */
export function asBroken(path: string, error: unknown): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  return broken(path, error instanceof Error ? error.message : String(error), error);
}
