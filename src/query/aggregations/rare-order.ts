import type { Point } from '../lucene.ts';
import { comparePoints } from '../sort.ts';
import { chunkOf, type RareGroups } from './rare-pairs.ts';
import { makePlaces, type Places } from './rare-places.ts';
import { type RareChunk, valuesAt } from './rare-rows.ts';

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
  groups: RareGroups,
  members: Members,
  named: readonly OrderedKey[],
  backwards: boolean,
): Generator<void, OrderedKeys> {
  const direction = backwards ? -1 : 1;
  const lastFirst = (a: OrderedKey, b: OrderedKey): number => -direction * comparePoints(a.key, b.key);
  const cursors: Cursor[] = [{ read: [...named].sort(lastFirst), bound: undefined, places: undefined }];
  for (const group of groups.all) {
    const listed = members.all && groups.with(group, members.all);
    cursors.push(makeCursor(makePlaces(group, listed, backwards)));
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

/** The values of one group: those of one place are read together. */
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

function makeCursor(places: Places): Cursor {
  const cursor: Cursor = { read: [], bound: undefined, places };
  moveOn(cursor);
  return cursor;
}

/** To the next place that rows have: what lies there is not read yet. */
function moveOn(cursor: Cursor): void {
  const { places } = cursor;
  const place = places?.next();
  if (!places || place === undefined) {
    cursor.places = undefined;
    cursor.bound = undefined;
    return;
  }
  const { ordered, least } = places.group.hashed;
  cursor.bound = ordered && !places.backwards ? least(place) : undefined;
}

function* readNext(cursor: Cursor, { has }: Members): Generator<void> {
  const { places, read } = cursor;
  if (!places) return;
  for (const { hash, row } of places.take()) {
    const chunk = has(hash) ? chunkOf(places.group, row) : undefined;
    if (!chunk) continue;
    for (const key of valuesAt(chunk, row)) read.push({ key, hash, chunk, row });
    yield;
  }
  moveOn(cursor);
  yield;
}
