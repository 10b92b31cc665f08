import { boolClause } from './clauses/bool.ts';
import type { Clause } from './clauses/clause.ts';
import { existsClause } from './clauses/exists.ts';
import { matchClause } from './clauses/match.ts';
import { matchAllClause, matchNoneClause } from './clauses/match-all.ts';
import { matchBoolPrefixClause } from './clauses/match-bool-prefix.ts';
import { matchPhraseClause } from './clauses/match-phrase.ts';
import { queryStringClause } from './clauses/query-string.ts';
import { rangeClause } from './clauses/range.ts';
import { termClause } from './clauses/term.ts';
import { termsClause } from './clauses/terms.ts';
import type { Query } from './query.ts';

/**
 * Every query that is understood, by its name in JSON. What is not here is refused by name; docs/COMPATIBILITY.md's table
 * of support is made from this one.
 */
export const clauses: Readonly<Record<string, Clause>> = {
  bool: any(boolClause),
  exists: any(existsClause),
  match: any(matchClause),
  match_all: any(matchAllClause),
  match_bool_prefix: any(matchBoolPrefixClause),
  match_none: any(matchNoneClause),
  match_phrase: any(matchPhraseClause),
  match_phrase_prefix: any(matchPhraseClause),
  query_string: any(queryStringClause),
  range: any(rangeClause),
  term: any(termClause),
  terms: any(termsClause),
};

const byKind = new Map(Object.values(clauses).map((clause) => [clause.kind, clause]));

/** The clause that a parsed query came from. */
export function clauseOf(query: Query): Clause {
  return byKind.get(query.kind) as Clause;
}

/** A clause lowers only queries of its own kind: `clauseOf` looks it up by that kind. */
function any<Q extends Query>(clause: Clause<Q>): Clause {
  return clause as unknown as Clause;
}
