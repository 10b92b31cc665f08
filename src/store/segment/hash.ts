/**
 * What texts are hashed with. One key for all segments of a folder, so that equal values have equal hashes in each of them, and
 * a secret one, so that nobody can make values that collide. Even then searches would get slower, not wrong.
 */
export interface HashKey {
  /** 32 bits, from which the others come. */
  readonly secret: number;
  readonly seed: number;
  readonly factor: number;
}

export function makeHashKey(secret: number): HashKey {
  return { secret, seed: mixHash(secret ^ 0x811c9dc5), factor: (mixHash(secret ^ 0x9e3779b1) & ~7) | 5 };
}

/** 32 bits, unsigned. */
export function textHash({ seed, factor }: HashKey, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), factor);
  return mixHash(hash) >>> 0;
}

/** Spreads a hash that was built up character by character over all bits (the last step of MurmurHash3). */
export function mixHash(start: number): number {
  let hash = start;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
