import type { Ordinals } from '../../query/columns.ts';
import { addToBloom, type Bloom, bloomRows, sliceBytes } from './bloom.ts';
import type { FieldPlan } from './field-plan.ts';
import { textHash } from './hash.ts';
import { makeOrdinals } from './ordinals.ts';
import { addRow, hasRow, noRows, or, orInto, type Rows, rowsOf } from './rows.ts';
import type { ColumnIndex, Hits, Leaf } from './segment-index.ts';

/** One value, or one word, and the rows that have it. */
export interface Entry {
  /** Ascending; a row stands as often as it has the value. */
  readonly rows: number[];
  /** Some rows before these are only in the filter. */
  readonly partial: boolean;
}

export interface OtherEntry extends Entry {
  readonly leaf: Leaf;
}

/** A column while documents are added. */
export interface HotColumn extends ColumnIndex {
  readonly plan: FieldPlan;
  readonly values: Map<string, Entry>;
  readonly otherValues: Map<string, OtherEntry>;
  readonly presence: Rows;
  /** Rows with a value that is only in the filter. */
  streamed: Rows;
  /** Set once too many different numbers came. */
  othersLost: boolean;
  streams: boolean;
  readonly instants: Float64Array | undefined;
  /** Rows with several instants. */
  several: Rows;
  count: number;
  lastLeaf: unknown;
  lastInstant: number | undefined;
  readonly seed: number;
  readonly indices: Set<number>;
}

/** Values that were counted before it is asked whether they repeat. */
const streamsFrom = 1024;
/** More different numbers than this in one column are not listed. */
const othersMax = 4096;
/** A longer text is a body, which nobody asks for whole; its words are found all the same. */
export const valueLengthMax = 256;

/** Stands for a set that nothing was added to yet: most columns never need their own. */
const none = noRows();

export function makeHotColumn(path: string, plan: FieldPlan, bloom: Bloom): HotColumn {
  const seed = textHash(path);
  const column: HotColumn = {
    path,
    plan,
    signature: plan.signature,
    hasText: plan.texts.length > 0,
    indices: new Set(),
    values: new Map(),
    otherValues: new Map(),
    presence: noRows(),
    streamed: none,
    othersLost: false,
    streams: false,
    instants: plan.instant ? new Float64Array(1024 * 64).fill(Number.NaN) : undefined,
    several: none,
    count: 0,
    lastLeaf: undefined,
    lastInstant: undefined,
    seed,
    present: () => column.presence,
    exact: (text) => (plan.instant || !plan.searchable ? undefined : exact(column, text, bloom)),
    others: (test) => (column.othersLost || !plan.searchable ? undefined : othersOf(column, test)),
    matching: (test) => (plan.instant || !plan.searchable ? undefined : matching(column, test)),
    ...(plan.instant ? { within: (test) => within(column, test), rowInstants: () => instantsOf(column) } : {}),
    ordinals: () => (plan.instant || !plan.searchable ? undefined : ordinalsOf(column)),
  };
  return column;
}

/** Adds an instant; a second one in the same row makes the row one that must be looked at. */
export function addInstant(column: HotColumn, row: number, leaf: unknown): void {
  const instants = column.instants as Float64Array;
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
  if (value !== undefined) instants[row] = value;
}

/** The entry of a number or boolean; undefined once there are too many. */
export function otherEntry(column: HotColumn, leaf: Exclude<Leaf, string>): Entry | undefined {
  // -0 is another value than 0, though its text is the same.
  const key = Object.is(leaf, -0) ? '-0' : `${typeof leaf} ${leaf}`;
  let entry = column.otherValues.get(key);
  if (!entry && column.otherValues.size < othersMax && !column.othersLost) {
    entry = { leaf, rows: [], partial: false };
    column.otherValues.set(key, entry);
  }
  if (!entry) column.othersLost = true;
  return entry;
}

/** Decides now and then whether the values of the column hardly repeat: new ones go to the filter from then on. */
export function reconsider(column: HotColumn): void {
  if (column.streams || column.count < streamsFrom || (column.count & (column.count - 1)) !== 0) return;
  column.streams = column.values.size > column.count / 4;
}

/** Notes a value in the filter only. */
export function stream(column: HotColumn, bloom: Bloom, row: number, hash: number): void {
  markStreamed(column, row);
  addToBloom(bloom, hash, row);
}

export function markStreamed(column: HotColumn, row: number): void {
  if (column.streamed === none) column.streamed = noRows();
  addRow(column.streamed, row);
}

/** Rows that the filter names for a hash. */
export function filtered(bloom: Bloom, hash: number): Rows {
  return bloomRows(hash, (bit) => bloom.slices.subarray(bit * sliceBytes, (bit + 1) * sliceBytes));
}

function exact(column: HotColumn, text: string, bloom: Bloom): Hits {
  const entry = column.values.get(text);
  const sure = rowsOf(entry?.rows ?? []);
  if (text.length <= valueLengthMax && (entry ? !entry.partial : !column.streams)) return { sure, maybe: sure };
  if (text.length > valueLengthMax) return { sure, maybe: column.streamed };
  const maybe = filtered(bloom, textHash(text, column.seed));
  for (let at = 0; at < maybe.length; at++) maybe[at] = (maybe[at] as number) & (column.streamed[at] as number);
  return { sure, maybe: or(sure, maybe) };
}

function othersOf(column: HotColumn, test: (leaf: Leaf) => boolean): Rows {
  const rows = noRows();
  for (const { leaf, rows: list } of column.otherValues.values()) {
    if (test(leaf)) for (const row of list) addRow(rows, row);
  }
  return rows;
}

function matching(column: HotColumn, test: (leaf: Leaf) => boolean): Hits {
  const sure = othersOf(column, test);
  for (const [value, { rows }] of column.values) if (test(value)) for (const row of rows) addRow(sure, row);
  if (column.othersLost) return { sure, maybe: column.presence.slice() };
  return { sure, maybe: or(sure, column.streamed) };
}

function within({ instants, several, presence, count }: HotColumn, test: (instant: number) => boolean): Hits {
  const sure = noRows();
  if (instants && count > 0) {
    for (let row = 0; row < instants.length; row++) {
      const value = instants[row] as number;
      if (!Number.isNaN(value) && test(value)) addRow(sure, row);
    }
  }
  for (let at = 0; at < sure.length; at++)
    sure[at] = (sure[at] as number) & (presence[at] as number) & ~(several[at] as number);
  const maybe = sure.slice();
  orInto(maybe, several);
  return { sure, maybe };
}

function instantsOf({ instants, several }: HotColumn): Float64Array {
  const of = instants?.slice() ?? new Float64Array();
  for (let row = 0; row < of.length; row++) if (hasRow(several, row)) of[row] = Number.POSITIVE_INFINITY;
  return of;
}

function ordinalsOf({ values, otherValues, othersLost, streamed, presence }: HotColumn): Ordinals {
  const listed: { readonly leaf: Leaf; readonly rows: readonly number[] }[] = [...otherValues.values()];
  for (const [leaf, { rows }] of values) listed.push({ leaf, rows });
  return makeOrdinals(
    listed.length,
    (add) => {
      for (const [ordinal, { rows }] of listed.entries()) for (const row of rows) add(ordinal, row);
    },
    othersLost ? presence : streamed,
    (ordinal) => (listed[ordinal] as (typeof listed)[number]).leaf,
  );
}
