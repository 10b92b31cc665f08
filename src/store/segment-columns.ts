import { own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Candidate, Columns } from '../query/candidate.ts';
import type { Column, Leaf, Ordinals } from '../query/columns.ts';
import type { Field } from '../query/field.ts';
import { type BoundedCache, boundedCache } from './bounded-cache.ts';
import { type Asked, columnsOf, evaluate, readsHold } from './segment/evaluate.ts';
import { makeOrdinals, ordinalsWeight, type SegmentOrdinals } from './segment/ordinals.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import { hasRow, noRows, segmentRowsMax } from './segment/rows.ts';
import type { SegmentIndex } from './segment/segment-index.ts';
import type { Segments } from './segment/segments.ts';

/** Values by row of columns that were asked for lately, by the column's number; of a growing segment as it was at `last`. */
export type ColumnCache = BoundedCache<number, { readonly last: number; readonly column: Column | undefined }>;

export function makeColumnCache(): ColumnCache {
  return boundedCache(limits.segmentColumnCacheMax);
}

/**
 * What a segment tells of an index's documents without reading them. Where it proves damaged it is dropped and SegmentDamage
 * thrown: the search begins anew, without it.
 */
export function segmentColumns(
  asked: Asked,
  cache: ColumnCache,
  segments: Segments | undefined,
  candidate: (row: number) => Candidate,
): Columns {
  const guard = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof SegmentDamage) segments?.damaged(asked.segment, error.message);
      throw error;
    }
  };
  /** Weakly: hits that wait to be shown hold on to this, hundreds of segments' worth of them in one search. */
  const known = new Map<string, WeakRef<Column> | undefined>();
  return {
    candidate,
    verdicts(query) {
      const { sure, maybe } = guard(() => evaluate(query, asked));
      return (row) => hasRow(sure, row) || (hasRow(maybe, row) ? undefined : false);
    },
    column(field) {
      const { path } = field;
      const kept = known.get(path)?.deref();
      if (kept || (known.has(path) && !known.get(path))) return kept;
      const made = guard(() => columnOf(field, asked, cache, guard));
      known.set(path, made && new WeakRef(made));
      return made;
    },
  };
}

type Guard = <T>(read: () => T) => T;

/** undefined where values that count are not, or not all, in one column. */
function columnOf(field: Field, asked: Asked, cache: ColumnCache, guard: Guard): Column | undefined {
  if (!hasColumn(field)) return undefined;
  const columns = columnsOf(field, asked)?.filter(({ indices }) => indices.has(asked.number));
  const [column] = columns ?? [];
  if (!columns || columns.length > 1) return undefined;
  if (!column) return noValues;
  if (column.rowInstants && (field.kind !== 'date' || !readsHold(column, asked))) return undefined;
  const { last } = asked.segment;
  const known = cache.get(column.number);
  if (known?.last === last) return known.column;
  const made = column.rowInstants ? ({ kind: 'instants', of: column.rowInstants() } as const) : column.ordinals();
  const guarded = made?.kind === 'ordinals' ? guardedOrdinals(made, rowsOf(asked.segment), guard) : made;
  cache.set(column.number, { last, column: guarded }, weightOf(guarded));
  return guarded;
}

function guardedOrdinals({ leaves, ...made }: SegmentOrdinals, rows: number, guard: Guard): Ordinals {
  const { hashed } = made;
  const told = {
    ...made,
    of: made.of.length > rows ? made.of.slice(0, rows) : made.of,
    leaf: leafReader(made, leaves, guard),
  };
  return hashed ? { ...told, hashed: () => guard(hashed) } : told;
}

/** Nulls that stand for values, and values of nested objects, are in no column. */
function hasColumn(field: Field): boolean {
  if (field.nested !== undefined || own(field, 'nullValue') !== undefined) return false;
  switch (field.kind) {
    case 'keyword':
    case 'number':
    case 'date':
    case 'ip':
    case 'boolean':
      return true;
    case 'flat_object':
      return field.leaf !== undefined;
    default:
      return false;
  }
}

/** Values of columns with more of them are read from the file each time: they are long, or there are too many. */
const leavesKeptMax = 8192;
const leafWeight = 48;

/** Whoever asks for more values than this asks for most of them. */
const readOneByOne = 64;

/** To read a value takes a microsecond or two, and aggregations ask for all of them. */
function leafReader({ count, leaf }: Ordinals, leaves: SegmentOrdinals['leaves'], guard: Guard): Ordinals['leaf'] {
  if (count > leavesKeptMax) return (at) => guard(() => leaf(at));
  let kept: (Leaf | undefined)[] = [];
  let single = 0;
  return (at) => {
    const known = kept[at];
    if (known !== undefined) return known;
    if (leaves && ++single === readOneByOne) {
      kept = [...guard(leaves)];
      return kept[at] as Leaf;
    }
    const read = guard(() => leaf(at));
    kept[at] = read;
    return read;
  };
}

function rowsOf(segment: SegmentIndex): number {
  const last = segment.blocks().at(-1);
  return last ? last.start + last.count : 0;
}

function weightOf(column: Column | undefined): number {
  if (!column) return 64;
  if (column.kind === 'instants') return column.of.byteLength + 64;
  return ordinalsWeight(column) + (column.count > leavesKeptMax ? 0 : column.count * leafWeight);
}

const noValues: Ordinals = makeOrdinals(
  segmentRowsMax,
  0,
  () => {},
  noRows(),
  () => '',
);
