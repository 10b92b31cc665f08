import type { RowBatch } from '../candidate.ts';
import type { AggregatedHit, Place } from './aggregation.ts';
import type { Budget } from './budget.ts';

/** Matches that are kept until all have come, for aggregations whose buckets are known only then. */
export interface LateHits {
  add(hit: AggregatedHit, place: Place): void;
  addRows(batch: RowBatch, place: Place): void;
  /** Hands them on in the order in which they came, `enter` before those of another place; stops after each. */
  replay(enter: (place: Place) => void, take: LateTake): Generator<void>;
}

export interface LateTake {
  hit(hit: AggregatedHit): void;
  rows(batch: RowBatch): void;
}

/** Rows that weigh as much as one entry of the budget. */
const rowsAnEntry = 16;

/** `first` is called once, before anything is kept. */
export function makeLateHits(budget: Budget, first: () => void): LateHits {
  const kept: { readonly place: Place; readonly hit?: AggregatedHit; readonly batch?: RowBatch }[] = [];
  const begin = (): void => {
    if (kept.length === 0) first();
  };
  return {
    add(hit, place) {
      begin();
      budget.hold(1);
      kept.push({ place, hit });
    },
    addRows({ columns, rows }, place) {
      begin();
      budget.hold(1 + Math.ceil(rows.length / rowsAnEntry));
      kept.push({ place, batch: { columns, rows: Uint32Array.from(rows) } });
    },
    *replay(enter, take) {
      let last: Place | undefined;
      for (const { place, hit, batch } of kept) {
        if (place !== last) enter(place);
        last = place;
        if (hit) take.hit(hit);
        if (batch) take.rows(batch);
        yield;
      }
    },
  };
}
