import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { type Lowered, lowerWatched } from './lowered.ts';
import type { Lucene } from './lucene.ts';
import type { Mapping } from './mapping.ts';
import type { Query } from './query.ts';

/** As lowerQuery. */
export type Lower = (query: Query, mapping: Mapping) => Lucene;

/**
 * Lowers the queries of one search: indices whose mappings mean the same by a query, as those of many days do, get the same
 * object of it, and are told apart no further than that.
 */
export function sharedLowering(at: Instant): Lower {
  const known = new Map<Query, Lowered[]>();
  return (query, mapping) => {
    const before = known.get(query) ?? [];
    let lowered = before.find((one) => one.holdsFor(mapping));
    if (!lowered) {
      lowered = lowerWatched(query, mapping, at);
      known.set(query, [lowered, ...before.slice(0, limits.loweredKindsMax - 1)]);
    }
    if (lowered.error) throw lowered.error;
    return lowered.query;
  };
}
