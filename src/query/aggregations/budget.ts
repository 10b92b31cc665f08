import { limits } from '../../base/limits.ts';
import { shardError } from '../refusal.ts';

/** What one search may hold and answer. */
export interface Budget {
  /** Counts entries held while collecting (tallies, distinct values). */
  hold(count: number): void;
  /** Counts buckets of the answer. */
  answer(count: number): void;
}

export function makeBudget(): Budget {
  let held = 0;
  let answered = 0;
  return {
    hold(count) {
      held += count;
      if (held <= limits.aggregationEntriesMax) return;
      throw shardError(
        `[aggregations] Data too large: more than [${limits.aggregationEntriesMax}] buckets and values would be held for this search`,
        'circuit_breaking_exception',
        429,
      );
    },
    answer(count) {
      answered += count;
      if (answered <= limits.bucketsMax) return;
      throw shardError(
        `Trying to create too many buckets. Must be less than or equal to: [${limits.bucketsMax}] but was [${answered}]. This limit can be set by changing the [search.max_buckets] cluster level setting.`,
        'too_many_buckets_exception',
        503,
      );
    },
  };
}
