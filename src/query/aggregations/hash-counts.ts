import { slotOf } from './hash-table.ts';
import { hashesOf, type RareGroup } from './rare-pairs.ts';

/** Values that were counted by name. */
export interface NamedHashes {
  readonly hashes: Uint32Array;
  readonly counts: Uint32Array;
}

/** Who is told of hashes. */
export interface HashVisits {
  /** A hash that comes several times. */
  repeated(hash: number, count: number): void;
  /** One that comes once; without this they are only counted. */
  once?: (hash: number) => void;
  /** A named value whose hash rows have, by its place: its count was added to theirs. */
  named(place: number): void;
}

/** Hashes a slice: what counts them stays in the processor's cache. */
const sliceSize = 4096;
/** Hashes that are in memory at a time: of more, one part of their space is counted after the other. */
const passSize = 2 ** 21;

/** Counts how many rows have each hash; answers how many hashes come once. Stops now and then. */
export function* countHashes(
  groups: readonly RareGroup[],
  named: NamedHashes,
  visits: HashVisits,
): Generator<void, number> {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const passes = 2 ** Math.max(0, Math.min(8, Math.ceil(Math.log2(total / passSize))));
  const names = namesByHash(named);
  const upper = 256 / passes;
  const table = makeTable();
  let once = 0;
  for (let from = 0; from < 256; from += upper) {
    const { hashes, starts, ends } = yield* gather(groups, from, from + upper, total / passes);
    const bits = Math.max(0, Math.min(16, Math.ceil(Math.log2((ends.at(-1) ?? 0) / sliceSize))));
    const shift = 24 + Math.log2(upper) - bits;
    for (let slice = 0; slice < 2 ** bits; slice++) {
      // Slices ascend as hashes do.
      const below = from * 0x1000000 + (slice + 1) * 2 ** shift;
      table.clear();
      for (let run = 0; run < ends.length; run++) {
        starts[run] = table.add(hashes, starts[run] as number, ends[run] as number, below);
      }
      for (let place = names.next(below); place >= 0; place = names.next(below)) {
        if (table.raise(named.hashes[place] as number, named.counts[place] as number)) visits.named(place);
      }
      once += table.each(visits);
      yield;
    }
  }
  return once;
}

/** The hashes of each group ascend, and lie between its start and its end. */
interface Runs {
  readonly hashes: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

function* gather(groups: readonly RareGroup[], from: number, to: number, about: number): Generator<void, Runs> {
  let hashes = new Uint32Array(Math.ceil(about * 1.1) + 1024);
  const starts = new Uint32Array(groups.length);
  const ends = new Uint32Array(groups.length);
  let end = 0;
  for (const [run, group] of groups.entries()) {
    if (end + group.count > hashes.length) {
      const more = new Uint32Array(Math.ceil((end + group.count) * 1.2));
      more.set(hashes);
      hashes = more;
    }
    starts[run] = end;
    end = hashesOf(group, from, to, hashes, end);
    ends[run] = end;
    sortRun(hashes.subarray(starts[run], end));
    yield;
  }
  return { hashes, starts, ends };
}

/** Those of sealed segments are in order. */
function sortRun(hashes: Uint32Array): void {
  for (let at = 1; at < hashes.length; at++) {
    if ((hashes[at] as number) >= (hashes[at - 1] as number)) continue;
    hashes.sort();
    return;
  }
}

/** The places of names by their hashes, each handed out once. */
function namesByHash({ hashes }: NamedHashes): { next(below: number): number } {
  const order = Uint32Array.from(hashes.keys()).sort((a, b) => (hashes[a] as number) - (hashes[b] as number));
  let at = 0;
  return {
    next(below) {
      const place = order[at];
      if (place === undefined || (hashes[place] as number) >= below) return -1;
      at++;
      return place;
    },
  };
}

/** Counts the hashes of one slice. */
function makeTable() {
  let keys = new Uint32Array(sliceSize * 4);
  let counts = new Uint32Array(sliceSize * 4);
  let used = new Uint32Array(sliceSize * 2);
  let count = 0;
  const grow = (): void => {
    const before = { keys, counts, used };
    keys = new Uint32Array(before.keys.length * 2);
    counts = new Uint32Array(keys.length);
    used = new Uint32Array(before.used.length * 2);
    for (let at = 0; at < count; at++) {
      const from = before.used[at] as number;
      const slot = slotOf(keys, counts, before.keys[from] as number);
      keys[slot] = before.keys[from] as number;
      counts[slot] = before.counts[from] as number;
      used[at] = slot;
    }
  };
  return {
    clear(): void {
      for (let at = 0; at < count; at++) counts[used[at] as number] = 0;
      count = 0;
    },
    /** Counts those from a place on that lie below a hash; answers the place behind them. */
    add(hashes: Uint32Array, from: number, to: number, below: number): number {
      let at = from;
      for (; at < to; at++) {
        const hash = hashes[at] as number;
        if (hash >= below) break;
        if (count === used.length) grow();
        const slot = slotOf(keys, counts, hash);
        if (counts[slot] === 0) {
          keys[slot] = hash;
          used[count++] = slot;
        }
        counts[slot] = (counts[slot] as number) + 1;
      }
      return at;
    },
    /** False where no row has the hash. */
    raise(hash: number, by: number): boolean {
      const slot = slotOf(keys, counts, hash);
      if (counts[slot] === 0) return false;
      counts[slot] = (counts[slot] as number) + by;
      return true;
    },
    /** Answers how many come once: mostly nearly all. */
    each({ repeated, once }: HashVisits): number {
      let single = 0;
      for (let at = 0; at < count; at++) {
        const slot = used[at] as number;
        const times = counts[slot] as number;
        if (times > 1) repeated(keys[slot] as number, times);
        else {
          single++;
          once?.(keys[slot] as number);
        }
      }
      return single;
    },
  };
}
