import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { lowerQuery } from './compile.ts';
import { luceneText } from './lucene-text.ts';
import type { Mapping } from './mapping.ts';
import { withoutNested } from './nested-filter.ts';
import type { Query } from './query.ts';
import { innerReason } from './refusal.ts';

/** What `_validate/query` says of a query that reads as JSON: how Lucene would run it, or why it cannot. */
export type Validation =
  | { readonly valid: true; readonly explanation: string }
  | { readonly valid: false; readonly type: string; readonly reason: string };

/** Never throws for a query that an index refuses. */
export function validateQuery(query: Query, mapping: Mapping, at: Instant): Validation {
  try {
    return { valid: true, explanation: luceneText(withoutNested(lowerQuery(query, mapping, at), mapping)) };
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    return { valid: false, ...innerReason(thrown) };
  }
}
