import { existingFields } from './exists-query.ts';
import { everyClause } from './inner-queries.ts';
import type { Mapping } from './mapping.ts';
import { fieldAt } from './mapping.ts';
import { metadataTerm } from './metadata-field.ts';
import type { BoolQuery, Query, RangeQuery } from './query.ts';

/**
 * OpenSearch rewrites a query before it makes Lucene's of it: what names no mapped field matches nothing, and so does a
 * bool or a constant_score that requires it; what stands beside it is never looked at, its bad values included.
 */
export function matchesNothing(query: Query, mapping: Mapping): boolean {
  if (isEmpty(query)) return true;
  switch (query.kind) {
    case 'term':
    case 'terms':
    case 'prefix':
    case 'wildcard':
    case 'fuzzy':
    case 'range':
      return !isKnown(query.field, mapping);
    case 'exists':
      return !query.field.startsWith('_') && existingFields(mapping, query.field).length === 0;
    case 'bool':
      return requiresNothing(query, (inner) => matchesNothing(inner, mapping));
    case 'constant_score':
      return matchesNothing(query.filter, mapping);
    default:
      return false;
  }
}

/** What is known to match nothing before any index is looked at. */
export function isEmpty(query: Query): boolean {
  switch (query.kind) {
    case 'match_none':
      return true;
    case 'terms':
    case 'ids':
      return query.values.length === 0;
    case 'bool':
      return requiresNothing(query, isEmpty);
    case 'constant_score':
      return isEmpty(query.filter);
    default:
      return false;
  }
}

/** Something that is required matches nothing; or nothing is required and all that may match matches nothing. */
function requiresNothing({ must, filter, should }: BoolQuery, isNothing: (query: Query) => boolean): boolean {
  const required = [...must, ...filter];
  if (required.length > 0) return required.some(isNothing);
  return should.length > 0 && should.every(isNothing);
}

/** The ranges of a query, as far as it is not empty: those on dates are read before anything else. */
export function* rangesOf(query: Query, mapping: Mapping): Generator<RangeQuery> {
  if (isEmpty(query)) return;
  if (query.kind === 'range') yield query;
  // What lowers the score of nothing is not looked at.
  if (query.kind === 'bool' && query.boosting && query.must.some((inner) => matchesNothing(inner, mapping))) {
    for (const inner of query.must) yield* rangesOf(inner, mapping);
    return;
  }
  for (const inner of everyClause(query)) yield* rangesOf(inner, mapping);
}

function isKnown(name: string, mapping: Mapping): boolean {
  return fieldAt(mapping, name) !== undefined || metadataTerm(name, []) !== undefined || name.startsWith('_');
}
