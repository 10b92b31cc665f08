import type { Instant } from '../base/clock.ts';
import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import { compileLucene } from './lucene-match.ts';
import type { Mapping } from './mapping.ts';
import type { Query } from './query.ts';

/** Says which of a query's named clauses (`_name`) a document matches; undefined where no clause has a name. */
export function namedQueries(
  queries: readonly (Query | undefined)[],
  mapping: Mapping,
  at: Instant,
): ((candidate: Candidate) => readonly string[]) | undefined {
  const named = queries.flatMap((query) => namedIn(query));
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
  return (candidate) => [...new Set(matchers.filter(({ match }) => match(candidate)).map(({ name }) => name))];
}

function namedIn(value: unknown): { readonly name: string; readonly query: Query }[] {
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (!isDocument(value)) return [];
  const inner = Object.values(value).flatMap(namedIn);
  const { kind, name } = value;
  if (typeof kind !== 'string' || typeof name !== 'string') return inner;
  return [{ name, query: value as unknown as Query }, ...inner];
}
