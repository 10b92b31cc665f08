/** Counts, never 0, by hashes that spread well: a million of them take 16 MB at the most. */
export interface HashTable {
  readonly count: number;
  /** Of a hash that is not in it yet. */
  set(hash: number, count: number): void;
  get(hash: number): number | undefined;
  each(visit: (hash: number, count: number) => void): void;
}

export function makeHashTable(): HashTable {
  let keys = new Uint32Array(1024);
  let counts = new Uint32Array(1024);
  let count = 0;
  const put = (hash: number, times: number): void => {
    const slot = slotOf(keys, counts, hash);
    keys[slot] = hash;
    counts[slot] = times;
  };
  const each = (visit: (hash: number, count: number) => void): void => {
    for (let slot = 0; slot < keys.length; slot++) {
      if (counts[slot] !== 0) visit(keys[slot] as number, counts[slot] as number);
    }
  };
  const grow = (): void => {
    const before = { keys, counts };
    keys = new Uint32Array(before.keys.length * 2);
    counts = new Uint32Array(keys.length);
    for (let slot = 0; slot < before.keys.length; slot++) {
      if (before.counts[slot] !== 0) put(before.keys[slot] as number, before.counts[slot] as number);
    }
  };
  return {
    get count() {
      return count;
    },
    set(hash, times) {
      if (count * 2 >= keys.length) grow();
      put(hash, times);
      count++;
    },
    get(hash) {
      const times = counts[slotOf(keys, counts, hash)] as number;
      return times === 0 ? undefined : times;
    },
    each,
  };
}

/** Where a hash stands, or would: the first place of that hash or without a count. Tables are a power of two long, and never full. */
export function slotOf(keys: Uint32Array, counts: Uint32Array, hash: number): number {
  const mask = keys.length - 1;
  let slot = (hash ^ (hash >>> 15)) & mask;
  while (counts[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}
