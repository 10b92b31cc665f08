import { countHashes } from './hash-counts.ts';
import type { RareNames } from './rare-names.ts';
import { type RareRows, rowsWith } from './rare-rows.ts';

/** How often a value of each hash comes at the most: as often as the hash, if its rows do not prove to have different values. */
export interface RareBounds {
  /** The greatest bound that was not dropped, and how many hashes have it, about. */
  greatest(): CountClass | undefined;
  drop(count: number): void;
  /** The hashes with such bounds that were not read. Those whose rows prove to be of different values get lower bounds, and are left out where these are too low. */
  within(low: number, high: number): Generator<void, ReadonlySet<number>>;
  of(hash: number): number;
  /** How often the hash comes. */
  counted(hash: number): number;
}

/** So many hashes have the same count. */
export interface CountClass {
  readonly count: number;
  readonly hashes: number;
}

/** Hashes that come several times are listed up to this number; beyond it they are counted once more when they are asked for. */
const repeatedMax = 1_000_000;

export function* makeRareBounds(rare: RareRows, names: RareNames): Generator<void, RareBounds> {
  const counts = yield* countHashes(rare.chunks, rare.count, names.hashes());
  const classes = makeClasses();
  const repeated: number[] = [];
  let repeats = 0;
  const repeat = (hash: number, count: number): void => {
    classes.add(count, 1);
    if (repeats++ < repeatedMax) repeated.push(hash, count);
  };
  classes.add(1, yield* counts.each(repeat, names.mix, true));
  const lowered = new Map<number, number>();
  const find = function* (low: number, high: number): Generator<void, Set<number>> {
    const hashes = new Set<number>();
    const add = (hash: number, count: number): void => {
      const bound = count > 1 ? (lowered.get(hash) ?? count) : count;
      if (bound >= low && bound <= high && !names.done(hash)) hashes.add(hash);
    };
    if (low < 2 || repeats > repeatedMax) yield* counts.each(add);
    else for (let at = 0; at < repeated.length; at += 2) add(repeated[at] as number, repeated[at + 1] as number);
    yield;
    return hashes;
  };
  return {
    greatest: classes.greatest,
    drop: classes.drop,
    *within(low, high) {
      const hashes = yield* find(low, high);
      if (low < 2) return hashes;
      for (const [hash, bound] of yield* lowerBounds(rare, hashes)) {
        if (names.isMixed(hash) || bound >= (lowered.get(hash) ?? counts.countOf(hash))) continue;
        lowered.set(hash, bound);
        classes.add(bound, 1);
        if (bound < low) hashes.delete(hash);
      }
      return hashes;
    },
    of: (hash) => lowered.get(hash) ?? counts.countOf(hash),
    counted: counts.countOf,
  };
}

function makeClasses(): {
  add(count: number, hashes: number): void;
  drop(count: number): void;
  greatest(): CountClass | undefined;
} {
  const small = new Uint32Array(256);
  const large = new Map<number, number>();
  return {
    add(count, hashes) {
      if (count < small.length) small[count] = (small[count] as number) + hashes;
      else large.set(count, (large.get(count) ?? 0) + hashes);
    },
    drop(count) {
      if (count < small.length) small[count] = 0;
      else large.delete(count);
    },
    greatest() {
      let count = 0;
      for (const one of large.keys()) count = Math.max(count, one);
      if (count > 0) return { count, hashes: large.get(count) ?? 0 };
      count = small.findLastIndex((hashes) => hashes > 0);
      return count < 0 ? undefined : { count, hashes: small[count] as number };
    },
  };
}

/** More are read as they come. */
const hashesToldApart = 65_536;

/** Rows of one hash with different places have different values: how many rows of a hash may have one value. */
function* lowerBounds({ chunks }: RareRows, hashes: ReadonlySet<number>): Generator<void, ReadonlyMap<number, number>> {
  const bounds = new Map<number, number>();
  const prefix = chunks[0]?.hashed.prefix;
  if (hashes.size === 0 || hashes.size > hashesToldApart) return bounds;
  if (chunks.some(({ hashed }) => !hashed.order || hashed.prefix !== prefix)) return bounds;
  const rowsOf = new Map<string, number>();
  for (const chunk of chunks) {
    const { of, order } = chunk.hashed;
    for (const row of rowsWith(chunk, hashes)) {
      const hash = of[row] as number;
      const key = `${hash} ${order?.[row]}`;
      const rows = (rowsOf.get(key) ?? 0) + 1;
      rowsOf.set(key, rows);
      if (rows > (bounds.get(hash) ?? 0)) bounds.set(hash, rows);
    }
    yield;
  }
  return bounds;
}
