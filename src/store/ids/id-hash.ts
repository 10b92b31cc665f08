/** Drawn once a data folder: who chooses ids cannot choose ones that meet. */
export interface IdKey {
  readonly k0: number;
  readonly k1: number;
}

/**
 * 48 bits of HalfSipHash-1-3 (https://131002.net/siphash/) of an id in an index, as a number below 2^48. Two of 10 million ids meet
 * with a chance of 1 in 6: what is found by a hash is compared with the id itself.
 */
export function idHash({ k0, k1 }: IdKey, index: number, id: string): number {
  state[0] = k0;
  state[1] = k1 ^ 0xee;
  state[2] = 0x6c796765 ^ k0;
  state[3] = 0x74656462 ^ k1;
  take(index);
  const even = id.length & ~1;
  for (let at = 0; at < even; at += 2) take(id.charCodeAt(at) | (id.charCodeAt(at + 1) << 16));
  if (even < id.length) take(id.charCodeAt(even));
  take(id.length);
  state[2] = word(2) ^ 0xee;
  const high = finished() >>> 0;
  state[1] = word(1) ^ 0xdd;
  return high * 0x1_0000 + (finished() & 0xffff);
}

const state = new Int32Array(4);

function word(at: 0 | 1 | 2 | 3): number {
  return state[at] as number;
}

function take(input: number): void {
  state[3] = word(3) ^ input;
  round();
  state[0] = word(0) ^ input;
}

function finished(): number {
  round();
  round();
  round();
  return word(1) ^ word(3);
}

function round(): void {
  let v0 = (word(0) + word(1)) | 0;
  let v1 = rotated(word(1), 5) ^ v0;
  v0 = rotated(v0, 16);
  let v2 = (word(2) + word(3)) | 0;
  let v3 = rotated(word(3), 8) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = rotated(v3, 7) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = rotated(v1, 13) ^ v2;
  v2 = rotated(v2, 16);
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
