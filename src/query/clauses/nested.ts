import { isDocument } from '../../base/document.ts';
import { checkKeys, flagOf, noObject, readCommon, textOf } from '../clause-body.ts';
import { nothing } from '../lucene.ts';
import { objectAt } from '../mapping.ts';
import type { NestedQuery } from '../query.ts';
import { argumentError, shardError } from '../refusal.ts';
import type { Clause } from './clause.ts';

const scoreModes = ['none', 'avg', 'max', 'min', 'sum'];

export const nestedClause: Clause<NestedQuery> = {
  kind: 'nested',
  parse(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    checkKeys(body, ['path', 'query', 'score_mode', 'ignore_unmapped', 'inner_hits'], scope.name);
    const path = textOf(body, 'path');
    const mode = textOf(body, 'score_mode');
    if (mode !== undefined && !scoreModes.includes(mode))
      throw argumentError(`No score mode for child query [${mode}] found`);
    if (path === undefined) throw argumentError("[nested] requires 'path' field");
    if (body.query === undefined) throw argumentError("[nested] requires 'query' field");
    return {
      kind: 'nested',
      ...readCommon(body, scope.name),
      path,
      query: scope.child(body.query, 'query'),
      ignoreUnmapped: flagOf(body, 'ignore_unmapped', false),
    };
  },
  lower({ path, query, ignoreUnmapped }, scope) {
    const object = objectAt(scope.mapping, path);
    if (!object?.nested) {
      if (ignoreUnmapped) {
        // A stored query is read whole.
        if (scope.mapping.unmapped) scope.child(query);
        return nothing('unmapped nested path');
      }
      throw shardError(
        object
          ? `failed to create query: [nested] nested object under path [${path}] is not of nested type`
          : `failed to create query: [nested] failed to find nested object under path [${path}]`,
      );
    }
    return { kind: 'nested', path, query: scope.child(query) };
  },
};
