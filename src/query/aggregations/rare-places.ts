import type { HashedHead, HashedPairs, HashedRows } from '../columns.ts';
import { pairsOf, type RareGroup } from './rare-pairs.ts';
import { hasBit } from './row-set.ts';

/** Rows of a group in order of their places, some at a time: mostly few are asked for. */
export interface Places {
  readonly group: RareGroup;
  readonly backwards: boolean;
  /** The next place that rows have; 0 where places are not known. */
  next(): number | undefined;
  /** All rows of that place. */
  take(): readonly Placed[];
}

interface Placed {
  readonly hash: number;
  readonly row: number;
  readonly place: number;
}

/** Upper bits of a place name its bin. */
const binShift = 12;
const binCount = 2 ** 12;
/** Rows sorted at a time, at the least: the first time, and how many times more each time after it, as all have to be looked through. */
const sortedAtOnce = 64;
const sortedAgain = 8;

/** Of those pairs only, where they are listed. */
export function makePlaces(group: RareGroup, listed: HashedPairs | undefined, backwards: boolean): Places {
  const { hashed } = group;
  if (!hashed.ordered) return onePlace(group, listed ?? copied(pairsOf(group, 0, 256, false)), backwards);
  const direction = backwards ? -1 : 1;
  let { end, sorted } = listed
    ? { end: -1, sorted: placedWithin(listed, allBins, backwards) }
    : startOf(group, backwards);
  let most = sortedAtOnce;
  const fill = (): void => {
    const pairs = pairsOf(group, 0, 256, true);
    const from = end;
    end = binBehind(binsOf(pairs), from, direction, most);
    most *= sortedAgain;
    sorted = placedWithin(pairs, binsBetween(from, end, backwards), backwards);
  };
  return {
    group,
    backwards,
    next() {
      while (sorted.length === 0 && end >= 0 && end < binCount) fill();
      return sorted.at(-1)?.place;
    },
    take() {
      const taken: Placed[] = [];
      const place = sorted.at(-1)?.place;
      for (let last = sorted.at(-1); last && last.place === place; last = sorted.at(-1)) {
        taken.push(last);
        sorted.pop();
      }
      return taken;
    },
  };
}

const allBins = [0, binCount] as const;

/** What the column's own first rows have of these, the next one last. A lookup of few rows does without. */
function startOf({ hashed, bits }: RareGroup, backwards: boolean): { end: number; sorted: Placed[] } {
  if (!bits) return { end: backwards ? binCount - 1 : 0, sorted: [] };
  const head = headOf(hashed, backwards);
  const sorted: Placed[] = [];
  for (let at = 0; at < head.count; at++) {
    const [hash = 0, row = 0, place = 0] = [head.hashes[at], head.rows[at], head.places[at]];
    if (hasBit(bits, row)) sorted.push({ hash, row, place });
  }
  return { end: head.end, sorted };
}

function binsOf({ places, count }: HashedPairs): Uint32Array {
  const bins = new Uint32Array(binCount);
  for (let at = 0; at < count; at++) {
    const bin = (places[at] as number) >>> binShift;
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}

/** The first bin that is not needed any more for so many rows. */
function binBehind(bins: Uint32Array, from: number, direction: number, most: number): number {
  let bin = from;
  for (let some = 0; bin >= 0 && bin < binCount && some < most; bin += direction) some += bins[bin] as number;
  return bin;
}

/** Those in bins from the first up to, not including, the second; the next one last. */
function placedWithin(
  { hashes, rows, places, count }: HashedPairs,
  [low, high]: readonly [number, number],
  backwards: boolean,
): Placed[] {
  const found: Placed[] = [];
  for (let at = 0; at < count; at++) {
    const place = places[at] as number;
    const bin = place >>> binShift;
    if (bin >= low && bin < high) found.push({ hash: hashes[at] as number, row: rows[at] as number, place });
  }
  return found.sort((a, b) => (backwards ? a.place - b.place : b.place - a.place));
}

const headSize = 192;
/** Beyond, so many values have one place that they are better looked for among those that match. */
const headMost = 512;

/** Of a column, its first rows in order: what every search that orders its values asks for. */
function headOf(hashed: HashedRows, backwards: boolean): HashedHead {
  const { kept } = hashed;
  const known = backwards ? kept.last : kept.first;
  if (known) return known;
  const made = makeHead(hashed, backwards);
  if (backwards) kept.last = made;
  else kept.first = made;
  return made;
}

/** The next one last; its `end` is a bin. */
function makeHead(hashed: HashedRows, backwards: boolean): HashedHead {
  const pairs = hashed.pairs(0, 256, true);
  const bins = binsOf(pairs);
  const start = backwards ? binCount - 1 : 0;
  const direction = backwards ? -1 : 1;
  let end = start;
  for (let some = 0; end >= 0 && end < binCount && some < headSize; end += direction) {
    some += bins[end] as number;
    if (some > headMost) break;
  }
  const placed = placedWithin(pairs, binsBetween(start, end, backwards), backwards);
  return {
    count: placed.length,
    hashes: Uint32Array.from(placed, ({ hash }) => hash),
    rows: Uint32Array.from(placed, ({ row }) => row),
    places: Uint32Array.from(placed, ({ place }) => place),
    end,
  };
}

/** From the first up to, not including, the second, the lower one first. */
function binsBetween(from: number, to: number, backwards: boolean): readonly [number, number] {
  return backwards ? [to + 1, from + 1] : [from, to];
}

/** Without places all values have to be read. */
function onePlace(group: RareGroup, { count, hashes, rows }: HashedPairs, backwards: boolean): Places {
  let left = Array.from({ length: count }, (_, at) => ({
    hash: hashes[at] as number,
    row: rows[at] as number,
    place: 0,
  }));
  return {
    group,
    backwards,
    next: () => left[0]?.place,
    take() {
      const taken = left;
      left = [];
      return taken;
    },
  };
}

function copied({ count, hashes, rows, places }: HashedPairs): HashedPairs {
  return { count, hashes: hashes.slice(0, count), rows: rows.slice(0, count), places };
}
