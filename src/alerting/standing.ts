import type { Instant } from '../base/clock.ts';
import type { Mapping } from '../query/mapping.ts';
import type { Query } from '../query/query.ts';

/** A question that documents are put to as they arrive. */
export interface Standing {
  readonly id: string;
  readonly indices: readonly string[];
  /** The query as it is at this time; throws what the query room throws. */
  query(at: Instant): Query;
  /** It means something else at another time: compiled anew for each batch. */
  readonly timed: boolean;
}

/** The index that documents came into. */
export interface PercolatedIndex {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly mapping: Mapping;
}
