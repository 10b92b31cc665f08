import type { HashedRows } from './columns.ts';

/** What a made-up column knows of its values: of rows that are not clear there may be several hashes. */
export interface MadeHashes {
  /** 0 where the row is not clear. */
  readonly of: Uint32Array;
  readonly places: Uint32Array | undefined;
  /** Hashes and rows of rows that are not clear. */
  readonly others?: readonly (readonly [hash: number, row: number])[];
  readonly hash: (text: string) => number;
  readonly place?: (text: string) => number;
  readonly least?: (place: number) => string;
}

let made = 0;

export function madeHashedRows({ of, places, others = [], hash, place, least }: MadeHashes): HashedRows {
  const clear = new Uint32Array(Math.ceil(of.length / 32));
  for (const [row, one] of of.entries()) {
    if (one !== 0) clear[row >>> 5] = (clear[row >>> 5] as number) | (1 << (row & 31));
  }
  const all = [...[...of.entries()].flatMap(([row, one]) => (one === 0 ? [] : [[one, row] as const])), ...others];
  return {
    number: made++,
    size: of.length,
    clear,
    key: 1,
    hash,
    longest: Number.POSITIVE_INFINITY,
    pairs(from, to) {
      const within = all.filter(([one]) => one >>> 24 >= from && one >>> 24 < to);
      return {
        count: within.length,
        hashes: Uint32Array.from(within, ([one]) => one),
        rows: Uint32Array.from(within, ([, row]) => row),
        places: Uint32Array.from(within, ([, row]) => places?.[row] ?? 0),
      };
    },
    byRow: () => ({ of, places }),
    ordered: places !== undefined,
    place: place ?? (() => 0),
    prefix: '',
    least: least ?? (() => ''),
    kept: { names: new Map() },
  };
}
