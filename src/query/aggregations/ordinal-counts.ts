import type { Columns, RowBatch } from '../candidate.ts';
import type { Point } from '../lucene.ts';
import type { RowValues } from '../row-values.ts';
import type { AggregatedHit } from './aggregation.ts';
import type { FieldValues } from './field-values.ts';
import type { KeyFilter } from './key-filter.ts';
import { countOrdinals, listOrdinals } from './row-batch.ts';

/** Counts values by their numbers as long as rows of the same columns come, and tells the values only then. */
export interface OrdinalCounts {
  /** False where the columns do not number values. Rows with several values are collected; `accepts` tells which values count. */
  add(values: FieldValues, batch: RowBatch, accepts: KeyFilter | undefined): boolean;
  /** Tells what was counted so far. */
  flush(): void;
}

/** Marks that may be kept for each row that came, and from so many rows on: of fewer rows their numbers are listed. */
const marksARow = 8;
const marksOfManyRows = 64;
const manyRows = 512;

interface Counted {
  readonly columns: Columns;
  readonly known: RowValues;
  /** Of their index: the next one may read what is included otherwise. */
  readonly accepts: KeyFilter | undefined;
  /** How many rows have value n, at n + 1. */
  counts: Uint32Array | undefined;
  /** Until there are counts: n + 1 for each row. */
  readonly listed: number[];
}

export function makeOrdinalCounts(
  take: (point: Point, count: number) => void,
  collect: (hit: AggregatedHit) => void,
): OrdinalCounts {
  let counted: Counted | undefined;
  const flush = (): void => {
    if (!counted) return;
    const { known, accepts } = counted;
    const done = counted;
    counted = undefined;
    eachCount(done, (ordinal, count) => {
      const point = known.point(ordinal);
      if (point !== undefined && (!accepts || accepts(point))) take(point, count);
    });
  };
  return {
    flush,
    add(values, batch, accepts) {
      const known = values.byRow(batch.columns);
      const ordinals = known?.ordinals;
      if (!known || !ordinals) return false;
      if (counted?.columns !== batch.columns) {
        flush();
        counted = { columns: batch.columns, known, accepts, counts: undefined, listed: [] };
      }
      if (!counted.counts && !isMany(counted.listed.length + batch.rows.length, ordinals.count)) {
        listOrdinals(ordinals, batch, counted.listed, collect);
        return true;
      }
      counted.counts ??= countsOf(counted.listed, ordinals.count);
      countOrdinals(ordinals, batch, counted.counts, collect);
      return true;
    },
  };
}

function isMany(rows: number, values: number): boolean {
  return values <= rows * (rows < manyRows ? marksARow : marksOfManyRows);
}

function countsOf(listed: readonly number[], values: number): Uint32Array {
  const counts = new Uint32Array(values + 1);
  for (const ordinal of listed) counts[ordinal] = (counts[ordinal] as number) + 1;
  return counts;
}

/** By value in order of their numbers: a store reads texts on from each other. */
function eachCount({ counts, listed }: Counted, take: (ordinal: number, count: number) => void): void {
  if (counts) {
    for (let at = 1; at < counts.length; at++) if (counts[at] !== 0) take(at - 1, counts[at] as number);
    return;
  }
  const sorted = Uint32Array.from(listed).sort();
  for (let from = 0, at = 1; at <= sorted.length; at++) {
    if (sorted[at] === sorted[from]) continue;
    take((sorted[from] as number) - 1, at - from);
    from = at;
  }
}
