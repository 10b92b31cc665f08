import type { ArrivalWindow, Position } from '../store.ts';

/** Operations of one shard, in the order in which the shard did them: `count` of them from `_seq_no` `from` on. */
export interface Stretch {
  readonly index: string;
  readonly uuid: string;
  readonly shard: number;
  readonly from: number;
  readonly count: number;
}

/** What of one shard arrived in a window: `_seq_no` from `low` to `high`, both included. */
export interface ArrivalRange {
  readonly index: string;
  readonly shard: number;
  readonly low: number;
  readonly high: number;
  /** All shards that the index has, by their numbers. */
  readonly shards: readonly number[];
}

/** Where remembering begins: what each shard had done by a position. At position 0 it is what was there before counting. */
export interface Base {
  readonly position: Position;
  readonly done: readonly Omit<Stretch, 'from'>[];
}

/**
 * The order of arrival on a cluster, which has none of its own: each shard numbers its operations (`_seq_no`), and positions are
 * given to stretches of these numbers one after the other. Position p + 1 is the first operation of the stretch learnt at p.
 */
export interface ArrivalMap {
  /** The last position given. */
  position(): Position;
  /** The `_seq_no` that a shard counts from next. */
  next(uuid: string, shard: number): number;
  /** Takes stretches that follow one another from `start` on; what is known is passed over. False: something before is missing. */
  learn(start: Position, stretches: readonly Stretch[]): boolean;
  /** How far the shards of all indices had come at a position: a map can begin there. */
  baseAt(position: Position): Base;
  /** Forgets what lies before a position; a window that begins before it holds what arrived since. */
  forget(position: Position): void;
  /** Stretches that are remembered of what came after a position. */
  size(after: Position): number;
  /** For each shard what of it lies in the window. `living`: the shards of each index that is there still. */
  ranges(window: ArrivalWindow, living: ReadonlyMap<string, readonly number[]>): readonly ArrivalRange[];
}

export function makeArrivalMap(base: Base): ArrivalMap {
  let start = base;
  let known: Placed[] = [];
  let position = base.position;
  const nexts = new Map(base.done.map((one) => [keyOf(one), one.count]));
  const add = (stretch: Stretch): void => {
    const last = known.at(-1);
    if (last && follows(last, stretch)) known[known.length - 1] = { ...last, count: last.count + stretch.count };
    else known.push({ ...stretch, start: position });
    position += stretch.count;
    nexts.set(keyOf(stretch), stretch.from + stretch.count);
  };
  const baseAt = (at: Position): Base => {
    const done = new Map(start.done.map((one) => [keyOf(one), one]));
    for (const { start: begin, from, count, ...shard } of known) {
      if (begin >= at) break;
      done.set(keyOf(shard), { ...shard, count: from + Math.min(count, at - begin) });
    }
    return { position: at, done: [...done.values()] };
  };
  return {
    position: () => position,
    next: (uuid, shard) => nexts.get(keyOf({ uuid, shard })) ?? 0,
    size: (after) => known.length - firstAfter(known, after),
    baseAt,
    learn(begin, stretches) {
      if (begin > position) return false;
      let at = begin;
      for (const stretch of stretches) {
        const skipped = Math.min(stretch.count, Math.max(0, position - at));
        at += stretch.count;
        if (skipped < stretch.count) {
          add({ ...stretch, from: stretch.from + skipped, count: stretch.count - skipped });
        }
      }
      return true;
    },
    forget(before) {
      if (before <= start.position) return;
      start = baseAt(before);
      known = known.slice(firstAfter(known, before));
      const [first] = known;
      if (!first || first.start >= before) return;
      const gone = before - first.start;
      known[0] = { ...first, start: before, from: first.from + gone, count: first.count - gone };
    },
    ranges({ after, upTo }, living) {
      const found = new Map<string, ArrivalRange>();
      for (let at = firstAfter(known, after); at < known.length; at++) {
        const stretch = known[at] as Placed;
        if (stretch.start >= upTo) break;
        const shards = living.get(stretch.uuid);
        if (!shards) continue;
        const low = stretch.from + Math.max(0, after - stretch.start);
        const high = stretch.from + Math.min(stretch.count, upTo - stretch.start) - 1;
        const { index, shard } = stretch;
        // One shard's stretches follow one another without a gap.
        const begin = found.get(keyOf(stretch))?.low ?? (after < 0 ? 0 : low);
        found.set(keyOf(stretch), { index, shard, low: begin, high, shards });
      }
      return [...found.values()];
    },
  };
}

/** Stretches that go on from one another are one. */
export function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const list: Stretch[] = [];
  for (const stretch of stretches) {
    const last = list.at(-1);
    if (last && follows(last, stretch)) list[list.length - 1] = { ...last, count: last.count + stretch.count };
    else list.push(stretch);
  }
  return list;
}

export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { count }) => sum + count, 0);
}

function follows(last: Stretch, next: Stretch): boolean {
  return last.uuid === next.uuid && last.shard === next.shard && last.from + last.count === next.from;
}

function keyOf({ uuid, shard }: Pick<Stretch, 'uuid' | 'shard'>): string {
  return `${uuid}/${shard}`;
}

/** A stretch and the position it begins after. */
type Placed = Stretch & { readonly start: Position };

/** Where the first stretch stands that reaches beyond `after` (binary search). */
function firstAfter(known: readonly Placed[], after: Position): number {
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { start, count } = known[middle] as Placed;
    if (start + count <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
