import type { Point } from '../lucene.ts';
import { comparePoints } from '../sort.ts';
import { type RareChunk, rowsWith, valuesAt } from './rare-rows.ts';

/** Which hashes are looked for; `all` lists them where they are not too many. */
export interface Members {
  has(hash: number): boolean;
  readonly all: ReadonlySet<number> | undefined;
}

/** A value and one row that has it; no row of one that was counted by name. */
export interface OrderedKey {
  readonly key: Point;
  readonly hash: number;
  readonly chunk?: RareChunk;
  readonly row?: number;
}

/** The values of rows in order, of which only those are read that may be next. */
export interface OrderedKeys {
  /** No value that is left comes before it; undefined where none is left. */
  least(): Generator<void, Point | undefined>;
  /** Takes the next value; undefined where it came before. */
  next(): Generator<void, OrderedKey | undefined>;
}

/** `named`: keys with such hashes that are known already. Stops now and then. */
export function* makeOrderedKeys(
  chunks: readonly RareChunk[],
  members: Members,
  named: readonly OrderedKey[],
  backwards: boolean,
): Generator<void, OrderedKeys> {
  const direction = backwards ? -1 : 1;
  const lastFirst = (a: OrderedKey, b: OrderedKey): number => -direction * comparePoints(a.key, b.key);
  const cursors: Cursor[] = [{ read: [...named].sort(lastFirst), bound: undefined, places: undefined }];
  for (const chunk of chunks) {
    cursors.push(makeCursor(chunk, members, backwards));
    yield;
  }
  /** The cursor with the least value, which was read. */
  const find = function* (): Generator<void, Cursor | undefined> {
    for (;;) {
      const least = leastOf(cursors, direction);
      if (!least || least.read.length > 0) return least;
      yield* readNext(least, members);
      least.read.sort(lastFirst);
    }
  };
  const seen = new Set<Point>();
  let found: Cursor | undefined;
  return {
    *least() {
      found = yield* find();
      return found && headOf(found);
    },
    *next() {
      found ??= yield* find();
      const taken = found?.read.pop();
      found = undefined;
      if (!taken || seen.has(taken.key)) return undefined;
      seen.add(taken.key);
      return taken;
    },
  };
}

/** The values of one chunk: those of one place are read together. */
interface Cursor {
  /** What was read, the next one last. */
  readonly read: OrderedKey[];
  /** No value that was not read comes before it; undefined where the next ones have to be read to tell. */
  bound: Point | undefined;
  /** Undefined where all were read. */
  places: Places | undefined;
}

function headOf({ read, bound }: Cursor): Point | undefined {
  return read.at(-1)?.key ?? bound;
}

function leastOf(cursors: readonly Cursor[], direction: number): Cursor | undefined {
  let least: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.read.length === 0 && !cursor.places) continue;
    const head = headOf(cursor);
    if (head === undefined) return cursor;
    const known = least && headOf(least);
    if (known === undefined || direction * comparePoints(head, known) < 0) least = cursor;
  }
  return least;
}

function makeCursor(chunk: RareChunk, { all }: Members, backwards: boolean): Cursor {
  const rows = all ? rowsWith(chunk, all) : chunk.rows.subarray(0, chunk.count);
  const cursor: Cursor = { read: [], bound: undefined, places: makePlaces(chunk, rows, backwards) };
  moveOn(cursor);
  return cursor;
}

/** To the next place that rows have: what lies there is not read yet. */
function moveOn(cursor: Cursor): void {
  const { places } = cursor;
  const row = places?.next();
  if (!places || row === undefined) {
    cursor.places = undefined;
    cursor.bound = undefined;
    return;
  }
  const { order, least } = places.chunk.hashed;
  cursor.bound = order && !places.backwards ? least(order[row] as number) : undefined;
}

function* readNext(cursor: Cursor, { has }: Members): Generator<void> {
  const { places, read } = cursor;
  if (!places) return;
  const { chunk } = places;
  for (const row of places.take()) {
    const hash = chunk.hashed.of[row] as number;
    if (!has(hash)) continue;
    for (const key of valuesAt(chunk, row)) read.push({ key, hash, chunk, row });
    yield;
  }
  moveOn(cursor);
  yield;
}

/** Rows in order of their places, sorted some at a time: mostly few are asked for. */
interface Places {
  readonly chunk: RareChunk;
  readonly backwards: boolean;
  /** A row of the next place. */
  next(): number | undefined;
  /** All rows of that place. */
  take(): readonly number[];
}

/** Upper bits of a place. */
const binShift = 12;
/** Rows sorted at a time, at the least. */
const sortedAtOnce = 64;

function makePlaces(chunk: RareChunk, rows: ArrayLike<number>, backwards: boolean): Places {
  const { order } = chunk.hashed;
  if (!order) return onePlace(chunk, rows, backwards);
  const direction = backwards ? -1 : 1;
  const binOf = (row: number): number => (order[row] as number) >>> binShift;
  const bins = countBins(rows, order);
  const placeOf = (row: number): number => order[row] as number;
  /** The next one last. */
  const sorted: number[] = [];
  let bin = backwards ? bins.length - 1 : 0;
  const fill = (): void => {
    const from = bin;
    let some = 0;
    for (; bin >= 0 && bin < bins.length && some < sortedAtOnce; bin += direction) some += bins[bin] as number;
    if (some === 0) return;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number;
      const of = binOf(row);
      if (backwards ? of <= from && of > bin : of >= from && of < bin) sorted.push(row);
    }
    sorted.sort((a, b) => direction * (placeOf(b) - placeOf(a)));
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

function countBins(rows: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const bins = new Uint32Array(2 ** 12);
  for (let at = 0; at < rows.length; at++) {
    const bin = (order[rows[at] as number] as number) >>> binShift;
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
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
