import { isDocument } from '../../base/document.ts';
import { checkKeys, noObject, numberOf, readCommon } from '../clause-body.ts';
import type { DisMaxQuery } from '../query.ts';
import { parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

export const disMaxClause: Clause<DisMaxQuery> = {
  kind: 'dis_max',
  parse(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    checkKeys(body, ['queries', 'tie_breaker'], scope.name);
    const queries = Array.isArray(body.queries) ? body.queries : body.queries === undefined ? [] : [body.queries];
    if (body.queries === undefined) throw parsingError("[dis_max] requires 'queries' field with at least one clause");
    if (body.tie_breaker !== undefined) numberOf(body, 'tie_breaker');
    if (queries.length === 0) throw parsingError('[_na] query malformed, must start with start_object');
    return {
      kind: 'dis_max',
      ...readCommon(body, scope.name),
      queries: queries.map((query, index) => scope.child(query, `queries[${index}]`)),
    };
  },
  lower: ({ queries }, scope) => ({ kind: 'dismax', queries: queries.map((query) => scope.child(query)) }),
};
