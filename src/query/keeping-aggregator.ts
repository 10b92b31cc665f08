import type { Aggregator } from './aggregate.ts';
import type { Candidate, RowBatch } from './candidate.ts';
import type { Keep } from './stretch.ts';

/** Aggregations that are collected from documents, or added from what was kept of a stretch. */
export interface KeepingAggregator {
  collect(candidate: Candidate, score: number): void;
  collectRows(batch: RowBatch): void;
  /** Answers how many matches the stretch has, where they are known: they are collected then, and what comes until `end` counts no more. */
  begin(keep: Keep): number | undefined;
  end(): void;
}

/**
 * Matches of a stretch that is not known go to aggregations of its own (`fresh`, within the index of now), and what these gathered
 * is kept and added to the search's. Where that proves impossible (values that hardly repeat, too many buckets) the matches that
 * came so far are collected as ever.
 */
export function keepingAggregator(aggregator: Aggregator, fresh: () => Aggregator): KeepingAggregator {
  /** Once it could not be kept, it is not tried again. */
  let tries = aggregator.keepable();
  let known = false;
  let open: { readonly keep: Keep; readonly own: Aggregator; readonly came: (() => void)[]; total: number } | undefined;
  const collected = (rows: number, again: () => void): void => {
    if (!open) return;
    open.total += rows;
    open.came.push(again);
    if (open.own.keepable()) return;
    tries = false;
    const { came } = open;
    open = undefined;
    for (const each of came) each();
  };
  return {
    collect(candidate, score) {
      if (known) return;
      const to = open?.own ?? aggregator;
      to.collect(candidate, score);
      collected(1, () => aggregator.collect(candidate, score));
    },
    collectRows(batch) {
      if (known) return;
      const to = open?.own ?? aggregator;
      to.collectRows(batch);
      collected(batch.rows.length, () => aggregator.collectRows(batch));
    },
    begin(keep) {
      const made = keep.get();
      if (made) {
        aggregator.add(made.parts, keep);
        known = true;
        return made.total;
      }
      if (tries) open = { keep, own: fresh(), came: [], total: 0 };
      return undefined;
    },
    end() {
      known = false;
      if (!open) return;
      const { keep, own, came, total } = open;
      open = undefined;
      const parts = own.parts(keep.names);
      if (parts) {
        aggregator.add(parts, keep);
        keep.set({ parts, total });
        return;
      }
      tries = false;
      for (const each of came) each();
    },
  };
}
