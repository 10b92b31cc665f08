import type { Instant } from '../base/clock.ts';
import type { Matcher, RequiredTerms } from './candidate.ts';
import type { Mapping } from './mapping.ts';
import type { Query } from './query.ts';

/**
 * AST → matcher for documents of an index with this mapping; `at` is what `now` means. Compile once, run many.
 * Throws TrailhoundError where OpenSearch fails the search: a value that does not fit the field's type, too many clauses.
 */
export function compileQuery(_query: Query, _mapping: Mapping, _at: Instant): Matcher {
  return () => true;
}

/** What a document must hold to match (sound: a match implies it); for pre-selection. Never throws. */
export function requiredTerms(_query: Query, _mapping: Mapping): RequiredTerms {
  return 'none-known';
}
