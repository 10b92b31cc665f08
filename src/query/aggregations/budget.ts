import { limits } from '../../base/limits.ts';
import { shardError } from '../refusal.ts';

/** What one search may hold and answer, and what it has to do at its end. */
export interface Budget {
  /** Counts entries held while collecting (tallies, distinct values). */
  hold(count: number): void;
  /** Entries held, and whether work was kept for the end that parts cannot stand for. */
  readonly held: number;
  readonly waits: boolean;
  /** Counts buckets of the answer. */
  answer(count: number): void;
  /**
   * Keeps work for when all matches have come; it stops now and then. What is done for an aggregation may hand matches to those
   * inside it: so many `levels` are around it, and the fewest come first. `kept`: what it works on can be a part.
   */
  later(levels: number, work: () => Generator<void>, kept?: boolean): void;
  /** Does what was kept, and what is kept meanwhile. */
  finish(): Generator<void>;
}

export function makeBudget(): Budget {
  let held = 0;
  let answered = 0;
  let waits = false;
  const waiting: (() => Generator<void>)[][] = [];
  return {
    get held() {
      return held;
    },
    get waits() {
      return waits;
    },
    later(levels, work, kept = false) {
      waits ||= !kept;
      for (let level = waiting.length; level <= levels; level++) waiting.push([]);
      waiting[levels]?.push(work);
    },
    *finish() {
      for (let level = 0; level < waiting.length; level++) {
        for (const work of waiting[level] ?? []) yield* work();
      }
    },
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
