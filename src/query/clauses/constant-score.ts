import { isDocument } from '../../base/document.ts';
import { checkKeys, noObject, readCommon } from '../clause-body.ts';
import type { ConstantScoreQuery } from '../query.ts';
import { parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

export const constantScoreClause: Clause<ConstantScoreQuery> = {
  kind: 'constant_score',
  parse(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    checkKeys(body, ['filter'], scope.name);
    if (Array.isArray(body.filter)) throw parsingError('unexpected token [START_ARRAY]');
    if (body.filter === undefined) throw parsingError("[constant_score] requires a 'filter' element");
    return { kind: 'constant_score', ...readCommon(body, scope.name), filter: scope.child(body.filter, 'filter') };
  },
  lower: ({ filter }, scope) => ({ kind: 'constant', query: scope.child(filter) }),
};
