import type { Point } from '../lucene.ts';
import { comparePoints } from '../sort.ts';
import { rowsWith, valuesAt } from './rare-names.ts';
import type { RareChunk } from './rare-rows.ts';

/** Which hashes are looked for; `all` lists them where they are not too many. */
export interface Members {
  has(hash: number): boolean;
  readonly all: ReadonlySet<number> | undefined;
}

/** The values of rows in order, of which only those are read that may be next. */
export interface OrderedKeys {
  /** No value that is left comes before it; undefined where none is left. */
  least(): Generator<void, Point | undefined>;
  /** Takes the next value: answers its hash, or undefined where it came before. */
  next(): Generator<void, number | undefined>;
}

interface Keyed {
  readonly key: Point;
  readonly hash: number;
}

/** The values of one chunk: those of one place are read together. */
interface Cursor {
  readonly chunk: RareChunk | undefined;
  readonly rows: ArrayLike<number>;
  /** The place whose values were read last. */
  place: number;
  /** No value comes before it; undefined where the next ones have to be read to tell. */
  bound: Point | undefined;
  /** What was read, the next one last. */
  readonly read: Keyed[];
  done: boolean;
}

/** `named`: keys with such hashes that are known already. */
export function makeOrderedKeys(
  chunks: readonly RareChunk[],
  members: Members,
  named: readonly Keyed[],
  backwards: boolean,
): OrderedKeys {
  const direction = backwards ? -1 : 1;
  const lastFirst = (a: Keyed, b: Keyed): number => -direction * comparePoints(a.key, b.key);
  const cursors = chunks.map((chunk) => makeCursor(chunk, members, backwards));
  cursors.push({
    chunk: undefined,
    rows: [],
    place: 0,
    bound: undefined,
    read: [...named].sort(lastFirst),
    done: true,
  });
  const headOf = (cursor: Cursor): Point | undefined => cursor.read.at(-1)?.key ?? cursor.bound;
  /** The cursor with the least value, which was read. */
  const find = function* (): Generator<void, Cursor | undefined> {
    for (;;) {
      let least: Cursor | undefined;
      for (const cursor of cursors) {
        if (cursor.read.length === 0 && cursor.done) continue;
        const head = headOf(cursor);
        const known = least && headOf(least);
        if (least && known === undefined) break;
        if (head === undefined || known === undefined || direction * comparePoints(head, known) < 0) least = cursor;
      }
      if (!least || least.read.length > 0) return least;
      yield* readNext(least, members, backwards);
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
      return taken.hash;
    },
  };
}

function makeCursor(chunk: RareChunk, { all }: Members, backwards: boolean): Cursor {
  const rows = all ? rowsWith(chunk, all) : chunk.rows.subarray(0, chunk.count);
  const cursor: Cursor = {
    chunk,
    rows,
    place: backwards ? Number.POSITIVE_INFINITY : -1,
    bound: undefined,
    read: [],
    done: false,
  };
  moveOn(cursor, backwards);
  return cursor;
}

/** To the next place that rows have: what lies there is not read yet. */
function moveOn(cursor: Cursor, backwards: boolean): void {
  const { chunk, rows, place } = cursor;
  const order = chunk?.hashed.order;
  let next = backwards ? -1 : Number.POSITIVE_INFINITY;
  if (order) {
    for (let at = 0; at < rows.length; at++) {
      const of = order[rows[at] as number] as number;
      if (backwards ? of < place && of > next : of > place && of < next) next = of;
    }
  } else if (rows.length > 0 && (place < 0 || place === Number.POSITIVE_INFINITY)) next = 0;
  cursor.done = next < 0 || next === Number.POSITIVE_INFINITY;
  cursor.place = next;
  cursor.bound = cursor.done || backwards || !order ? undefined : chunk?.hashed.least(next);
}

function* readNext(cursor: Cursor, { has }: Members, backwards: boolean): Generator<void> {
  const { chunk, rows, place, read } = cursor;
  if (!chunk) return;
  const { of, order } = chunk.hashed;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (order && order[row] !== place) continue;
    const hash = of[row] as number;
    if (!has(hash)) continue;
    for (const key of valuesAt(chunk, row)) read.push({ key, hash });
    yield;
  }
  moveOn(cursor, backwards);
  yield;
}
