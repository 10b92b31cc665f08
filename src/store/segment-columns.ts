import { own } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Candidate, Columns } from '../query/candidate.ts';
import type { Column, HashedRows, Instants, KeptOfHashed, Leaf, Ordinals } from '../query/columns.ts';
import type { Field } from '../query/field.ts';
import { type BoundedCache, boundedCache } from './bounded-cache.ts';
import { type Asked, columnsOf, evaluate, readsHold } from './segment/evaluate.ts';
import { makeKeptOfHashed } from './segment/hashed-rows.ts';
import { keptOfHashedWeight, ordinalsWeight, type SegmentOrdinals } from './segment/ordinals.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import { hasRow, segmentRowsMax } from './segment/rows.ts';
import type { SegmentIndex } from './segment/segment-index.ts';
import type { Segments } from './segment/segments.ts';

/** What is in memory of columns that were asked for lately, by the column's number; of a growing segment as it was at `last`. */
export interface ColumnCache {
  /** Values by row. */
  readonly columns: BoundedCache<number, { readonly last: number; readonly column: Column | undefined }>;
  /** Of values that are only hashed, a little, which is of use for longer. */
  readonly hashed: BoundedCache<number, { readonly last: number; readonly kept: KeptOfHashed }>;
  age(): void;
}

export function makeColumnCache(): ColumnCache {
  const columns: ColumnCache['columns'] = boundedCache(limits.segmentColumnCacheMax);
  const hashed: ColumnCache['hashed'] = boundedCache(limits.keptOfHashedMax);
  return {
    columns,
    hashed,
    age() {
      columns.age();
      hashed.age();
    },
  };
}

/**
 * What a segment tells of an index's documents without reading them. Where it proves damaged it is dropped and SegmentDamage
 * thrown: the search begins anew, without it.
 */
export function segmentColumns<Row extends Candidate>(
  asked: Asked,
  cache: ColumnCache,
  segments: Segments | undefined,
  candidate: (row: number) => Row,
): Columns & { candidate(row: number): Row } {
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
    ...(asked.segment.sealed ? { number: asked.segment.number } : {}),
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
  const { number } = column;
  const known = cache.columns.get(number);
  if (known?.last === last) return known.column;
  const rows = rowsOf(asked.segment);
  const kept = (): KeptOfHashed => keptOf(cache, number, last);
  const made = column.rowInstants ? ({ kind: 'instants', of: column.rowInstants() } as const) : column.ordinals();
  const guarded = made?.kind === 'ordinals' ? guardedOrdinals(made, rows, guard, kept) : made;
  const weight = made?.kind === 'ordinals' ? ordinalsWeight(made, rows) + leavesWeight(made) : weightOf(made);
  cache.columns.set(number, { last, column: guarded }, weight);
  return guarded;
}

function keptOf({ hashed }: ColumnCache, number: number, last: number): KeptOfHashed {
  const known = hashed.get(number);
  if (known?.last === last) return known.kept;
  const kept = makeKeptOfHashed();
  hashed.set(number, { last, kept }, keptOfHashedWeight);
  return kept;
}

function guardedOrdinals(made: SegmentOrdinals, rows: number, guard: Guard, kept: () => KeptOfHashed): Ordinals {
  const { kind, many, count, hashed } = made;
  let of: Ordinals['of'] | undefined;
  return {
    kind,
    many,
    count,
    get of() {
      of ??= guard(() => (made.of.length > rows ? made.of.slice(0, rows) : made.of));
      return of;
    },
    leaf: leafReader(made, made.leaves, guard),
    several: (row) => guard(() => made.several(row)),
    ...(hashed
      ? {
          hashed: once(() =>
            guardedHashed(
              guard(() => hashed(kept())),
              guard,
            ),
          ),
        }
      : {}),
  };
}

function guardedHashed(made: HashedRows, guard: Guard): HashedRows {
  return {
    ...valuesOf(made),
    get clear() {
      return guard(() => made.clear);
    },
    pairs: (from, to, places) => guard(() => made.pairs(from, to, places)),
    byRow: () => guard(made.byRow),
  };
}

/** Without what is read when it is asked for. */
function valuesOf({ number, size, key, hash, longest, ordered, place, prefix, least, kept }: HashedRows) {
  return { number, size, key, hash, longest, ordered, place, prefix, least, kept };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
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
function leafReader(
  { count, leaf }: SegmentOrdinals,
  leaves: SegmentOrdinals['leaves'],
  guard: Guard,
): Ordinals['leaf'] {
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

function leavesWeight({ count }: SegmentOrdinals): number {
  return count > leavesKeptMax ? 0 : count * leafWeight;
}

function weightOf(column: Instants | undefined): number {
  return column ? column.of.byteLength + 64 : 64;
}

const noValues: Ordinals = {
  kind: 'ordinals',
  of: new Uint16Array(segmentRowsMax),
  many: 0xffff,
  count: 0,
  leaf: () => '',
  several: () => undefined,
};
