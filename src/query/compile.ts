import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import type { Matcher, RequiredTerms } from './candidate.ts';
import type { LowerScope } from './clauses/clause.ts';
import { clauseOf } from './clauses.ts';
import { boosted, type Lucene, nothing, ValueRefusal } from './lucene.ts';
import { compileLucene } from './lucene-match.ts';
import { requiredOf } from './lucene-required.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import type { Query } from './query.ts';
import { shardError } from './refusal.ts';
import { matchesNothing, rangesOf } from './rewrite.ts';

/**
 * AST → matcher for documents of an index with this mapping; `at` is what `now` means. Compile once, run many.
 * Throws TrailhoundError where OpenSearch fails the search: a value that does not fit the field's type, too many clauses.
 */
export function compileQuery(query: Query, mapping: Mapping, at: Instant): Matcher {
  return compileLucene(lowerQuery(query, mapping, at), mapping);
}

/** What a document must hold to match (sound: a match implies it); for pre-selection. Never throws. */
export function requiredTerms(query: Query, mapping: Mapping): RequiredTerms {
  try {
    return requiredOf(lowerQuery(query, mapping, 0));
  } catch {
    return 'none-known';
  }
}

/** The query with the mapping applied. Throws as compileQuery does. */
export function lowerQuery(query: Query, mapping: Mapping, at: Instant): Lucene {
  const scope: LowerScope = {
    mapping,
    at,
    child: (inner) =>
      // A stored query is read whole: what it names must be mapped.
      !mapping.unmapped && matchesNothing(inner, mapping)
        ? nothing('User requested "match_none" query.')
        : boosted(clauseOf(inner).lower(inner, scope), inner.boost),
    stored: (json) => {
      const parsed = parseQuery(json);
      return {
        findsNothing: matchesNothing(parsed, mapping),
        on: (other) => compileLucene(lowerQuery(parsed, other, at), other),
      };
    },
  };
  try {
    for (const range of rangesOf(query, mapping)) {
      if (fieldAt(mapping, range.field)?.kind === 'date') scope.child(range);
    }
    const lowered = scope.child(query);
    const count = countClauses(lowered);
    if (count > limits.clausesMax) {
      throw shardError(
        `Query contains too many nested clauses; maxClauseCount is set to ${limits.clausesMax}`,
        'too_many_nested_clauses',
        500,
      );
    }
    return lowered;
  } catch (thrown) {
    if (!(thrown instanceof ValueRefusal)) throw thrown;
    if (thrown.type === 'parse_exception') throw shardError(thrown.message, 'parse_exception');
    throw shardError(`failed to create query: ${thrown.message}`);
  }
}

/** Leaves of the query, as Lucene counts them against its limit. */
function countClauses(query: Lucene): number {
  switch (query.kind) {
    case 'bool':
      return query.clauses.reduce((sum, clause) => sum + countClauses(clause.query), 0);
    case 'dismax':
      return query.queries.reduce((sum, inner) => sum + countClauses(inner), 0);
    case 'boost':
    case 'nested':
      return countClauses(query.query);
    default:
      return 1;
  }
}
