import { writeJson } from '../base/json.ts';
import { idSum, storedId } from './embedded-id.ts';
import type { EventIds } from './embedded-ids.ts';
import type { LoadedFolder, State, Sums, TallyRow } from './embedded-load.ts';
import { deadSum } from './embedded-load.ts';
import { rowSum } from './embedded-schema.ts';
import { isSegmented } from './segment/segments.ts';
import type { BlockPlace, Change, IdChange, Tally } from './shelf.ts';
import type { Database } from './sqlite.ts';

/** How changes become rows. */
export interface ChangeWriter {
  apply(change: Change): void;
  sweep(): boolean;
  sums(index: number): Sums | undefined;
}

/** Ids of dropped indices, and deleted ids, that are removed in one step. */
const rowsAStep = 2000;

export function prepareChange(
  db: Database,
  folder: LoadedFolder,
  events: Pick<EventIds, 'has' | 'isTabled'>,
): ChangeWriter {
  const sql = statements(db);
  let tallies: ReadonlyMap<number, Tally> = new Map(
    folder.indices.map(({ stored, tally }): [number, Tally] => [stored.number, tally]),
  );
  let sums: ReadonlyMap<number, Sums> = folder.sums;
  let state: State = { ...folder, indices: folder.indices.length };
  // Deleted ids are few and short-lived; without any, no look-up is made for those to be forgotten.
  let deleted = Number(db.prepare('SELECT count(*) FROM id WHERE place <= 0').row()?.[0]);

  return {
    sums: (index) => sums.get(index),
    apply(change) {
      const draft: Draft = { sums: new Map(sums), tallies: new Map(tallies), deleted };
      const next = nextState(state, change, new Set(tallies.keys()));
      db.transaction(() => {
        writeRows(sql, draft, change, { events, fresh: freshEvents(change) });
        writeIndices(sql, draft, change);
        for (const [number, tally] of draft.tallies) {
          const own = draft.sums.get(number) ?? noSums;
          if (tally !== tallies.get(number) || own !== (sums.get(number) ?? noSums)) saveTally(sql, number, tally, own);
        }
        saveState(sql, next);
      });
      ({ sums, tallies, deleted } = draft);
      state = next;
    },
    sweep() {
      const number = state.dropped[0];
      if (number === undefined) return false;
      let next = state;
      db.transaction(() => {
        if (sweepIndex(sql, number)) return;
        next = { ...state, dropped: state.dropped.slice(1) };
        saveState(sql, next);
      });
      state = next;
      return state.dropped.length > 0;
    },
  };
}

/** What a change makes of the counters; it becomes theirs once the transaction is through. */
interface Draft {
  readonly sums: Map<number, Sums>;
  readonly tallies: Map<number, Tally>;
  deleted: number;
}

const noSums: Sums = { ids: 0, dead: 0 };

function writeRows(sql: Statements, draft: Draft, change: Change, { events, fresh }: Placing): void {
  for (const { block, encoded } of change.blocks ?? []) {
    sql.addBlock.run(block.first, block.index, block.rows.length, encoded);
  }
  for (const row of change.ids ?? []) {
    const apart = events.has(row.index) || fresh.has(row.index);
    writeId(sql, draft.sums, apart ? tabledPart(row, events) : row);
  }
  for (const { index, position, at } of change.dead ?? []) {
    sql.addDead.run(position, index, at);
    addSum(draft.sums, index, 'dead', deadSum(position, at));
  }
  for (const place of change.purged ?? []) purge(sql, draft.sums, place);
  if (draft.deleted > 0 && change.forgetBefore !== undefined) {
    draft.deleted -= forget(sql, draft.sums, change.forgetBefore);
  }
  draft.deleted += deletions(change.ids ?? []);
}

function writeIndices(sql: Statements, draft: Draft, change: Change): void {
  for (const { stored, mapping } of change.indices ?? []) {
    const value = writeJson(stored);
    sql.index.run(stored.number, value, rowSum(stored.number, value));
    sql.mapping.run(stored.number, mapping, rowSum(stored.number, mapping));
  }
  for (const [number, tally] of change.tallies ?? []) draft.tallies.set(number, tally);
  for (const number of change.dropped ?? []) {
    for (const statement of [sql.dropIndex, sql.dropMapping, sql.dropTally]) statement.run(number);
    draft.tallies.delete(number);
    draft.sums.delete(number);
  }
  if (change.templates) {
    const value = writeJson(change.templates);
    sql.state.run('templates', value, rowSum('templates', value));
  }
}

function saveState(sql: Statements, { position, nextIndex, indices, dropped }: State): void {
  const value = JSON.stringify({ position, nextIndex, indices, dropped });
  sql.state.run('state', value, rowSum('state', value));
}

function statements(db: Database) {
  return {
    state: db.prepare('INSERT OR REPLACE INTO state(key, value, sum) VALUES(?, ?, ?)'),
    index: db.prepare('INSERT OR REPLACE INTO idx(number, stored, sum) VALUES(?, ?, ?)'),
    mapping: db.prepare('INSERT OR REPLACE INTO mapping(number, value, sum) VALUES(?, ?, ?)'),
    tally: db.prepare('INSERT OR REPLACE INTO tally(number, value, sum) VALUES(?, ?, ?)'),
    dropIndex: db.prepare('DELETE FROM idx WHERE number = ?'),
    dropMapping: db.prepare('DELETE FROM mapping WHERE number = ?'),
    dropTally: db.prepare('DELETE FROM tally WHERE number = ?'),
    addBlock: db.prepare('INSERT INTO block(first, idx, n, body) VALUES(?, ?, ?, ?)'),
    addId: db.prepare('INSERT INTO id(idx, id, place, version, seq_no) VALUES(?, ?, ?, ?, ?)'),
    setId: db.prepare('UPDATE id SET place = ?, version = ?, seq_no = ? WHERE idx = ? AND id = ?'),
    addDead: db.prepare('INSERT INTO dead(position, idx, at) VALUES(?, ?, ?)'),
    dead: db.prepare('SELECT position, at FROM dead WHERE position BETWEEN ? AND ?'),
    dropDead: db.prepare('DELETE FROM dead WHERE position BETWEEN ? AND ?'),
    dropBlock: db.prepare('DELETE FROM block WHERE first = ?'),
    forgettable: db.prepare(
      `SELECT idx, id, place, version, seq_no FROM id WHERE place <= 0 AND place > ? LIMIT ${rowsAStep}`,
    ),
    dropId: db.prepare('DELETE FROM id WHERE idx = ? AND id = ?'),
    someIds: db.prepare(`SELECT id FROM id WHERE idx = ? LIMIT ${rowsAStep}`),
    someBlocks: db.prepare('SELECT first, n FROM block WHERE idx = ? LIMIT 100'),
  };
}

type Statements = ReturnType<typeof statements>;

function nextState(state: State, change: Change, known: Set<number>): State {
  const dropped = (change.dropped ?? []).filter((number) => known.delete(number));
  for (const { stored } of change.indices ?? []) known.add(stored.number);
  return {
    position: change.position,
    nextIndex: change.nextIndex,
    indices: known.size,
    dropped: [...state.dropped, ...dropped],
  };
}

/** Which indices have their ids elsewhere, those that this change makes included. */
interface Placing {
  readonly events: Pick<EventIds, 'has' | 'isTabled'>;
  readonly fresh: ReadonlySet<number>;
}

function freshEvents({ indices = [] }: Change): ReadonlySet<number> {
  return new Set(indices.flatMap(({ stored }) => (isSegmented(stored.name) ? [stored.number] : [])));
}

/** What a change of an event's id is to the table: it knows deleted ids, and those of older folders, until they are written again. */
function tabledPart(change: IdChange, events: Placing['events']): Partial<IdChange> & Pick<IdChange, 'index' | 'id'> {
  const { index, id, before, after } = change;
  return {
    index,
    id,
    before: before && events.isTabled(before.place) ? before : undefined,
    ...(after.place <= 0 ? { after } : {}),
  };
}

function writeId(
  sql: Statements,
  sums: Map<number, Sums>,
  { index, id, before, after }: Partial<IdChange> & Pick<IdChange, 'index' | 'id'>,
): void {
  if (!before && !after) return;
  const key = storedId(id);
  if (!after) {
    if (before) sql.dropId.run(index, key);
    if (before) addSum(sums, index, 'ids', -idSum(key, before.place, before.version, before.seqNo));
    return;
  }
  const { place, version, seqNo } = after;
  let sum = idSum(key, place, version, seqNo);
  if (before) {
    sql.setId.run(place, version, seqNo, index, key);
    sum -= idSum(key, before.place, before.version, before.seqNo);
  } else {
    sql.addId.run(index, key, place, version, seqNo);
  }
  addSum(sums, index, 'ids', sum);
}

function addSum(sums: Map<number, Sums>, index: number, kind: keyof Sums, by: number): void {
  const old = sums.get(index) ?? noSums;
  sums.set(index, { ...old, [kind]: (old[kind] + by) >>> 0 });
}

function purge(sql: Statements, sums: Map<number, Sums>, { index, first, count }: BlockPlace): void {
  const last = first + count - 1;
  for (const [position, at] of sql.dead.rows(first, last)) {
    addSum(sums, index, 'dead', -deadSum(Number(position), Number(at)));
  }
  sql.dropDead.run(first, last);
  sql.dropBlock.run(first);
}

function forget(sql: Statements, sums: Map<number, Sums>, before: number): number {
  const rows = sql.forgettable.rows(-before);
  for (const [index, id, place, version, seqNo] of rows) {
    const key = id as string | Uint8Array;
    sql.dropId.run(Number(index), key);
    if (sums.has(Number(index)))
      addSum(sums, Number(index), 'ids', -idSum(key, Number(place), Number(version), Number(seqNo)));
  }
  return rows.length;
}

function deletions(ids: readonly IdChange[]): number {
  let count = 0;
  for (const { before, after } of ids) {
    count += (after.place <= 0 ? 1 : 0) - (before && before.place <= 0 ? 1 : 0);
  }
  return count;
}

function saveTally(sql: Statements, number: number, tally: Tally, sums: Sums): void {
  const row: TallyRow = { ...tally, sums };
  const value = JSON.stringify(row);
  sql.tally.run(number, value, rowSum(number, value));
}

/** True while rows are left. */
function sweepIndex(sql: Statements, number: number): boolean {
  const ids = sql.someIds.rows(number);
  for (const [id] of ids) sql.dropId.run(number, id as string | Uint8Array);
  const blocks = sql.someBlocks.rows(number);
  for (const [first, n] of blocks) {
    sql.dropDead.run(Number(first), Number(first) + Number(n) - 1);
    sql.dropBlock.run(Number(first));
  }
  return ids.length + blocks.length > 0;
}
