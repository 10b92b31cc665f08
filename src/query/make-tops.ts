import { makeBest } from './best-hits.ts';
import type { RowBatch } from './candidate.ts';
import { compareKey, type SortKey, type SortValue } from './sort.ts';
import type { SortColumn } from './sort-values.ts';
import { type Tops, topsMax } from './tops.ts';

interface Placed {
  readonly value: SortValue;
  /** Among the matches. */
  readonly at: number;
}

/**
 * The rows that can be among the first `wanted` of a sort: by its first key alone. `only`: there is no other, so that of equal ones
 * the first are enough. undefined where they would be too many, or rows cannot be told apart without their documents.
 */
export function makeTops(
  { columns, rows }: RowBatch,
  key: SortKey,
  column: SortColumn,
  { wanted, only }: { readonly wanted: number; readonly only: boolean },
): Tops | undefined {
  const read = column.byRow?.(columns);
  if (!read || wanted > topsMax) return undefined;
  const known = makeFirsts(wanted, only, (a, b) => compareKey(key, a, b));
  const placed = makeFirsts(wanted, false, (a, b) => (key.order === 'asc' ? 1 : -1) * (Number(a) - Number(b)));
  const place = column.places?.(columns);
  const unknown: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const value = read(row);
    if (value !== undefined) {
      known.add(value, at);
      continue;
    }
    const stands = place?.of(row);
    if (stands === undefined) unknown.push(at);
    else placed.add(stands, at);
    if (unknown.length > topsMax) return undefined;
  }
  const found = [
    ...known.found().map(({ at, value }) => ({ at, value, bound: value })),
    ...placed.found().map(({ at, value }) => ({ at, value: undefined, bound: place?.bound(Number(value)) })),
    ...unknown.map((at) => ({ at, value: undefined, bound: undefined })),
  ].sort((a, b) => a.at - b.at);
  if (found.length > topsMax * 3) return undefined;
  return {
    rows: Uint32Array.from(found, ({ at }) => rows[at] as number),
    places: Uint32Array.from(found, ({ at }) => at),
    values: found.map(({ value }) => value),
    bounds: found.map(({ bound }) => bound),
  };
}

/** The first ones, and unless `only`, all that equal the last of them. */
function makeFirsts(wanted: number, only: boolean, compare: (a: SortValue, b: SortValue) => number) {
  const best = makeBest<Placed>(wanted, (a, b) => compare(a.value, b.value) || a.at - b.at);
  let equal: Placed[] = [];
  return {
    add(value: SortValue, at: number): void {
      const worst = best.worst();
      const by = worst ? compare(value, worst.value) : -1;
      if (by > 0) return;
      if (by === 0) {
        // What is equal to the last one comes behind it; there may be many, and a better last one makes them useless.
        if (!only && equal.length <= topsMax * 3) equal.push({ value, at });
        return;
      }
      best.add({ value, at });
      const last = best.worst();
      if (!worst || !last || only) return;
      if (compare(last.value, worst.value) === 0) equal.push(worst);
      else equal = [];
    },
    found: () => [...best.sorted(), ...equal],
  };
}
