/**
 * Which hashes a run may hold: 16 bits an id, in blocks of 512 bits (one line of the processor's cache) of which an id sets eight.
 * Some 0.2 % of absent ids pass. All is drawn from the hash's 48 bits, so that a filter can be made from a run's records.
 */
export function makeBloom(rows: number): Uint32Array {
  return new Uint32Array(bloomBytes(rows) / 4);
}

export function bloomBytes(rows: number): number {
  return Math.max(1, Math.ceil(rows / idsPerBlock)) * blockWords * 4;
}

const blockWords = 16;
const idsPerBlock = 32;

export function addToBloom(bloom: Uint32Array, hash: number): void {
  const from = blockOf(bloom, hash);
  let bits = bitsOf(hash);
  for (let step = 0; step < steps; step++) {
    for (let shift = 0; shift < 18; shift += 9) {
      const bit = (bits >>> shift) & 511;
      bloom[from + (bit >>> 5)] = (bloom[from + (bit >>> 5)] as number) | (1 << (bit & 31));
    }
    bits = mixed(bits);
  }
}

export function bloomHas(bloom: Uint32Array, hash: number): boolean {
  const from = blockOf(bloom, hash);
  let bits = bitsOf(hash);
  for (let step = 0; step < steps; step++) {
    for (let shift = 0; shift < 18; shift += 9) {
      const bit = (bits >>> shift) & 511;
      if ((((bloom[from + (bit >>> 5)] as number) >>> (bit & 31)) & 1) === 0) return false;
    }
    bits = mixed(bits);
  }
  return true;
}

/** Two bits of the filter each. */
const steps = 4;

function blockOf(bloom: Uint32Array, hash: number): number {
  return Math.floor((hash / 2 ** 48) * (bloom.length / blockWords)) * blockWords;
}

/** From the lower bits, which the choice of the block does not use. */
function bitsOf(hash: number): number {
  return mixed(hash % 2 ** 32);
}

function mixed(bits: number): number {
  const product = Math.imul(bits | 0, 0x9e3779b1);
  return Math.imul(product ^ (product >>> 15), 0x85ebca6b) ^ (product >>> 13);
}
