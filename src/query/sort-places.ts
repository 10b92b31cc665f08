import type { Columns } from './candidate.ts';
import type { HashedRows } from './columns.ts';
import type { Field } from './field.ts';
import { rowValues } from './row-values.ts';
import type { SortKey, SortValue } from './sort.ts';

/** Where the values of rows that must be read stand among each other. */
export interface ValuePlaces {
  of(row: number): number | undefined;
  bound(place: number): SortValue | undefined;
}

/** Values that hardly repeat: where a text stands among others is known without it. */
export function placeReaders({ order }: SortKey, field: Field): PlaceReaders {
  const hashedOf = (columns: Columns): HashedRows | undefined => rowValues(columns, field, false)?.hashed();
  return {
    behind(columns, value) {
      const hashed = typeof value === 'string' ? hashedOf(columns) : undefined;
      if (!hashed?.ordered || typeof value !== 'string') return undefined;
      const { of, places } = hashed.byRow();
      if (!places) return undefined;
      const place = hashed.place(value);
      return order === 'asc'
        ? (row) => of[row] !== 0 && (places[row] as number) > place
        : (row) => of[row] !== 0 && (places[row] as number) < place;
    },
    places(columns) {
      const hashed = hashedOf(columns);
      const { of, places } = hashed?.byRow() ?? {};
      if (!hashed || !of || !places) return undefined;
      return {
        of: (row) => (of[row] === 0 ? undefined : places[row]),
        bound: (place) => (order === 'asc' ? hashed.least(place) : undefined),
      };
    },
  };
}

export interface PlaceReaders {
  /** Of a row that must be read: whether its value is known to come behind this one. */
  behind(columns: Columns, value: SortValue): ((row: number) => boolean) | undefined;
  places(columns: Columns): ValuePlaces | undefined;
}
