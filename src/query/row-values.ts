import type { Columns } from './candidate.ts';
import type { HashedRows, Leaf, Ordinals } from './columns.ts';
import type { Field } from './field.ts';
import { docValueOf } from './field-test.ts';
import { keywordValue, scalarText } from './field-value.ts';
import type { Point } from './lucene.ts';
import { comparePoints } from './sort.ts';

/** The values of one field by row, without the documents. */
export interface RowValues {
  /** In ascending order, as often as the document has them; undefined where the document must be asked. */
  read(row: number): readonly Point[] | undefined;
  /** Where values are numbered: what the field makes of each is `point`. */
  readonly ordinals: Ordinals | undefined;
  point(ordinal: number): Point | undefined;
  /** Where the values are instants: as Instants says. */
  readonly instants: Float64Array | undefined;
  /** Values without a number that are terms of the field as they stand; undefined where there are none, or it is not known. */
  hashed(): HashedRows | undefined;
}

/** undefined where the documents must be asked. `once`: a row has equal values only once, as doc values keep terms. */
export function rowValues(columns: Columns, field: Field, once: boolean): RowValues | undefined {
  if (field.nested !== undefined) return undefined;
  const column = columns.column(field);
  const make = column && pointMaker(field);
  if (!column || !make) return undefined;
  return column.kind === 'instants' ? ofInstants(column.of) : ofOrdinals(column, field, make, once);
}

/** What the field makes of a value of a document; undefined for kinds that have no values. */
function pointMaker(field: Field): ((leaf: Leaf) => Point | undefined) | undefined {
  if (field.kind === 'keyword') return (leaf) => keywordValue(field, leaf);
  if (field.kind === 'flat_object') return scalarText;
  return docValueOf(field);
}

const nothing: readonly Point[] = [];

function ofInstants(of: Float64Array): RowValues {
  return {
    read(row) {
      const value = of[row] as number;
      if (value === Number.POSITIVE_INFINITY) return undefined;
      return Number.isNaN(value) ? nothing : [value];
    },
    ordinals: undefined,
    point: () => undefined,
    instants: of,
    hashed: () => undefined,
  };
}

/** Hashes are of texts as they stand in documents: a normalizer may make one of two, and what is too long is no term. */
function hashedTerms(field: Field, ordinals: Ordinals): HashedRows | undefined {
  if (field.kind === 'flat_object') return ordinals.hashed?.();
  if (field.kind !== 'keyword' || field.normalizer) return undefined;
  const hashed = ordinals.hashed?.();
  return hashed && field.ignoreAbove >= hashed.longest ? hashed : undefined;
}

function ofOrdinals(
  ordinals: Ordinals,
  field: Field,
  make: (leaf: Leaf) => Point | undefined,
  once: boolean,
): RowValues {
  const { of, many } = ordinals;
  /** What each value is, once it was asked for: a list of one, or of none. */
  const lists: (readonly Point[] | undefined)[] = [];
  const listOf = (ordinal: number): readonly Point[] => {
    let list = lists[ordinal];
    if (!list) {
      const point = make(ordinals.leaf(ordinal));
      list = point === undefined ? nothing : [point];
      lists[ordinal] = list;
    }
    return list;
  };
  return {
    read(row) {
      const at = of[row] as number;
      if (at === 0) return nothing;
      if (at !== many) return listOf(at - 1);
      const points = ordinals.several(row)?.flatMap(listOf);
      if (!points) return undefined;
      return (once ? [...new Set(points)] : points).sort(comparePoints);
    },
    ordinals,
    point: (ordinal) => make(ordinals.leaf(ordinal)),
    instants: undefined,
    hashed: () => hashedTerms(field, ordinals),
  };
}
