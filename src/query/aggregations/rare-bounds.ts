import { countHashes } from './hash-counts.ts';
import { type HashTable, makeHashTable } from './hash-table.ts';
import type { RareNames } from './rare-names.ts';
import type { RareGroups } from './rare-pairs.ts';

/** How often a value of each hash comes at the most: as often as the hash, if its rows do not prove to have different values. */
export interface RareBounds {
  /** The greatest bound that was not dropped, and how many hashes have it, about. */
  greatest(): CountClass | undefined;
  drop(count: number): void;
  /** The hashes with such bounds that were not read. Those whose rows prove to be of different values get lower bounds, and are left out where these are too low. */
  within(low: number, high: number): Generator<void, ReadonlySet<number>>;
  /** undefined where it is not known. */
  of(hash: number): number | undefined;
  /** The hash comes once for certain, and no value that was counted by name has it. */
  isSingle(hash: number): boolean;
}

/** So many hashes have the same count. */
export interface CountClass {
  readonly count: number;
  readonly hashes: number;
}

/** Hashes that come several times are kept up to this number; beyond it they are counted once more when they are asked for. */
const repeatedMax = 1_000_000;

export function* makeRareBounds(groups: RareGroups, names: RareNames): Generator<void, RareBounds> {
  const named = names.hashes();
  const classes = makeClasses();
  let counts: HashTable | undefined = makeHashTable();
  const once = yield* countHashes(groups.all, named, {
    repeated(hash, count) {
      classes.add(count, 1);
      counts?.set(hash, count);
      if (counts && counts.count > repeatedMax) counts = undefined;
    },
    named: names.mix,
  });
  classes.add(1, once);
  const lowered = new Map<number, number>();
  const countOf = (hash: number): number | undefined => counts && (counts.get(hash) ?? 1);
  const find = function* (low: number, high: number): Generator<void, Set<number>> {
    const hashes = new Set<number>();
    const add = (hash: number, count: number): void => {
      const bound = lowered.get(hash) ?? count;
      if (bound >= low && bound <= high && !names.done(hash)) hashes.add(hash);
    };
    const single = low < 2 ? { once: (hash: number) => add(hash, 1) } : {};
    if (counts && low > 1) counts.each(add);
    else yield* countHashes(groups.all, named, { repeated: add, ...single, named: () => {} });
    yield;
    return hashes;
  };
  return {
    greatest: classes.greatest,
    drop: classes.drop,
    *within(low, high) {
      const hashes = yield* find(low, high);
      if (low < 2) return hashes;
      yield* groups.look(hashes);
      for (const [hash, bound] of yield* lowerBounds(groups, hashes)) {
        const before = lowered.get(hash) ?? countOf(hash);
        if (names.isMixed(hash) || (before !== undefined && bound >= before)) continue;
        lowered.set(hash, bound);
        classes.add(bound, 1);
        if (bound < low) hashes.delete(hash);
      }
      return hashes;
    },
    of: (hash) => lowered.get(hash) ?? countOf(hash),
    isSingle: (hash) => countOf(hash) === 1,
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
function* lowerBounds(groups: RareGroups, hashes: ReadonlySet<number>): Generator<void, ReadonlyMap<number, number>> {
  const bounds = new Map<number, number>();
  const prefix = groups.all[0]?.hashed.prefix;
  if (hashes.size === 0 || hashes.size > hashesToldApart) return bounds;
  if (groups.all.some(({ hashed }) => !hashed.ordered || hashed.prefix !== prefix)) return bounds;
  const rowsOf = new Map<string, number>();
  for (const group of groups.all) {
    const pairs = groups.with(group, hashes);
    for (let at = 0; at < pairs.count; at++) {
      const hash = pairs.hashes[at] as number;
      const key = `${hash} ${pairs.places[at]}`;
      const rows = (rowsOf.get(key) ?? 0) + 1;
      rowsOf.set(key, rows);
      if (rows > (bounds.get(hash) ?? 0)) bounds.set(hash, rows);
    }
    yield;
  }
  return bounds;
}
