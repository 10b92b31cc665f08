import { type Document, isDocument } from '../../base/document.ts';
import { checkBody, failedField, flagOf } from './body.ts';

/** How often a value comes among the matches, and among all documents. */
export interface Frequencies {
  readonly count: number;
  readonly size: number;
  readonly allCount: number;
  readonly allSize: number;
}

/** How much more often than elsewhere; 0 or less for what does not stand out. */
export type Significance = (frequencies: Frequencies) => number;

export const significanceNames = ['jlh', 'gnd', 'percentage', 'chi_square', 'mutual_information', 'script_heuristic'];

/** Reads which of the measures is asked for; JLH where none is. */
export function parseSignificance(body: Document, kind: string): Significance {
  // Of several the last one counts.
  const name = Object.keys(body).findLast((key) => significanceNames.includes(key)) ?? 'jlh';
  const asked = body[name] ?? {};
  if (!isDocument(asked)) throw failedField(kind, name);
  const options = name === 'jlh' || name === 'percentage' ? [] : ['include_negatives', 'background_is_superset'];
  checkBody(asked, name, options, name === 'script_heuristic' ? ['script'] : []);
  const superset = asked.background_is_superset === undefined || flagOf(asked, 'background_is_superset', name);
  const negatives = flagOf(asked, 'include_negatives', name);
  if (name === 'percentage') return ({ count, allCount }) => (allCount === 0 ? 0 : count / allCount);
  if (name === 'gnd') return (found) => distance(found, superset);
  if (name === 'chi_square') return (found) => squared(cellsOf(found, superset), negatives);
  if (name === 'mutual_information') return (found) => information(cellsOf(found, superset), negatives);
  return lift;
}

function lift({ count, size, allCount, allSize }: Frequencies): number {
  if (size === 0 || allSize === 0 || allCount === 0) return 0;
  const [own, all] = [count / size, allCount / allSize];
  return own <= all ? 0 : (own - all) * (own / all);
}

/** Google's normalised distance. */
function distance({ count, size, allCount, allSize }: Frequencies, superset: boolean): number {
  const fx = superset ? allCount : allCount + count;
  const n = superset ? allSize : allSize + size;
  if (count === 0) return 0;
  if (fx === size && fx === count) return 1;
  const far = Math.max(Math.log(fx), Math.log(size)) - Math.log(count);
  return Math.exp(-far / (Math.log(n) - Math.min(Math.log(fx), Math.log(size))));
}

/** Documents with (1) and without (0) the value, among the matches (second 1) and outside. */
interface Cells {
  readonly n11: number;
  readonly n10: number;
  readonly n01: number;
  readonly n00: number;
}

function cellsOf({ count, size, allCount, allSize }: Frequencies, superset: boolean): Cells {
  const outside = superset ? allCount - count : allCount;
  const rest = superset ? allSize - size : allSize;
  return { n11: count, n10: outside, n01: size - count, n00: rest - outside };
}

function isNegative({ n11, n10, n01, n00 }: Cells): boolean {
  return n11 / (n11 + n01) < n10 / (n10 + n00);
}

function squared(cells: Cells, negatives: boolean): number {
  if (!negatives && isNegative(cells)) return Number.NEGATIVE_INFINITY;
  const { n11, n10, n01, n00 } = cells;
  const all = n11 + n10 + n01 + n00;
  return (all * (n11 * n00 - n01 * n10) ** 2) / ((n11 + n01) * (n11 + n10) * (n01 + n00) * (n10 + n00));
}

function information(cells: Cells, negatives: boolean): number {
  const { n11, n10, n01, n00 } = cells;
  const all = n11 + n10 + n01 + n00;
  const part = (cell: number, row: number, column: number): number => {
    const [numerator, factor] = [Math.abs(all * cell), Math.abs(cell / all)];
    return numerator < 1e-7 && factor < 1e-7 ? 0 : factor * Math.log(numerator / Math.abs(row * column));
  };
  const bits =
    part(n00, n01 + n00, n10 + n00) +
    part(n01, n01 + n00, n11 + n01) +
    part(n10, n11 + n10, n10 + n00) +
    part(n11, n11 + n10, n11 + n01);
  if (Number.isNaN(bits) || (!negatives && isNegative(cells))) return Number.NEGATIVE_INFINITY;
  return bits / Math.log(2);
}
