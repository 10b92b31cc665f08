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
  let once = 0;
  for (let from = 0; from < 256; from += upper) {
    const gathered = yield* gather(groups, from, from + upper, total / passes);
    const bits = Math.max(0, Math.min(16, Math.ceil(Math.log2(gathered.length / sliceSize))));
    const shift = 24 + Math.log2(upper) - bits;
    const { hashes, ends } = yield* sliced(gathered, from * 0x1000000, shift, 2 ** bits);
    const table = makeTable(largestOf(ends));
    for (let slice = 0; slice < ends.length; slice++) {
      table.fill(hashes, slice === 0 ? 0 : (ends[slice - 1] as number), ends[slice] as number);
      // Slices ascend as hashes do.
      const below = from * 0x1000000 + (slice + 1) * 2 ** shift;
      for (let place = names.next(below); place >= 0; place = names.next(below)) {
        if (table.raise(named.hashes[place] as number, named.counts[place] as number)) visits.named(place);
      }
      once += table.each(visits);
      yield;
    }
  }
  return once;
}

function* gather(groups: readonly RareGroup[], from: number, to: number, about: number): Generator<void, Uint32Array> {
  let hashes = new Uint32Array(Math.ceil(about * 1.1) + 1024);
  let end = 0;
  for (const group of groups) {
    if (end + group.count > hashes.length) {
      const more = new Uint32Array(Math.ceil((end + group.count) * 1.2));
      more.set(hashes);
      hashes = more;
    }
    end = hashesOf(group, from, to, hashes, end);
    yield;
  }
  return hashes.subarray(0, end);
}

/** Puts them in order of their slices. */
function* sliced(
  hashes: Uint32Array,
  base: number,
  shift: number,
  slices: number,
): Generator<void, { readonly hashes: Uint32Array; readonly ends: Uint32Array }> {
  const ends = new Uint32Array(slices);
  if (slices === 1) {
    ends[0] = hashes.length;
    return { hashes, ends };
  }
  const starts = new Uint32Array(slices + 1);
  for (let at = 0; at < hashes.length; at++) {
    const slice = (((hashes[at] as number) - base) >>> shift) + 1;
    starts[slice] = (starts[slice] as number) + 1;
  }
  yield;
  for (let slice = 1; slice <= slices; slice++)
    starts[slice] = (starts[slice] as number) + (starts[slice - 1] as number);
  ends.set(starts.subarray(0, slices));
  const sorted = new Uint32Array(hashes.length);
  for (let from = 0; from < hashes.length; from += step) {
    const to = Math.min(hashes.length, from + step);
    for (let at = from; at < to; at++) {
      const hash = hashes[at] as number;
      const slice = (hash - base) >>> shift;
      const place = ends[slice] as number;
      sorted[place] = hash;
      ends[slice] = place + 1;
    }
    yield;
  }
  return { hashes: sorted, ends };
}

/** Hashes put in order at a stretch. */
const step = 262_144;

function largestOf(ends: Uint32Array): number {
  let largest = 0;
  for (let slice = 0; slice < ends.length; slice++) {
    largest = Math.max(largest, (ends[slice] as number) - (slice === 0 ? 0 : (ends[slice - 1] as number)));
  }
  return largest;
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

/** Counts up to so many different hashes. */
function makeTable(most: number) {
  const size = 2 ** Math.ceil(Math.log2(Math.max(8, most * 2)));
  const mask = size - 1;
  const keys = new Uint32Array(size);
  const counts = new Uint32Array(size);
  const used = new Uint32Array(most);
  let count = 0;
  return {
    /** With the hashes between two places, and no others. */
    fill(hashes: Uint32Array, from: number, to: number): void {
      for (let at = 0; at < count; at++) counts[used[at] as number] = 0;
      count = 0;
      for (let at = from; at < to; at++) {
        const hash = hashes[at] as number;
        let slot = (hash ^ (hash >>> 15)) & mask;
        while (counts[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
        const before = counts[slot] as number;
        if (before === 0) {
          keys[slot] = hash;
          used[count++] = slot;
        }
        counts[slot] = before + 1;
      }
    },
    /** False where no row has the hash. */
    raise(hash: number, by: number): boolean {
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (counts[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
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
