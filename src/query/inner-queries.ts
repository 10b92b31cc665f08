import type { Query } from './query.ts';

/** The queries inside a query, one level down, in the order in which OpenSearch goes through them. */
export function everyClause(query: Query): readonly Query[] {
  switch (query.kind) {
    case 'bool':
      return [...query.must, ...query.mustNot, ...query.should, ...query.filter];
    case 'constant_score':
      return [query.filter];
    case 'nested':
      return [query.query];
    case 'dis_max':
      return query.queries;
    default:
      return [];
  }
}
