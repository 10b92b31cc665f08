/**
 * Values that are the same for the same key, one object for all: indices of one template, one a day, then share what they have in
 * common, and who compares objects sees it. `make` may throw. Beyond `max` those not asked for lately are forgotten, and made anew:
 * to share less costs memory and time only.
 */
export function sharedValues<T extends object>(max: number): (key: string, make: () => T) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (key, make) => {
    const known = young.get(key);
    if (known) return known;
    const value = old.get(key) ?? make();
    if (young.size >= max / 2) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
    return value;
  };
}
