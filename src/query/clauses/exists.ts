import { isDocument } from '../../base/document.ts';
import { checkKeys, emptyField, noObject, readCommon, textOf } from '../clause-body.ts';
import { existsQuery } from '../exists-query.ts';
import type { ExistsQuery } from '../query.ts';
import { parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

export const existsClause: Clause<ExistsQuery> = {
  kind: 'exists',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    checkKeys(body, ['field'], name);
    const field = textOf(body, 'field');
    if (field === undefined) throw parsingError('[exists] must be provided with a [field]');
    if (field === '') throw emptyField();
    return { kind: 'exists', ...readCommon(body, name), field };
  },
  lower: ({ field }, scope) => existsQuery(field, scope),
};
