import type { Matcher, RequiredTerms } from './candidate.ts';
import type { Lucene } from './lucene.ts';
import type { Stretches } from './stretch.ts';

/** What a search asks of an index's documents. */
export interface Wanted {
  readonly required: RequiredTerms;
  /** What matches, for a store whose index answers it; undefined where the search must see other documents too. */
  readonly query?: Lucene;
  readonly matches: Matcher;
  /** Told of stretches whose matches are handed out as a whole, where the search keeps what it makes of them. */
  readonly stretches?: Stretches | undefined;
}
