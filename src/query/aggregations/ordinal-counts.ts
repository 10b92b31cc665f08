import type { Columns, RowBatch } from '../candidate.ts';
import type { Point } from '../lucene.ts';
import type { RowValues } from '../row-values.ts';
import type { AggregatedHit } from './aggregation.ts';
import type { FieldValues } from './field-values.ts';
import type { KeyFilter } from './key-filter.ts';
import { countOrdinals } from './row-batch.ts';

/** Counts values by their numbers as long as rows of the same columns come, and tells the values only then. */
export interface OrdinalCounts {
  /** False where that would cost more than looking at each row. Rows with several values are collected; `accepts` tells which values count. */
  add(values: FieldValues, batch: RowBatch, accepts: KeyFilter | undefined): boolean;
  /** Tells what was counted so far. */
  flush(): void;
}

/** Marks that may be kept for each row of a first batch, and from so many rows on. */
const marksARow = 8;
const marksOfManyRows = 64;
const manyRows = 512;

interface Counted {
  readonly columns: Columns;
  readonly known: RowValues;
  /** Of their index: the next one may read what is included otherwise. */
  readonly accepts: KeyFilter | undefined;
  readonly counts: Uint32Array;
}

export function makeOrdinalCounts(
  take: (point: Point, count: number) => void,
  collect: (hit: AggregatedHit) => void,
): OrdinalCounts {
  let counted: Counted | undefined;
  const flush = (): void => {
    if (!counted) return;
    const { known, counts, accepts } = counted;
    counted = undefined;
    for (let ordinal = 0; ordinal + 1 < counts.length; ordinal++) {
      const count = counts[ordinal + 1] as number;
      const point = count > 0 ? known.point(ordinal) : undefined;
      if (point !== undefined && (!accepts || accepts(point))) take(point, count);
    }
  };
  return {
    flush,
    add(values, batch, accepts) {
      const known = values.byRow(batch.columns);
      const ordinals = known?.ordinals;
      if (!known || !ordinals) return false;
      if (counted?.columns !== batch.columns) {
        flush();
        const { length } = batch.rows;
        if (ordinals.count > length * (length < manyRows ? marksARow : marksOfManyRows)) return false;
        counted = { columns: batch.columns, known, accepts, counts: new Uint32Array(ordinals.count + 1) };
      }
      countOrdinals(ordinals, batch, counted.counts, collect);
      return true;
    },
  };
}
