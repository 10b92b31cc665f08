import { type Clock, elapsedMs } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { ArrivalWindow, Position } from '../store.ts';
import {
  type ArrivalMap,
  type ArrivalRange,
  type Base,
  joined,
  lengthOf,
  makeArrivalMap,
  type Stretch,
} from './arrival-map.ts';
import type { ArrivalRecord, Head, Whole } from './arrival-record.ts';
import type { EngineClient } from './engine-client.ts';
import type { Freshness } from './freshness.ts';
import { joinedWork } from './joined-work.ts';
import { type ShardProgress, shardProgress } from './shard-progress.ts';

/**
 * The order of arrival on a cluster. A position is given to an operation only when its shard has done it and all before it, and
 * was refreshed since: what a window holds can be found, and nothing comes into a window later. All processes of a cluster share
 * one record and so agree about each position. Indices whose names begin with a dot have no arrivals.
 */
export interface Arrivals {
  /** Looks what arrived, gives it positions and answers the last one. New ones are given at most every `pauseMs`, and less often where a look takes long. */
  position(): Promise<Position>;
  ranges(window: ArrivalWindow): readonly ArrivalRange[];
  /**
   * Nobody asks for a window any more that begins before this: what is kept of it goes, here and in the record. Answers where
   * windows may begin: later than that where more than limits.arrivalStretchesKeptMax would be kept.
   */
  forget(before: Position): Promise<Position>;
}

export interface ArrivalPorts {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly freshness: Pick<Freshness, 'refresh'>;
  readonly record: ArrivalRecord;
  readonly pauseMs: number;
  /** How many shards each index has, by its uuid: all indices there are, also those whose shards are away. */
  shards(): Promise<ReadonlyMap<string, number>>;
}

/** Reads the record, or begins it: what is in the cluster then counts as there before. */
export async function openArrivals(ports: ArrivalPorts): Promise<Arrivals> {
  const { client, clock, record, pauseMs } = ports;
  let progress = await shardProgress(client, clock);
  const places = knownPlaces(await ports.shards());
  places.learn(progress);
  const before = progress.map(({ index, uuid, shard, done }) => ({ index, uuid, shard, count: done }));
  let { map, head, starts } = learnt(await record.open(async () => before));

  let last: (() => number) | undefined;
  let rest = pauseMs;
  const look = async (): Promise<void> => {
    progress = await shardProgress(client, clock);
    places.learn(progress);
  };
  const advance = async (): Promise<Position> => {
    await look();
    if (newStretches(progress, map).length === 0) return map.position();
    const wait = rest - (last?.() ?? rest);
    if (wait > 0) {
      await clock.sleep(wait);
      await look();
    }
    const begun = elapsedMs();
    for (;;) {
      const found = newStretches(progress, map);
      if (found.length === 0) return map.position();
      await ports.freshness.refresh([...new Set(found.map(({ index }) => index))]);
      last = elapsedMs();
      // A cluster that is busy with bulks of many indices is not to be busier with showing them.
      rest = Math.max(pauseMs, Math.min(begun() * limits.arrivalRestFactor, limits.arrivalRestMaxMs));
      const moved = await moveHead(record, head, found);
      if (moved) {
        head = moved;
        starts.add(head.start);
        learnHead(map, head);
      } else {
        // Another process was quicker: what it gave positions to need not get them again.
        ({ map, head, starts } = await caughtUp(record, { map, head, starts }, before));
        // That may be of indices which this one did not see yet.
        await look();
      }
    }
  };

  return {
    // A look that is under way may have begun before the caller's write: the next one sees it.
    position: joinedWork(advance),
    ranges: (window) => map.ranges(window, places.living),
    async forget(upTo) {
      const sorted = [...starts].sort((a, b) => a - b);
      const due = sorted.findLast((start) => start <= upTo) ?? 0;
      const forced = sorted.find((start) => map.size(start) <= limits.arrivalStretchesKeptMax) ?? head.start;
      const base = Math.max(due, forced);
      if (base === 0) return 0;
      const living = await ports.shards();
      const { position, done } = map.baseAt(base);
      await record.prune({ position, done: done.filter(({ uuid }) => living.has(uuid)) });
      map.forget(base);
      places.forget(living);
      for (const start of starts) if (start < base) starts.delete(start);
      return base;
    },
  };
}

/**
 * The shards that indices have. One that is away for the moment, as while another node takes over from one that was killed, is
 * still its index's: what arrived in it must not be counted as nothing, but the search for it must fail. An index is known to
 * be gone when another one has its name; of one that is just gone a search finds nothing anyway.
 */
function knownPlaces(counts: ReadonlyMap<string, number>) {
  const living = new Map(
    [...counts].map(([uuid, count]) => [uuid, Array.from({ length: count }, (_, shard) => shard)]),
  );
  const uuids = new Map<string, string>();
  return {
    living,
    learn(progress: readonly ShardProgress[]): void {
      for (const { index, uuid, shard } of progress) {
        const other = uuids.get(index);
        if (other !== undefined && other !== uuid) living.delete(other);
        uuids.set(index, uuid);
        const shards = living.get(uuid);
        if (!shards) living.set(uuid, [shard]);
        else if (!shards.includes(shard)) shards.push(shard);
      }
    },
    forget(there: ReadonlyMap<string, number>): void {
      for (const uuid of [...living.keys()]) if (!there.has(uuid)) living.delete(uuid);
      for (const [index, uuid] of uuids) if (!there.has(uuid)) uuids.delete(index);
    },
  };
}

function newStretches(progress: readonly ShardProgress[], map: ArrivalMap): readonly Stretch[] {
  return progress.flatMap(({ index, uuid, shard, done }) => {
    const from = map.next(uuid, shard);
    return done > from ? [{ index, uuid, shard, from, count: done - from }] : [];
  });
}

/** What a process knows of the record. `starts`: where a part or the head begins, and so the record may. */
interface Known {
  readonly map: ArrivalMap;
  readonly head: Head;
  readonly starts: Set<Position>;
}

function learnt({ base, parts, head }: Whole): Known {
  const map = makeArrivalMap(base);
  for (const { start, stretches } of parts) map.learn(start, stretches);
  learnHead(map, head);
  return { map, head, starts: new Set([...parts.map(({ start }) => start), head.start]) };
}

/** What others added since; all of it anew where they have pruned what this process did not know yet. */
async function caughtUp(
  record: ArrivalRecord,
  { map, head: old, starts }: Known,
  before: Base['done'],
): Promise<Known> {
  const head = await record.head();
  const parts = head.start > old.start ? await record.parts(old.start) : [];
  const complete = parts.every(({ start, stretches }) => map.learn(start, stretches)) && learnHead(map, head);
  if (!complete) return learnt(await record.open(async () => before));
  for (const { start } of [...parts, head]) starts.add(start);
  return { map, head, starts };
}

/** False: something before it is missing. */
function learnHead(map: ArrivalMap, { start, open, closing }: Head): boolean {
  return (!closing || map.learn(closing.start, closing.stretches)) && map.learn(start, open);
}

/** Puts the stretches at the end of the record. Undefined where another process did so first. */
async function moveHead(record: ArrivalRecord, head: Head, found: readonly Stretch[]): Promise<Head | undefined> {
  // Its own document comes before the head that no longer holds it; writing it twice does no harm.
  if (head.closing) await record.keep(head.closing);
  const open = joined([...head.open, ...found]);
  if (open.length <= limits.arrivalStretchesMax) {
    return record.move(head, { start: head.start, open, closing: undefined });
  }
  const closing = { start: head.start, stretches: open };
  return record.move(head, { start: head.start + lengthOf(open), open: [], closing });
}
