import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { BlockHead } from '../block.ts';
import { NeedsMending } from '../mended.ts';
import type { IdRow } from '../shelf.ts';
import type { Position } from '../store.ts';
import { addRows, blocksOf, type LivingIds } from './block-ids.ts';
import { type GrowingIds, growingRowsMax, makeGrowingIds } from './growing-ids.ts';
import { idHash } from './id-hash.ts';
import type { IdList } from './id-list.ts';
import { type MadeList, makeAnew } from './id-mending.ts';
import { spanMax } from './id-record.ts';
import { IdRunDamage, type IdRunRow, openIdRun } from './id-run.ts';
import { writeIdRun } from './id-run-writer.ts';
import type { IdWorld } from './id-world.ts';

/** Which row an id has, for indices whose documents are many and written once: no row of a table an id. */
export interface Ids {
  /**
   * The living row of an id: a look-up among what is in memory, and a small read where a filter lets it pass. Throws NeedsMending
   * where a run proves damaged, and until it is mended.
   */
  find(index: number, id: string): IdRow | undefined;
  /** Makes anew what proved damaged, in slices. Resolves when `find` answers again. */
  mend(): Promise<void>;
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
    damaged: new Map(),
    mending: undefined,
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
    mend: () => mendOnce(state),
    remove: (index, id, position) => state.growing.remove(idHash(world.key, index, id), position),
    prune() {
      const empty = state.lists.filter((list) => !isGrowing(list) && !holdsRows(world, list));
      if (empty.length === 0) return;
      discard(state, empty);
      state.lists = state.lists.filter((list) => !empty.includes(list));
    },
    async settled() {
      poke(state);
      while (state.working || state.mending) await (state.mending ?? state.working);
    },
    async close() {
      state.closed = true;
      await state.working;
      await state.mending;
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
  /** Runs that could not be read, and why. */
  readonly damaged: Map<IdList, unknown>;
  mending: Promise<void> | undefined;
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
    manifest.replace([row.after], []);
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

function add(state: State, block: LivingIds): void {
  const { head } = block;
  const { growing, rowsMax, world } = state;
  const full = growing.rows + head.rows.length > rowsMax || state.blocks >= growingBlocksMax;
  const far = head.first + head.rows.length - growing.after >= spanMax;
  if ((full && growing.rows > 0) || far) enlist(state, growing.last);
  addRows(state.growing, block, world.key);
  state.blocks++;
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

/** Throws NeedsMending. */
function collect(state: State, hash: number): void {
  if (state.damaged.size > 0) throw new NeedsMending();
  found.length = 0;
  state.growing.find(hash, found);
  let asked: IdList | undefined;
  try {
    for (asked of state.lists) asked.find(hash, found);
  } catch (error) {
    if (!asked) throw error;
    state.damaged.set(asked, error);
    throw new NeedsMending();
  }
}

/** Exchanges runs that cannot be read for what the blocks say, in slices; who looks for an id waits for it. */
async function mend(state: State): Promise<void> {
  for (const [list, why] of state.damaged) {
    await repair(state, list, why);
    state.damaged.delete(list);
  }
}

async function repair(state: State, list: IdList, why: unknown): Promise<void> {
  const { world } = state;
  world.complain(`a list of ids is damaged and is made anew: ${reasonOf(why)}`);
  const made = await makeAnew(world, list, () => !state.lists.includes(list));
  if (!made) return;
  state.lists = state.lists.flatMap((one) => (one === list ? made.map((part) => part.list) : [one]));
  discard(state, [list], made);
  poke(state);
}

/** Takes lists that are no longer asked out of the folder. */
function discard({ world }: State, lists: readonly IdList[], made: readonly Pick<MadeList, 'row'>[] = []): void {
  const gone = lists.filter((list) => !isGrowing(list));
  const named = world.manifest.rows().filter(({ after }) => gone.some((list) => list.after === after));
  const rows = made.flatMap(({ row }) => row ?? []);
  try {
    if (gone.length + rows.length > 0)
      world.manifest.replace(
        named.map(({ after }) => after),
        rows,
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
      const mending = error instanceof IdRunDamage && (await repaired(state, next));
      if (mending) continue;
      if (!(error instanceof IdRunDamage))
        state.world.complain(`a list of ids was not written: ${reasonOf(error)}. It stays in memory`);
      return;
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
  discard(state, lists, [{ row }]);
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

/** False where the blocks could not be read either: whoever looks for an id is told so. */
async function repaired(state: State, lists: readonly IdList[]): Promise<boolean> {
  for (const list of lists) {
    if (!state.lists.includes(list)) continue;
    try {
      for (const _ of list.records()) await yieldToLoop();
    } catch (error) {
      state.damaged.set(list, error);
    }
  }
  return mendOnce(state).then(
    () => true,
    () => false,
  );
}

/** All who wait for it wait for the same. */
function mendOnce(state: State): Promise<void> {
  state.mending ??= mend(state).finally(() => {
    state.mending = undefined;
  });
  return state.mending;
}
