/** Keeps what was used lately, within a weight. What does not fit is forgotten and read again. */
export interface BoundedCache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, weight: number): void;
  /** Forgets what was not used since the call before. */
  age(): void;
  clear(): void;
}

/**
 * Two generations: a hit in the old one moves to the new one, and when the new one is half of `weightMax` it becomes the
 * old one. (A Map that deletes and sets on every hit gets slow in V8 once it holds many entries: its evictions then walk over
 * the deleted ones.)
 */
export function boundedCache<K, V>(weightMax: number): BoundedCache<K, V> {
  type Entry = { readonly value: V; readonly weight: number };
  let young = new Map<K, Entry>();
  let old = new Map<K, Entry>();
  let weight = 0;
  const add = (key: K, entry: Entry): void => {
    if (entry.weight > weightMax / 4) return;
    weight += entry.weight - (young.get(key)?.weight ?? 0);
    young.set(key, entry);
    if (weight >= weightMax / 2) age();
  };
  const age = (): void => {
    old = young;
    young = new Map();
    weight = 0;
  };
  return {
    get(key) {
      const entry = young.get(key);
      if (entry) return entry.value;
      const older = old.get(key);
      if (older) add(key, older);
      return older?.value;
    },
    set: (key, value, weight) => add(key, { value, weight }),
    age,
    clear() {
      age();
      age();
    },
  };
}
