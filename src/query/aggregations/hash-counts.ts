import type { RareChunk } from './rare-rows.ts';

/** How many rows have each hash. Values that were counted by name add to the hash that they have, where rows have it too. */
export interface HashCounts {
  /**
   * Calls with every hash of a row and its count; with every named value whose hash rows have, by its place. Stops now and then.
   * With `repeated` only with hashes that come more than once: answers how many do not.
   */
  each(
    visit: (hash: number, count: number) => void,
    named?: (place: number) => void,
    repeated?: boolean,
  ): Generator<void, number>;
  countOf(hash: number): number;
}

export interface NamedHashes {
  readonly hashes: Uint32Array;
  readonly counts: Uint32Array;
}

/** Hashes a slice: what counts them stays in the processor's cache. */
const sliceSize = 4096;
const bitsMax = 16;

/** Sorts the hashes into slices of their space, each of which is counted by itself. */
export function* countHashes(
  chunks: readonly RareChunk[],
  total: number,
  named: NamedHashes,
): Generator<void, HashCounts> {
  const bits = Math.max(0, Math.min(bitsMax, Math.ceil(Math.log2(total / sliceSize))));
  const sliceOf = (hash: number): number => (bits === 0 ? 0 : hash >>> (32 - bits));
  const starts = new Uint32Array(2 ** bits + 1);
  for (const { hashed, rows, count } of chunks) {
    const { of } = hashed;
    for (let at = 0; at < count; at++) {
      const slice = sliceOf(of[rows[at] as number] as number) + 1;
      starts[slice] = (starts[slice] as number) + 1;
    }
    yield;
  }
  const largest = sumUp(starts);
  const ends = starts.slice();
  const hashes = new Uint32Array(total);
  for (const { hashed, rows, count } of chunks) {
    const { of } = hashed;
    for (let at = 0; at < count; at++) {
      const hash = of[rows[at] as number] as number;
      const slice = sliceOf(hash);
      const place = ends[slice] as number;
      hashes[place] = hash;
      ends[slice] = place + 1;
    }
    yield;
  }
  const places = placesBySlice(named, sliceOf, 2 ** bits);
  const table = makeTable(largest);
  const fill = (slice: number, visit: ((place: number) => void) | undefined): void => {
    table.clear();
    const end = starts[slice + 1] as number;
    for (let at = starts[slice] as number; at < end; at++) table.add(hashes[at] as number);
    const namedEnd = places.starts[slice + 1] as number;
    for (let at = places.starts[slice] as number; at < namedEnd; at++) {
      const place = places.order[at] as number;
      if (table.raise(named.hashes[place] as number, named.counts[place] as number)) visit?.(place);
    }
  };
  let filled = -1;
  return {
    *each(visit, visitNamed, repeated = false) {
      filled = -1;
      let once = 0;
      for (let slice = 0; slice < 2 ** bits; slice++) {
        fill(slice, visitNamed);
        once += table.each(visit, repeated ? 1 : 0);
        yield;
      }
      return once;
    },
    countOf(hash) {
      const slice = sliceOf(hash);
      if (slice !== filled) fill(slice, undefined);
      filled = slice;
      return table.countOf(hash);
    },
  };
}

/** Turns counts at n + 1 into starts at n; answers the greatest count. */
function sumUp(starts: Uint32Array): number {
  let largest = 0;
  for (let at = 1; at < starts.length; at++) {
    largest = Math.max(largest, starts[at] as number);
    starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  }
  return largest;
}

function placesBySlice({ hashes }: NamedHashes, sliceOf: (hash: number) => number, slices: number) {
  const starts = new Uint32Array(slices + 1);
  for (const hash of hashes) starts[sliceOf(hash) + 1] = (starts[sliceOf(hash) + 1] as number) + 1;
  sumUp(starts);
  const ends = starts.slice();
  const order = new Uint32Array(hashes.length);
  for (let place = 0; place < hashes.length; place++) {
    const slice = sliceOf(hashes[place] as number);
    order[ends[slice] as number] = place;
    ends[slice] = (ends[slice] as number) + 1;
  }
  return { starts, order };
}

/** Counts up to so many different hashes; 0 is none. */
function makeTable(most: number) {
  const size = 2 ** Math.ceil(Math.log2(Math.max(8, most * 2)));
  const mask = size - 1;
  const keys = new Uint32Array(size);
  const counts = new Uint32Array(size);
  const used = new Uint32Array(most);
  let count = 0;
  const slotOf = (hash: number): number => {
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (counts[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  };
  return {
    clear(): void {
      for (let at = 0; at < count; at++) counts[used[at] as number] = 0;
      count = 0;
    },
    add(hash: number): void {
      const slot = slotOf(hash);
      const before = counts[slot] as number;
      if (before === 0) {
        keys[slot] = hash;
        used[count++] = slot;
      }
      counts[slot] = before + 1;
    },
    /** False where no row has the hash. */
    raise(hash: number, by: number): boolean {
      const slot = slotOf(hash);
      if (counts[slot] === 0) return false;
      counts[slot] = (counts[slot] as number) + by;
      return true;
    },
    countOf: (hash: number): number => counts[slotOf(hash)] as number,
    /** Passes over hashes that come so seldom, and answers how many these are: mostly nearly all. */
    each(visit: (hash: number, count: number) => void, seldom: number): number {
      let passed = 0;
      for (let at = 0; at < count; at++) {
        const slot = used[at] as number;
        const times = counts[slot] as number;
        if (times <= seldom) passed++;
        else visit(keys[slot] as number, times);
      }
      return passed;
    },
  };
}
