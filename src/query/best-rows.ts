import type { Document } from '../base/document.ts';
import type { Best } from './best-hits.ts';
import type { Candidate, FoundRows, RowBatch } from './candidate.ts';
import { makeTops } from './make-tops.ts';
import type { Plan } from './search-plan.ts';
import { compareKey, compareSort, type SortKey, type SortValue } from './sort.ts';

/** A match that may be among the hits. */
export interface Entry {
  readonly candidate: Candidate;
  readonly plan: Plan;
  readonly score: number;
  readonly order: number;
  readonly values: readonly SortValue[];
  /** What it is collapsed by. */
  readonly group?: Document | undefined;
}

export function keepOne(best: Best<Entry>, match: Omit<Entry, 'values' | 'group'>, sort: readonly SortKey[]): void {
  const { candidate, plan, score, order } = match;
  const values = plan.columns.map((column) => column.read(candidate, score, order));
  if (plan.after && compareSort(sort, values, plan.after) <= 0) return;
  best.add({ ...match, values, ...(plan.group ? { group: plan.group(candidate) } : {}) });
}

export interface RowsTaken {
  readonly plan: Plan;
  /** Of every row. */
  readonly score: number;
  /** Of the first row. */
  readonly order: number;
  readonly sort: readonly SortKey[];
}

/** Keeps those rows that are among the best so far: most are dismissed by their first sort value alone. */
export function keepRows(
  best: Best<Entry>,
  { columns, rows }: RowBatch,
  { plan, score, order, sort }: RowsTaken,
): void {
  const [key] = sort;
  const readers = plan.columns.map((column) => column.byRow?.(columns));
  const valueAt = (place: number, row: number, at: number): SortValue | undefined => {
    const field = sort[place]?.field;
    return field === '_doc' ? at : field === '_score' ? score : readers[place]?.(row);
  };
  const after = plan.after?.[0];
  const only = sort.length === 1;
  let behind: ((row: number) => boolean) | undefined;
  let behindOf: Entry | undefined;
  // The newest come last: beginning with them, those before are dismissed.
  const backwards = key?.order === 'desc';
  for (let step = 0; step < rows.length; step++) {
    const place = backwards ? rows.length - 1 - step : step;
    const row = rows[place] as number;
    const worst = best.worst();
    if (!key && worst && worst.score >= score) return;
    const first = key && valueAt(0, row, order + place);
    if (key && first !== undefined) {
      const by = worst ? compareFirst(key, first, worst.values[0] ?? null) : -1;
      if (by > 0 || (by === 0 && only && worst && order + place > worst.order)) continue;
      if (after !== undefined && compareKey(key, first, after) < 0) continue;
    }
    if (key && first === undefined && worst) {
      if (worst !== behindOf) behind = plan.columns[0]?.behind?.(columns, worst.values[0] ?? null);
      behindOf = worst;
      if (behind?.(row)) continue;
    }
    const candidate = columns.candidate(row);
    const values = plan.columns.map((column, at) => {
      const known = at === 0 ? first : valueAt(at, row, order + place);
      return known === undefined ? column.read(candidate, score, order + place) : known;
    });
    if (plan.after && compareSort(sort, values, plan.after) <= 0) continue;
    best.add({ candidate, plan, score, order: order + place, values });
  }
}

/**
 * The same for all matches of a part of the store, where it keeps which of them can be among the best: the others are not looked
 * at. False where that is not known.
 */
export function keepTops(
  best: Best<Entry>,
  found: FoundRows,
  { plan, score, order, sort }: RowsTaken,
  { wanted, name }: { readonly wanted: number; readonly name: string },
): boolean {
  const [key] = sort;
  const [column] = plan.columns;
  if (!found.tops || !key || !column?.byRow || plan.after) return false;
  const only = sort.length === 1;
  const known = found.tops.get(name);
  const tops = known ?? makeTops(found, key, column, { wanted, only });
  if (!tops) return false;
  if (!known) found.tops.set(name, tops);
  const { rows, places, values, bounds } = tops;
  const { columns } = found;
  for (let step = 0; step < rows.length; step++) {
    const at = key.order === 'desc' ? rows.length - 1 - step : step;
    const row = rows[at] as number;
    const came = order + (places[at] as number);
    const worst = best.worst();
    if (worst) {
      const last = worst.values[0] ?? null;
      const bound = values[at] === undefined ? bounds[at] : values[at];
      const by = bound === undefined ? -1 : compareKey(key, bound, last);
      if (by > 0 || (by === 0 && only && came > worst.order)) continue;
      if (values[at] === undefined && column.behind?.(columns, last)?.(row)) continue;
    }
    const candidate = columns.candidate(row);
    const first = values[at] === undefined ? column.read(candidate, score, came) : values[at];
    values[at] = first;
    const rest = plan.columns.slice(1).map((other) => other.read(candidate, score, came));
    best.add({ candidate, plan, score, order: came, values: [first, ...rest] });
  }
  return true;
}

/** compareKey, of what is compared most. */
function compareFirst(key: SortKey, first: SortValue, worst: SortValue): number {
  if (typeof first !== 'number' || typeof worst !== 'number') return compareKey(key, first, worst);
  return key.order === 'asc' ? first - worst : worst - first;
}
