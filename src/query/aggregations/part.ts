import type { Point } from '../lucene.ts';
import type { Names } from './names.ts';
import { type RarePart, rarePartWeight } from './rare-part.ts';

/** What a tally gathered of some documents, in little memory. Never changed: it is added to the tallies of many searches. */
export interface Part {
  /** Values by their numbers in Names. */
  readonly keys: Uint32Array;
  /** Documents of each; of a count what it says. */
  readonly counts: Uint32Array;
  /** Of each key the parts of what stands inside; none without aggregations inside. */
  readonly inner: readonly (readonly Part[])[];
  /** Of a metric. */
  readonly numbers?: Float64Array;
  /** Values that are known by their hashes only. */
  readonly rare?: readonly RarePart[];
}

const noKeys = new Uint32Array(0);
const noSums = new Float64Array(0);

/** Values without counts. */
export function partOfValues(values: Iterable<Point>, names: Names): Part {
  const keys = Uint32Array.from(values, names.numberOf);
  return { keys, counts: noKeys, inner: [] };
}

export function partOfCount(count: number): Part {
  return { keys: noKeys, counts: Uint32Array.of(count), inner: [] };
}

export function partOfNumbers(...numbers: readonly number[]): Part {
  return { keys: noKeys, counts: noKeys, inner: [], numbers: Float64Array.from(numbers) };
}

/** Bytes of memory, about. */
export function partsWeight(parts: readonly Part[]): number {
  let weight = 32;
  for (const { keys, counts, inner, rare = [] } of parts) {
    weight += 240 + keys.byteLength + counts.byteLength;
    for (const one of rare) weight += rarePartWeight(one);
    for (const inside of inner) weight += partsWeight(inside);
  }
  return weight;
}

/** Counts of values by their numbers: those of many parts are summed before a value is looked at. */
export interface PartCounts {
  add(part: Part, names: Names): void;
  /** Tells what was added so far. */
  flush(): void;
}

/** A tally with fewer values sums them in a map: there may be thousands of tallies, each of which saw a few of many values. */
const arrayFrom = 256;

export function makePartCounts(take: (key: Point, count: number) => void): PartCounts {
  // Made when they are needed: most of thousands of tallies need none.
  let few: Map<number, number> | undefined;
  let sums: Float64Array = noSums;
  let of: Names | undefined;
  const flush = (): void => {
    const names = of;
    of = undefined;
    if (!names) return;
    for (const [number, count] of few ?? []) if (count > 0) take(names.at(number), count);
    for (let number = 0; number < sums.length; number++) {
      const count = sums[number] as number;
      if (count > 0) take(names.at(number), count);
    }
    few = undefined;
    sums = noSums;
  };
  const widen = (names: Names): void => {
    const more = new Float64Array(names.count);
    more.set(sums);
    for (const [number, count] of few ?? []) more[number] = count;
    few = undefined;
    sums = more;
  };
  return {
    flush,
    add({ keys, counts }, names) {
      if (of !== names) flush();
      of = names;
      const isFew = sums.length === 0 && (few?.size ?? 0) + keys.length < arrayFrom;
      if (!isFew && sums.length < names.count) widen(names);
      if (isFew) few ??= new Map();
      for (let at = 0; at < keys.length; at++) {
        const key = keys[at] as number;
        const count = counts[at] as number;
        if (isFew) few?.set(key, (few.get(key) ?? 0) + count);
        else sums[key] = (sums[key] as number) + count;
      }
    },
  };
}
