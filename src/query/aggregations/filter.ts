import { isDocument } from '../../base/document.ts';
import { lowerQuery } from '../compile.ts';
import { compileScope, type ScopeMatcher } from '../lucene-match.ts';
import { parseQuery } from '../parse.ts';
import type { Query } from '../query.ts';
import type { AggregationKind, Place } from './aggregation.ts';
import { singleBucket } from './single-bucket.ts';

/** `filter`: the documents that a query matches. */
export const filter: AggregationKind = {
  names: ['filter'],
  buckets: true,
  parse(body, scope) {
    const query = readFilter(body);
    return singleBucket(scope, (place) => {
      const matches = filterMatcher(query, place);
      return {
        inside: place,
        select: (hit, take) => {
          if (matches(hit.scope, hit.candidate)) take(hit);
        },
      };
    });
  },
};

/** `{}` matches everything. */
export function readFilter(json: unknown): Query {
  return isDocument(json) && Object.keys(json).length === 0 ? { kind: 'match_all', boost: 1 } : parseQuery(json);
}

export function filterMatcher(query: Query, { mapping, nested, at }: Place): ScopeMatcher {
  return compileScope(lowerQuery(query, mapping, at), mapping, nested);
}
