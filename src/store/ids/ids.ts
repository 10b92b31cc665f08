import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { BlockHead } from '../block.ts';
import type { IdRow } from '../shelf.ts';
import type { Position } from '../store.ts';
import { type GrowingIds, growingRowsMax, makeGrowingIds } from './growing-ids.ts';
import { type IdKey, idHash } from './id-hash.ts';
import type { IdList } from './id-list.ts';
import { spanMax } from './id-record.ts';
import { IdRunDamage, type IdRunRow, openIdRun } from './id-run.ts';
import { writeIdRun } from './id-run-writer.ts';

/** Which row an id has, for indices whose documents are many and written once: no row of a table an id. */
export interface Ids {
  /** The living row of an id: a look-up among what is in memory, and a small read where a filter lets it pass. */
  find(index: number, id: string): IdRow | undefined;
  /** A block that is durable: its rows are the newest. */
  add(head: BlockHead): void;
  /** A row that was replaced or deleted. */
  remove(index: number, id: string, position: Position): void;
  /** Drops runs of whose rows none is left. */
  prune(): void;
  /** Resolves when nothing is left to be written or merged (tests, backup). */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The list of runs, durable. */
export interface IdManifest {
  rows(): readonly IdRunRow[];
  /** Takes runs out by their `after`, and puts one in, together. */
  replace(gone: readonly Position[], row?: IdRunRow): void;
}

export interface IdWorld {
  readonly folder: string;
  readonly manifest: IdManifest;
  readonly key: IdKey;
  /** Rows behind this position have their ids here; those before it in a table. */
  readonly from: Position;
  /** The first blocks behind a position, ascending; without a head where their index has its ids elsewhere. */
  readonly blocksAfter: (after: Position, most: number) => readonly BlockIds[];
  /** The block that holds a position; undefined when it is gone. */
  readonly headAt: (position: Position) => BlockHead | undefined;
  readonly isDead: (position: Position) => boolean;
  /** Told why a run could not be written or read. */
  readonly complain: (message: string) => void;
  /** Ids after which a run is written; for tests. */
  readonly rowsMax?: number;
}

export interface BlockIds {
  readonly last: Position;
  readonly head: BlockHead | undefined;
  /** Of its rows. */
  readonly dead?: ReadonlySet<Position>;
}

/**
 * Ids are derived: the heads of the blocks hold them, and whatever is missing here is read from there. The newest are in memory, the
 * others in runs (id-run.ts); eight neighbouring runs of a size become one, so that 10 million ids lie in some twenty. What a
 * run says is only where to look: the id of that row must be the one asked for, and the row not be replaced.
 *
 * At the start the rows behind the last run, at most some 32,768, are read from the blocks' heads; so is the range of a run that is
 * lost or damaged, which takes some 2.5 µs an id. Nothing answers before that is done: it would take a document for new.
 */
export async function openIds(world: IdWorld): Promise<Ids> {
  const state: State = {
    world,
    rowsMax: Math.min(world.rowsMax ?? writtenAfter, growingRowsMax),
    lists: [],
    growing: makeGrowingIds(world.from),
    blocks: 0,
    working: undefined,
    closed: false,
  };
  mkdirSync(world.folder, { recursive: true });
  const rows = cleanFolder(world);
  for (const row of rows) await openRow(state, row);
  await fill(state, state.lists.at(-1)?.last ?? world.from);
  poke(state);
  return {
    find: (index, id) => find(state, index, id),
    add: (head) => add(state, { head }),
    remove: (index, id, position) => state.growing.remove(idHash(world.key, index, id), position),
    prune() {
      const empty = state.lists.filter((list) => !isGrowing(list) && !holdsRows(world, list));
      if (empty.length === 0) return;
      discard(state, empty);
      state.lists = state.lists.filter((list) => !empty.includes(list));
    },
    async settled() {
      poke(state);
      while (state.working) await state.working;
    },
    async close() {
      state.closed = true;
      await state.working;
      for (const list of state.lists) list.close();
    },
  };
}

interface State {
  readonly world: IdWorld;
  readonly rowsMax: number;
  /** In order of arrival, without the growing one: runs, and full lists that wait to be written. */
  lists: IdList[];
  growing: GrowingIds;
  /** Blocks in the growing list: each is read at the next start. */
  blocks: number;
  working: Promise<void> | undefined;
  closed: boolean;
}

/** What is not written is read from the heads of blocks at the next start, before anything is answered: some 0.1 s. */
const writtenAfter = 32_768;
/** Tiny batches make tiny blocks: the next start must not read more of them than this (some 0.1 s). */
const growingBlocksMax = 8192;
/** Runs that are merged into one. */
const mergedRuns = 8;

/** Files without a row were not finished, or their row is gone. Answers the rows that follow one another. */
function cleanFolder({ folder, manifest, from }: IdWorld): readonly IdRunRow[] {
  let last = from;
  const rows = [...manifest.rows()]
    .sort((a, b) => a.after - b.after)
    .filter((row) => {
      if (row.after < last) return false;
      last = row.last;
      return true;
    });
  const named = new Set(rows.map((row) => row.name));
  for (const name of readdirSync(folder)) if (!named.has(name)) rmSync(join(folder, name), { recursive: true });
  return rows;
}

/** Opens the next run in order; the range of one that cannot be read, or before it, is filled from the blocks. */
async function openRow(state: State, row: IdRunRow): Promise<void> {
  const { folder, manifest, complain } = state.world;
  let run: IdList | undefined;
  try {
    run = openIdRun(join(folder, row.name), row);
  } catch (error) {
    complain(`a list of ids cannot be read and is made anew: ${reasonOf(error)}`);
    manifest.replace([row.after]);
    rmSync(join(folder, row.name), { force: true });
    return;
  }
  const before = state.lists.at(-1)?.last ?? state.world.from;
  if (before < row.after) {
    await fill(state, before, row.after);
    enlist(state, row.after);
  }
  state.lists.push(run);
}

/** Reads the ids of a range from the blocks; full lists are written on the way. */
async function fill(state: State, after: Position, upTo = Number.POSITIVE_INFINITY): Promise<void> {
  state.growing = makeGrowingIds(after);
  state.blocks = 0;
  for (const blocks of blocksOf(state.world, after, upTo)) {
    for (const { head, dead } of blocks) if (head) add(state, { head, dead });
    if (state.working) await state.working;
    else await yieldToLoop();
  }
}

function* blocksOf(world: IdWorld, after: Position, upTo: Position): Generator<readonly BlockIds[]> {
  let reached = after;
  while (reached < upTo) {
    const blocks = world.blocksAfter(reached, 64);
    const inside = blocks.filter(({ last }) => last <= upTo);
    if (inside.length > 0) yield inside;
    if (blocks.length === 0 || inside.length < blocks.length) return;
    reached = blocks.at(-1)?.last ?? upTo;
  }
}

interface LivingIds {
  readonly head: BlockHead;
  readonly dead?: ReadonlySet<Position> | undefined;
}

function add(state: State, block: LivingIds): void {
  const { head } = block;
  const { growing, rowsMax, world } = state;
  const full = growing.rows + head.rows.length > rowsMax || state.blocks >= growingBlocksMax;
  const far = head.first + head.rows.length - growing.after >= spanMax;
  if ((full && growing.rows > 0) || far) enlist(state, growing.last);
  addRows(state.growing, block, world.key);
  state.blocks++;
}

function addRows(growing: GrowingIds, { head, dead }: LivingIds, key: IdKey): void {
  const { index, first, rows } = head;
  for (let row = 0; row < rows.length; row++) {
    if (!dead?.has(first + row)) growing.add(idHash(key, index, rows[row]?.id ?? ''), first + row);
  }
  growing.reach(first + rows.length - 1);
}

function holdsRows(world: IdWorld, { after, last }: IdList): boolean {
  for (const blocks of blocksOf(world, after, last)) if (blocks.some(({ head }) => head)) return true;
  return false;
}

/** The growing list takes no more; a new one follows it. */
function enlist(state: State, upTo: Position): void {
  state.growing.reach(upTo);
  state.lists.push(state.growing);
  state.growing = makeGrowingIds(upTo);
  state.blocks = 0;
  poke(state);
}

/** One array for all look-ups: nearly all find nothing. */
const found: Position[] = [];

function find(state: State, index: number, id: string): IdRow | undefined {
  const { world } = state;
  collect(state, idHash(world.key, index, id));
  if (found.length === 0) return undefined;
  for (const place of found.sort((a, b) => b - a)) {
    const head = world.headAt(place);
    const row = head?.index === index ? head.rows[place - head.first] : undefined;
    if (row?.id === id && !world.isDead(place)) return { place, version: row.version, seqNo: row.seqNo };
  }
  return undefined;
}

function collect(state: State, hash: number): void {
  for (;;) {
    found.length = 0;
    state.growing.find(hash, found);
    let asked: IdList | undefined;
    try {
      for (asked of state.lists) asked.find(hash, found);
      return;
    } catch (error) {
      if (asked) repair(state, asked, error);
    }
  }
}

/** A run that cannot be read is exchanged for what the blocks say, at once: the answer that it was asked for waits. */
function repair(state: State, list: IdList, why: unknown): void {
  const { world } = state;
  world.complain(`a list of ids is damaged and is made anew: ${reasonOf(why)}`);
  const made: GrowingIds[] = [makeGrowingIds(list.after)];
  for (const blocks of blocksOf(world, list.after, list.last)) {
    for (const { head, dead } of blocks) {
      let growing = made.at(-1) as GrowingIds;
      if (head && growing.rows + head.rows.length > growingRowsMax) {
        growing = makeGrowingIds(growing.last);
        made.push(growing);
      }
      if (head) addRows(growing, { head, dead }, world.key);
    }
  }
  made.at(-1)?.reach(list.last);
  state.lists = state.lists.flatMap((one) => (one === list ? made : [one]));
  discard(state, [list]);
  poke(state);
}

/** Takes lists that are no longer asked out of the folder. */
function discard({ world }: State, lists: readonly IdList[], row?: IdRunRow): void {
  const gone = lists.filter((list) => !isGrowing(list));
  const named = world.manifest.rows().filter(({ after }) => gone.some((list) => list.after === after));
  try {
    if (gone.length > 0 || row)
      world.manifest.replace(
        named.map(({ after }) => after),
        row,
      );
    for (const { name } of named) rmSync(join(world.folder, name), { force: true });
  } catch (error) {
    world.complain(`a list of ids that is of no use could not be removed: ${reasonOf(error)}`);
  }
  for (const list of lists) list.close();
}

function isGrowing(list: IdList): list is GrowingIds {
  return 'add' in list;
}

function poke(state: State): void {
  if (state.working || state.closed) return;
  state.working = tidy(state).finally(() => {
    state.working = undefined;
  });
}

/** Writes full lists as runs and merges runs, until nothing is left to do or something fails; the next full list tries again. */
async function tidy(state: State): Promise<void> {
  for (let next = due(state); next && !state.closed; next = due(state)) {
    try {
      await exchange(state, next);
    } catch (error) {
      if (error instanceof IdRunDamage) repairAll(state, next);
      else {
        state.world.complain(`a list of ids was not written: ${reasonOf(error)}. It stays in memory`);
        return;
      }
    }
  }
}

async function exchange(state: State, lists: readonly IdList[]): Promise<void> {
  const { folder } = state.world;
  const row = await writeIdRun(folder, lists);
  const run = openIdRun(join(folder, row.name), row);
  if (!lists.every((list) => state.lists.includes(list))) {
    // One of them proved damaged meanwhile.
    run.close();
    rmSync(join(folder, row.name), { force: true });
    return;
  }
  discard(state, lists, row);
  state.lists = state.lists.flatMap((one) => (one === lists[0] ? [run] : lists.includes(one) ? [] : [one]));
}

/** A full list, or neighbouring runs of one size. */
function due({ lists }: State): readonly IdList[] | undefined {
  const full = lists.find(isGrowing);
  if (full) return [full];
  for (let at = 0; at + mergedRuns <= lists.length; at++) {
    const group = lists.slice(at, at + mergedRuns);
    const size = sizeOf(group[0] as IdList);
    const span = (group.at(-1)?.last ?? 0) - (group[0]?.after ?? 0);
    if (span < spanMax && group.every((list) => sizeOf(list) === size)) return group;
  }
  return undefined;
}

/** A merged run is of a larger size than its parts. */
function sizeOf({ rows }: IdList): number {
  return Math.floor(Math.log2(Math.max(1, rows)) / 3);
}

function repairAll(state: State, lists: readonly IdList[]): void {
  for (const list of lists) {
    if (!state.lists.includes(list)) continue;
    try {
      for (const _ of list.records());
    } catch (error) {
      repair(state, list, error);
    }
  }
}
