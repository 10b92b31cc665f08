import type { HashedPairs } from '../../query/columns.ts';
import type { FieldPlan } from './field-plan.ts';
import { addGrams, addOdd, gramRows } from './grams.ts';
import { push16, push32, type Words16, type Words32, words16, words32 } from './growing.ts';
import { textHash } from './hash.ts';
import { pairsRoom } from './hash-list.ts';
import { type HashPlaces, hashPlaces, setPlace } from './hash-places.ts';
import { hashedRows, type SegmentHashed } from './hashed-rows.ts';
import { addHashed, type WordTarget, type WordWorld } from './hot-words.ts';
import { areDear, eachKept, type KeptTexts, keepText, makeKeptTexts } from './kept-texts.ts';
import { rowsBetween, withUnlisted } from './likeness.ts';
import { makeOrdinals, type SegmentOrdinals } from './ordinals.ts';
import { addListed, eachListed, rowsOfList } from './postings.ts';
import { addRow, and, hasRow, noRows, or, type Rows } from './rows.ts';
import type { ColumnIndex, Hits, Leaf, Likeness } from './segment-index.ts';
import { addShortWords } from './short-words.ts';
import { finish, type Steps } from './steps.ts';
import { valueLengthMax } from './value-length.ts';
import { addOrder, makeValueOrders, type ValueOrders, wholeOrders } from './value-order.ts';
import { scanWords } from './word-scan.ts';

/** A column while documents are added. */
export interface HotColumn extends ColumnIndex {
  readonly plan: FieldPlan;
  /** Lists of the values that are listed. */
  readonly values: Map<string, number>;
  /** By `otherKey`. */
  readonly otherValues: Map<Leaf, number>;
  readonly presence: Rows;
  /** Values hardly repeat: new ones are only hashed, until they do. */
  streams: boolean;
  /** Of values that are listed all the same, or are to be when they come (`expected`), by hash (signed). */
  readonly repeated: HashPlaces;
  /** Hash and row of each value that is only hashed. */
  readonly hashes: Words32;
  readonly rows: Words16;
  readonly orders: ValueOrders;
  /** Rows with such a value. */
  streamed: Rows;
  /** Such values as they stand, while they take little room; rows with one that is not kept. */
  texts: KeptTexts | 'dear' | undefined;
  unkept: Rows;
  /** Set once too many different numbers came. */
  othersLost: boolean;
  /** By row; NaN without one. */
  instants: Float64Array | undefined;
  /** Rows with several instants. */
  several: Rows;
  count: number;
  /** Values that came lately and their lists, by `recentPlace`; list -1: none came yet. */
  readonly recentValues: string[];
  readonly recentLists: number[];
  lastLeaf: unknown;
  lastInstant: number | undefined;
  readonly targets: readonly WordTarget[];
  readonly indices: Set<number>;
}

/** A value that came this often is listed. */
export const valueRepeats = 8;
/** Values that were counted before it is asked whether they repeat. */
const streamsFrom = 1024;
/** More different numbers than this in one column are not listed. */
const othersMax = 4096;

/** Places for values that came lately: a power of two. */
const recentMax = 64;

/**
 * Where a value stands among those that came lately, if it does: made of its length and two characters. The map of all values
 * would have to read each text as a whole for its hash, once for each record that has it.
 */
export function recentPlace(value: string): number {
  const { length } = value;
  if (length === 0) return 0;
  const mixed = length ^ (value.charCodeAt(length - 1) << 1) ^ (value.charCodeAt(length >>> 1) << 3);
  return (mixed ^ (mixed >>> 6)) & (recentMax - 1);
}

/** Stands for a set that nothing was added to yet: most columns never need their own. */
const none = noRows();

export function makeHotColumn(
  path: string,
  plan: FieldPlan,
  targets: readonly WordTarget[],
  world: WordWorld,
  number: number,
): HotColumn {
  const listed = !plan.instant && plan.searchable;
  const column: HotColumn = {
    number,
    path,
    plan,
    targets,
    signature: plan.signature,
    hasText: plan.texts.length > 0,
    indices: new Set(),
    values: new Map(),
    otherValues: new Map(),
    presence: noRows(),
    streams: false,
    repeated: hashPlaces(),
    hashes: words32(8),
    rows: words16(8),
    orders: makeValueOrders(),
    streamed: none,
    texts: undefined,
    unkept: none,
    othersLost: false,
    instants: plan.instant ? new Float64Array(1024).fill(Number.NaN) : undefined,
    several: none,
    count: 0,
    recentValues: new Array(recentMax).fill(''),
    recentLists: new Array(recentMax).fill(-1),
    lastLeaf: undefined,
    lastInstant: undefined,
    present: () => column.presence,
    exact: (text) => (listed ? exact(column, text, world) : undefined),
    others: (test) => (column.othersLost || !listed ? undefined : othersOf(column, test, world)),
    *matching(test, like) {
      return listed ? yield* matching(column, test, world, like) : undefined;
    },
    ...(plan.instant
      ? { within: (test) => within(column, test), rowInstants: () => instantsOf(column, world.rows) }
      : {}),
    ordinals: () => (listed ? ordinalsOf(column, world) : undefined),
  };
  return column;
}

/** Adds an instant; a second one in the same row makes the row one that must be looked at. */
export function addInstant(column: HotColumn, row: number, leaf: unknown): void {
  // Instants of receipt are the same for a whole file.
  if (leaf !== column.lastLeaf) {
    column.lastLeaf = leaf;
    column.lastInstant = column.plan.instant?.(leaf);
  }
  const value = column.lastInstant;
  if (hasRow(column.presence, row)) {
    if (column.several === none) column.several = noRows();
    addRow(column.several, row);
  }
  addRow(column.presence, row);
  if (value === undefined) return;
  let instants = column.instants as Float64Array;
  if (row >= instants.length) {
    instants = new Float64Array(Math.max(instants.length * 2, row + 1)).fill(Number.NaN);
    instants.set(column.instants as Float64Array);
    column.instants = instants;
  }
  instants[row] = value;
}

/** Notes a value by its hash, its place among others, and what stands in it. `keep`: it is a text in the document too. */
export function addHash(
  world: WordWorld,
  column: HotColumn,
  row: number,
  hash: number,
  text: string,
  keep: boolean,
): void {
  push32(column.hashes, hash);
  push16(column.rows, row);
  if (!keep || !kept(world, column, row, text)) addUnkept(world, column, row, text);
  addOrder(column.orders, text, text.length > valueLengthMax);
  if (column.streamed === none) column.streamed = noRows();
  addRow(column.streamed, row);
}

function kept(world: WordWorld, column: HotColumn, row: number, text: string): boolean {
  if (column.texts === 'dear') return false;
  column.texts ??= makeKeptTexts();
  const { texts } = column;
  if (!keepText(texts, row, text)) return false;
  if (!areDear(texts)) return true;
  column.texts = 'dear';
  finish(eachKept(texts, (one, at) => addUnkept(world, column, at, one)));
  return true;
}

function addUnkept({ grams }: WordWorld, column: HotColumn, row: number, text: string): void {
  addGrams(grams, row, text);
  for (const target of column.targets) addShortWords(target, row, text);
  if (column.unkept === none) column.unkept = noRows();
  addRow(column.unkept, row);
}

/** -0 is another value than 0, though maps take them for one. */
export function otherKey(leaf: Leaf): Leaf {
  return Object.is(leaf, -0) ? '-0' : leaf;
}

/** Whether one more number, or boolean, may be listed. */
export function takesOther(column: HotColumn): boolean {
  if (column.otherValues.size >= othersMax) column.othersLost = true;
  return !column.othersLost;
}

/**
 * Decides now and then whether the values of the column hardly repeat. Those that came often stay listed; of the others only
 * hashes remain.
 */
export function reconsider(column: HotColumn, world: WordWorld): void {
  const { key, postings, grams } = world;
  if (column.streams || column.count < streamsFrom || (column.count & (column.count - 1)) !== 0) return;
  // Few documents have many different values by chance: of more of them half may be.
  const most = column.count < 8192 ? 0.8 : 0.5;
  if (column.values.size <= column.count * most) return;
  column.streams = true;
  for (const [value, list] of column.values) {
    const hash = textHash(key, value);
    if ((postings.sizes[list] as number) >= valueRepeats) {
      setPlace(column.repeated, hash | 0, list);
      continue;
    }
    column.values.delete(value);
    const odd = column.targets.some(({ scanner }) => scanner && scanWords(scanner, value) < 0);
    for (const row of rowsOfList(postings, list)) {
      addHash(world, column, row, hash, value, true);
      if (odd) addOdd(grams, row);
    }
  }
}

function exact(column: HotColumn, text: string, { key, postings }: WordWorld): Hits {
  const sure = noRows();
  const list = column.values.get(text);
  if (list !== undefined) addListed(postings, list, sure);
  if (column.hashes.count === 0) return { sure, maybe: sure };
  const maybe = sure.slice();
  addHashed(column.hashes, column.rows, textHash(key, text), maybe);
  return { sure, maybe };
}

function othersOf(column: HotColumn, test: (leaf: Leaf) => boolean, { postings, leaves }: WordWorld): Rows {
  const rows = noRows();
  for (const list of column.otherValues.values()) {
    if (test(leaves[list] as Leaf)) addListed(postings, list, rows);
  }
  return rows;
}

/** Values that are asked at a stretch. */
const askedAtOnce = 512;

/** What is no longer listed, or kept, when it comes to be asked is what is asked after it then. */
function* matching(column: HotColumn, test: (leaf: Leaf) => boolean, world: WordWorld, like?: Likeness): Steps<Hits> {
  const sure = othersOf(column, test, world);
  let asked = 0;
  for (const [value, list] of column.values) {
    if (++asked % askedAtOnce === 0) yield;
    if (test(value)) addListed(world.postings, list, sure);
  }
  const { texts } = column;
  if (typeof texts === 'object') yield* eachKept(texts, (text, row) => void (test(text) && addRow(sure, row)));
  return withUnlisted(sure, unlisted(column, like, world));
}

/** Rows with a value that is neither listed nor kept and may be like that. */
function unlisted({ unkept, rows, orders }: HotColumn, like: Likeness | undefined, { grams }: WordWorld): Hits {
  if (!like || unkept === none) return { sure: none, maybe: unkept };
  if (like.odd) return { sure: none, maybe: and(unkept, grams.odd) };
  const among = gramRows(grams, like.texts);
  const possible = among ? and(unkept, among) : unkept;
  if (like.from === undefined && like.to === undefined) return { sure: none, maybe: possible };
  const { sure, maybe } = rowsBetween(rows.data, wholeOrders(orders), like);
  return { sure, maybe: or(sure, and(maybe, possible)) };
}

function within({ instants, several, presence }: HotColumn, test: (instant: number) => boolean): Hits {
  const sure = noRows();
  const { length } = instants ?? [];
  for (let row = 0; row < length; row++) {
    const value = instants?.[row] as number;
    if (!Number.isNaN(value) && hasRow(presence, row) && !hasRow(several, row) && test(value)) addRow(sure, row);
  }
  return { sure, maybe: or(sure, several) };
}

function instantsOf({ instants, several }: HotColumn, rows: number): Float64Array {
  const of = new Float64Array(rows).fill(Number.NaN);
  if (instants) of.set(instants.subarray(0, rows));
  for (let row = 0; row < of.length; row++) if (hasRow(several, row)) of[row] = Number.POSITIVE_INFINITY;
  return of;
}

/** As it is now: documents may be added before it is asked. */
function ordinalsOf(column: HotColumn, world: WordWorld): SegmentOrdinals {
  const { postings, leaves } = world;
  const lists = [...column.otherValues.values(), ...column.values.values()];
  const hashed = column.hashes.count > 0 ? hashedOf(column, world) : undefined;
  const ordinals = makeOrdinals(
    world.rows,
    lists.length,
    (add) => {
      for (const [ordinal, list] of lists.entries()) eachListed(postings, list, (row) => add(ordinal, row));
    },
    () => (column.othersLost ? column.presence : column.streamed),
    (ordinal) => leaves[lists[ordinal] as number] as Leaf,
    hashed && (() => hashed),
  );
  ordinals.several(0);
  return ordinals;
}

function hashedOf({ number, hashes, rows, orders }: HotColumn, { key, rows: size }: WordWorld): SegmentHashed {
  const { codes, prefix } = wholeOrders(orders);
  const { count } = hashes;
  const source = { hashes: hashes.data, rows: rows.data, codes, count };
  return hashedRows({ number, size, key, prefix, pairs: (from, to) => pairsBetween(source, from, to) });
}

function pairsBetween(
  source: {
    readonly hashes: Uint32Array;
    readonly rows: Uint16Array;
    readonly codes: Uint32Array;
    readonly count: number;
  },
  from: number,
  to: number,
): HashedPairs {
  const { hashes, rows, places } = pairsRoom(source.count);
  let count = 0;
  for (let at = 0; at < source.count; at++) {
    const hash = source.hashes[at] as number;
    if (hash >>> 24 < from || hash >>> 24 >= to) continue;
    hashes[count] = hash === 0 ? 1 : hash;
    rows[count] = source.rows[at] as number;
    places[count++] = source.codes[at] as number;
  }
  return { hashes, rows, places, count };
}
