import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { hashOrder } from '../base/java-map.ts';
import type { Candidate } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import { everyClause } from './inner-queries.ts';
import { compileLucene } from './lucene-match.ts';
import type { Mapping } from './mapping.ts';
import type { Query } from './query.ts';

/** Says which of a query's named clauses (`_name`) a document matches; undefined where no clause has a name. */
export function namedQueries(
  queries: readonly (Query | undefined)[],
  mapping: Mapping,
  at: Instant,
): ((candidate: Candidate) => readonly string[]) | undefined {
  const named = queries.flatMap((query) => (query ? namedIn(query) : []));
  if (named.length === 0) return undefined;
  const matchers = named.flatMap(({ name, query }) => {
    try {
      return [{ name, match: compileLucene(lowerQuery(query, mapping, at), mapping) }];
    } catch (thrown) {
      // The whole query ran: what stands around this part matches nothing, so it was not looked at.
      if (thrown instanceof TrailhoundError) return [];
      throw thrown;
    }
  });
  const order = hashOrder([...new Set(matchers.map(({ name }) => name))]);
  return (candidate) => {
    const found = new Set(matchers.filter(({ match }) => match(candidate)).map(({ name }) => name));
    return order.filter((name) => found.has(name));
  };
}

function namedIn(query: Query): { readonly name: string; readonly query: Query }[] {
  const inner = everyClause(query).flatMap(namedIn);
  return query.name === undefined ? inner : [...inner, { name: query.name, query }];
}
