import { boolClause } from './clauses/bool.ts';
import type { Clause, ParseScope } from './clauses/clause.ts';
import { constantScoreClause } from './clauses/constant-score.ts';
import { disMaxClause } from './clauses/dis-max.ts';
import { existsClause } from './clauses/exists.ts';
import { fuzzyClause } from './clauses/fuzzy.ts';
import { idsClause } from './clauses/ids.ts';
import { matchClause } from './clauses/match.ts';
import { matchAllClause, matchNoneClause } from './clauses/match-all.ts';
import { matchBoolPrefixClause } from './clauses/match-bool-prefix.ts';
import { matchPhraseClause } from './clauses/match-phrase.ts';
import { multiMatchClause } from './clauses/multi-match.ts';
import { nestedClause } from './clauses/nested.ts';
import { patternClause } from './clauses/pattern.ts';
import { percolateClause } from './clauses/percolate.ts';
import { queryStringClause } from './clauses/query-string.ts';
import { rangeClause } from './clauses/range.ts';
import { simpleQueryStringClause } from './clauses/simple-query-string.ts';
import { termClause } from './clauses/term.ts';
import { termsClause } from './clauses/terms.ts';
import { wrappingClauses } from './clauses/wrapping.ts';
import type { Query } from './query.ts';

/** Every kind of query, by the name in JSON that is also its kind. */
const byKind: Readonly<Record<Query['kind'], Clause>> = {
  bool: any(boolClause),
  constant_score: any(constantScoreClause),
  dis_max: any(disMaxClause),
  exists: any(existsClause),
  fuzzy: any(fuzzyClause),
  ids: any(idsClause),
  match: any(matchClause),
  match_all: any(matchAllClause),
  match_bool_prefix: any(matchBoolPrefixClause),
  match_none: any(matchNoneClause),
  match_phrase: any(matchPhraseClause),
  multi_match: any(multiMatchClause),
  nested: any(nestedClause),
  percolate: any(percolateClause),
  prefix: any(patternClause('prefix')),
  query_string: any(queryStringClause),
  range: any(rangeClause),
  regexp: any(patternClause('regexp')),
  simple_query_string: any(simpleQueryStringClause),
  term: any(termClause),
  terms: any(termsClause),
  wildcard: any(patternClause('wildcard')),
};

/**
 * The names that a request may use. What is not here is refused by name; docs/COMPATIBILITY.md's table of support is made
 * from this one.
 */
export const clauses: Readonly<Record<string, { parse(body: unknown, scope: ParseScope): Query }>> = {
  ...byKind,
  match_phrase_prefix: matchPhraseClause,
  ...Object.fromEntries(Object.entries(wrappingClauses).map(([name, parse]) => [name, { parse }])),
};

/** The clause that a parsed query came from. */
export function clauseOf(query: Query): Clause {
  return byKind[query.kind];
}

/** A clause lowers only queries of its own kind: `clauseOf` looks it up by that kind. */
function any<Q extends Query>(clause: Clause<Q>): Clause {
  return clause as unknown as Clause;
}
