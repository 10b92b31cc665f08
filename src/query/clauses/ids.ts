import { asText, isDocument } from '../../base/document.ts';
import { noObject, readCommon } from '../clause-body.ts';
import { nothing } from '../lucene.ts';
import type { IdsQuery } from '../query.ts';
import { parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

export const idsClause: Clause<IdsQuery> = {
  kind: 'ids',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    for (const key of Object.keys(body)) {
      if (!['values', 'boost', '_name'].includes(key)) throw parsingError(`[ids] unknown field [${key}]`);
    }
    const values = body.values ?? [];
    const list = Array.isArray(values) ? values : [values];
    if (list.some((item) => item === null || typeof item === 'object'))
      throw parsingError('[ids] failed to parse field [values]');
    return { kind: 'ids', ...readCommon(body, name), values: list.map(asText) };
  },
  lower: ({ values }) =>
    values.length === 0 ? nothing('Missing ids in "ids" query.') : { kind: 'ids', ids: new Set(values) },
};
