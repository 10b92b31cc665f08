import type { HashedRows } from '../columns.ts';
import { type RareChunk, rowsWith } from './rare-rows.ts';

/** Rows in order of their places, sorted some at a time: mostly few are asked for. */
export interface Places {
  readonly chunk: RareChunk;
  readonly backwards: boolean;
  /** A row of the next place. */
  next(): number | undefined;
  /** All rows of that place. */
  take(): readonly number[];
}

/** Upper bits of a place name its bin. */
const binShift = 12;
const binCount = 2 ** 12;
/** Rows sorted at a time, at the least. */
const sortedAtOnce = 64;

/** Rows of a chunk, of those hashes only, where they are listed. */
export function makePlaces(chunk: RareChunk, hashes: ReadonlySet<number> | undefined, backwards: boolean): Places {
  const { hashed } = chunk;
  const { order } = hashed;
  if (!order) return onePlace(chunk, rowsOf(chunk, hashes), backwards);
  const direction = backwards ? -1 : 1;
  const placeOf = (row: number): number => order[row] as number;
  const head = headOf(hashed, order, backwards);
  /** The next one last. */
  const sorted = head.rows.filter((row) => (!hashes || hashes.has(hashed.of[row] as number)) && holds(chunk, row));
  let bin = head.bin;
  let rows: ArrayLike<number> | undefined;
  let bins: Uint32Array | undefined;
  const fill = (): void => {
    if (bin < 0 || bin >= binCount) return;
    rows ??= rowsOf(chunk, hashes);
    bins ??= countBins(rows, order);
    const from = bin;
    let some = 0;
    for (; bin >= 0 && bin < binCount && some < sortedAtOnce; bin += direction) some += bins[bin] as number;
    if (some > 0) sorted.push(...sortedRows(rows, order, [from, bin], backwards));
  };
  return {
    chunk,
    backwards,
    next() {
      if (sorted.length === 0) fill();
      return sorted.at(-1);
    },
    take() {
      const taken: number[] = [];
      const last = sorted.at(-1);
      const place = last === undefined ? -1 : placeOf(last);
      for (let row = last; row !== undefined && placeOf(row) === place; row = sorted.at(-1)) {
        taken.push(row);
        sorted.pop();
      }
      return taken;
    },
  };
}

function rowsOf(chunk: RareChunk, hashes: ReadonlySet<number> | undefined): ArrayLike<number> {
  return hashes ? rowsWith(chunk, hashes) : chunk.rows.subarray(0, chunk.count);
}

/** Whether a row is among those of a chunk, which ascend. */
function holds({ rows, count }: RareChunk, row: number): boolean {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low < count && rows[low] === row;
}

/** Rows whose bin lies from the first one given up to, not including, the second; the next one last. */
function sortedRows(
  rows: ArrayLike<number>,
  order: Uint32Array,
  [from, to]: readonly [number, number],
  backwards: boolean,
): number[] {
  const [low, high] = binsBetween(from, to, backwards);
  const found: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const bin = (order[row] as number) >>> binShift;
    if (bin >= low && bin < high) found.push(row);
  }
  const placeOf = (row: number): number => order[row] as number;
  return found.sort((a, b) => (backwards ? placeOf(a) - placeOf(b) : placeOf(b) - placeOf(a)));
}

function countBins(rows: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const bins = new Uint32Array(binCount);
  for (let at = 0; at < rows.length; at++) {
    const bin = (order[rows[at] as number] as number) >>> binShift;
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}

/** Of a column, its first rows in order: what every search that orders its values asks for. */
interface Head {
  /** The next one last. */
  readonly rows: readonly number[];
  /** The first bin that is not in it. */
  readonly bin: number;
}

const headSize = 192;
/** Beyond, so many values have one place that they are better looked for among those that match. */
const headMost = 2048;

const heads = new WeakMap<HashedRows, { first?: Head; last?: Head }>();

function headOf(hashed: HashedRows, order: Uint32Array, backwards: boolean): Head {
  const known = heads.get(hashed) ?? {};
  heads.set(hashed, known);
  const kept = backwards ? known.last : known.first;
  if (kept) return kept;
  const made = makeHead(hashed, order, backwards);
  if (backwards) known.last = made;
  else known.first = made;
  return made;
}

function makeHead({ of }: HashedRows, order: Uint32Array, backwards: boolean): Head {
  const bins = new Uint32Array(binCount);
  for (let row = 0; row < of.length; row++) {
    if (of[row] === 0) continue;
    const bin = (order[row] as number) >>> binShift;
    bins[bin] = (bins[bin] as number) + 1;
  }
  const start = backwards ? binCount - 1 : 0;
  const direction = backwards ? -1 : 1;
  let bin = start;
  let some = 0;
  while (bin >= 0 && bin < binCount && some < headSize) {
    const more = bins[bin] as number;
    if (some + more > headMost) break;
    some += more;
    bin += direction;
  }
  const rows = new Uint32Array(some);
  const [low, high] = binsBetween(start, bin, backwards);
  for (let row = 0, end = 0; end < some; row++) {
    const at = (order[row] as number) >>> binShift;
    if (of[row] !== 0 && at >= low && at < high) rows[end++] = row;
  }
  return { rows: sortedRows(rows, order, [start, bin], backwards), bin };
}

/** From the first up to, not including, the second, the lower one first. */
function binsBetween(from: number, to: number, backwards: boolean): readonly [number, number] {
  return backwards ? [to + 1, from + 1] : [from, to];
}

/** Without places all values have to be read. */
function onePlace(chunk: RareChunk, rows: ArrayLike<number>, backwards: boolean): Places {
  let left = Array.from(rows);
  return {
    chunk,
    backwards,
    next: () => left[0],
    take() {
      const taken = left;
      left = [];
      return taken;
    },
  };
}
