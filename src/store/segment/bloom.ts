import { addRange, noRows, type Rows, segmentRowsMax } from './rows.ts';

/**
 * One Bloom filter for every 64 rows, for values that hardly repeat: it tells in which groups of rows a value may stand. Bit b
 * of all groups lies together (bit-sliced), so a look-up reads few neighbouring bytes whatever the number of groups.
 */
export interface Bloom {
  /** bit → the groups that have it: `bits × groups / 8` bytes. */
  readonly slices: Uint8Array;
}

/** 64 rows of CloudTrail have some 1,200 values and words that hardly repeat: about one group in 500 is a false hit. */
export const bloomBits = 16_384;
const probes = 5;
const groups = segmentRowsMax / 64;
export const sliceBytes = groups / 8;

export function makeBloom(): Bloom {
  return { slices: new Uint8Array(bloomBits * sliceBytes) };
}

export function addToBloom({ slices }: Bloom, hash: number, row: number): void {
  const group = row >>> 6;
  const step = stepOf(hash);
  for (let probe = 0, bit = hash; probe < probes; probe++, bit += step) {
    const at = (bit & (bloomBits - 1)) * sliceBytes + (group >>> 3);
    slices[at] = (slices[at] as number) | (1 << (group & 7));
  }
}

/** Rows that may hold the value; `slice` gives the bytes of one bit. */
export function bloomRows(hash: number, slice: (bit: number) => Uint8Array): Rows {
  let found: Uint8Array | undefined;
  const step = stepOf(hash);
  for (let probe = 0, bit = hash; probe < probes; probe++, bit += step) {
    const bytes = slice(bit & (bloomBits - 1));
    if (!found) found = Uint8Array.from(bytes);
    else for (let at = 0; at < found.length; at++) found[at] = (found[at] as number) & (bytes[at] as number);
  }
  const rows = noRows();
  for (let group = 0; group < (found?.length ?? 0) * 8; group++) {
    if (((found?.[group >>> 3] as number) >>> (group & 7)) & 1) addRange(rows, group * 64, group * 64 + 64);
  }
  return rows;
}

/** The filter of a segment of so many rows, whose slices are only as long as its groups need. */
export function packBloom(
  { slices }: Bloom,
  rows: number,
): { readonly bytes: Uint8Array; readonly sliceBytes: number } {
  const length = Math.ceil(rows / 64 / 8);
  const bytes = new Uint8Array(bloomBits * length);
  for (let bit = 0; bit < bloomBits; bit++) {
    bytes.set(slices.subarray(bit * sliceBytes, bit * sliceBytes + length), bit * length);
  }
  return { bytes, sliceBytes: length };
}

/** Odd, so that all bits are reached; from the upper half, which the first probe does not use. */
function stepOf(hash: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 15) | 1;
}
