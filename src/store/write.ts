import type { Clock } from '../base/clock.ts';
import { yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Block } from './block.ts';
import { blockRowsMax, blockTextMax, makeBlock } from './block.ts';
import { encodeBlock } from './block-format.ts';
import type { Catalog, IndexState } from './catalog.ts';
import { bearIndex } from './index-birth.ts';
import type { MappingCache } from './mapping-cache.ts';
import { mappingText } from './mapping-cache.ts';
import type { BlockPlace, DeadRow, IdChange, NewBlock, Shelf, Tally } from './shelf.ts';
import type { Slices } from './slices.ts';
import type { Operation, OperationResult, Position } from './store.ts';
import type { IndexPlan } from './write-plan.ts';
import { deletedRememberedMs, plannedTally, planOperation } from './write-plan.ts';

/** What the writing part of a store works on. */
export interface WriteWorld {
  readonly shelf: Shelf;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly mappings: MappingCache;
  readonly counters: {
    position: Position;
    nextIndex: number;
    /** How often blocks of an index went because all their rows were dead, since the store was opened. */
    readonly purges: Map<number, number>;
  };
  /** Blocks whose rows are all dead, kept while a search may still read them. */
  readonly deadBlocks: Map<Position, BlockPlace>;
  readonly searching: () => boolean;
  /** Told of each new block once it is durable, with those of its documents that need not be parsed again. */
  readonly written: (block: Block, documents: readonly (Document | undefined)[]) => void;
}

/**
 * One `write` call: decide every operation, make the blocks, commit once, then let the rest of the process see it.
 * Calls must not overlap (core.ts queues them): what was decided must still hold at the commit.
 */
export async function writeOperations(
  world: WriteWorld,
  operations: readonly Operation[],
  slices: Slices,
): Promise<OperationResult[]> {
  const plans = new Map<string, IndexPlan>();
  let { nextIndex } = world.counters;
  const target = (name: string, create: boolean): IndexPlan | undefined => {
    const planned = plans.get(name);
    if (planned) return planned;
    const state = world.catalog.writeTarget(name);
    if (!state && !create) return undefined;
    if (state?.stored.closed) throw new TrailhoundError('bad-request', 'closed', { wire: 'index_closed_exception' });
    const known = state && plans.get(state.stored.name);
    const plan = known ?? (state ? planOf(state) : bornPlan(world, name, nextIndex++));
    plans.set(name, plan);
    plans.set(plan.stored.name, plan);
    return plan;
  };
  const at = world.clock.now();
  const results: OperationResult[] = [];
  const planned = { at, target, find: world.shelf.find };
  for (const operation of operations) {
    results.push(planOperation(operation, planned));
    if (slices.due()) await yieldToLoop();
  }
  const changed = [...new Set(plans.values())].filter((plan) => !plan.before || plan.touched.size > 0);
  if (changed.length === 0) return results;
  await commitPlans(world, changed, { at, nextIndex }, slices);
  return results;
}

function planOf(state: IndexState): IndexPlan {
  return {
    before: state,
    stored: state.stored,
    mapping: state.mapping(),
    nextSeq: state.tally.nextSeq,
    touched: new Map(),
  };
}

function bornPlan(world: WriteWorld, name: string, number: number): IndexPlan {
  const { catalog, clock, mappings } = world;
  const birth = { number, at: clock.now(), templates: catalog.templates(), mappings };
  const { stored, mapping } = bearIndex(name, {}, birth);
  return { before: undefined, stored, mapping, nextSeq: 0, touched: new Map() };
}

interface Draft {
  position: Position;
  readonly blocks: NewBlock[];
  readonly documents: (Document | undefined)[][];
  readonly ids: IdChange[];
  readonly dead: (DeadRow & { readonly index: number })[];
  readonly tallies: Map<number, Tally>;
}

async function commitPlans(
  world: WriteWorld,
  plans: readonly IndexPlan[],
  { at, nextIndex }: { readonly at: number; readonly nextIndex: number },
  slices: Slices,
): Promise<void> {
  const draft: Draft = {
    position: world.counters.position,
    blocks: [],
    documents: [],
    ids: [],
    dead: [],
    tallies: new Map(),
  };
  for (const plan of plans) await draftIndex(draft, plan, at, slices);
  const emptied = emptiedBlocks(world.shelf, draft);
  const purged = world.searching() ? [] : purge(world.catalog, draft, [...world.deadBlocks.values(), ...emptied]);
  const { position, blocks, ids, dead, tallies } = draft;
  const indices = plans
    .filter((plan) => plan.mapping !== plan.before?.mapping())
    .map(({ stored, mapping }) => ({ stored, mapping: mappingText(mapping) }));
  const forgetBefore = at - deletedRememberedMs;
  world.shelf.commit({ position, nextIndex, indices, tallies, blocks, ids, dead, purged, forgetBefore });

  for (const [number, { block }] of blocks.entries()) world.written(block, draft.documents[number] ?? []);
  world.counters.position = position;
  world.counters.nextIndex = nextIndex;
  const { purges } = world.counters;
  for (const place of purged) purges.set(place.index, (purges.get(place.index) ?? 0) + 1);
  if (world.searching()) for (const place of emptied) world.deadBlocks.set(place.first, place);
  else world.deadBlocks.clear();
  for (const { stored, mapping } of plans)
    world.catalog.put(stored, tallies.get(stored.number) as Tally, () => mapping);
  for (const state of [...world.catalog.byName.values()]) {
    const tally = tallies.get(state.stored.number);
    if (tally && tally !== state.tally) world.catalog.put(state.stored, tally, state.mapping);
  }
}

/** Gives the new rows of one index their positions and blocks, and marks what they replace. */
async function draftIndex(draft: Draft, plan: IndexPlan, at: number, slices: Slices): Promise<void> {
  const index = plan.stored.number;
  const tally = plannedTally(plan);
  let { bytes } = tally;
  let entries: { id: string; version: number; seqNo: number; text: string; document: Document | undefined }[] = [];
  let length = 0;
  const close = async (): Promise<void> => {
    if (entries.length === 0) return;
    const first = draft.position - entries.length + 1;
    const block = makeBlock(index, first, entries);
    const encoded = encodeBlock(block);
    draft.blocks.push({ block, encoded });
    draft.documents.push(entries.map((entry) => entry.document));
    bytes += encoded.length;
    entries = [];
    length = 0;
    if (slices.due()) await yieldToLoop();
  };
  // Every change moves the position, a lone deletion too: a window that ends before it must not see it.
  const changed = draft.position + 1;
  for (const [id, { before, after }] of plan.touched) {
    const { version, seqNo, text, document } = after;
    if (text === undefined) {
      draft.ids.push({ index, id, before, after: { place: -at, version, seqNo } });
    } else {
      const position = ++draft.position;
      entries.push({ id, version, seqNo, text, document });
      length += text.length;
      draft.ids.push({ index, id, before, after: { place: position, version, seqNo } });
      if (entries.length === blockRowsMax || length >= blockTextMax) await close();
    }
    if (before && before.place > 0) draft.dead.push({ index, position: before.place, at: changed });
  }
  await close();
  if (draft.position < changed) draft.position = changed;
  draft.tallies.set(index, { ...tally, bytes, last: draft.position });
}

/** Blocks that have no living row once this change is made. */
function emptiedBlocks(shelf: Shelf, draft: Draft): readonly BlockPlace[] {
  const ending = new Map<Position, { readonly place: BlockPlace; ended: number }>();
  let last: { readonly place: BlockPlace; ended: number } | undefined;
  // Ascending, so that the rows of one block come together and it is looked up once.
  for (const position of draft.dead.map((row) => row.position).sort((a, b) => a - b)) {
    if (!last || position >= last.place.first + last.place.count) {
      const place = shelf.blockAt(position);
      last = place && { place, ended: 0 };
      if (last) ending.set(last.place.first, last);
    }
    if (last) last.ended++;
  }
  return [...ending.values()].flatMap(({ place, ended }) => {
    const already = shelf.dead(place.first, place.first + place.count - 1).length;
    return ended + already === place.count ? [place] : [];
  });
}

/** Takes blocks without a living row out of the tallies of their indices; those of dropped indices are swept anyway. */
function purge(catalog: Catalog, draft: Draft, blocks: readonly BlockPlace[]): readonly BlockPlace[] {
  const numbered = new Map([...catalog.byName.values()].map(({ stored, tally }) => [stored.number, tally]));
  return blocks.filter((place) => {
    const tally = draft.tallies.get(place.index) ?? numbered.get(place.index);
    if (!tally) return false;
    draft.tallies.set(place.index, { ...tally, dead: tally.dead - place.count, bytes: tally.bytes - place.bytes });
    return true;
  });
}
