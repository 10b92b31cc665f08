import { isDocument } from '../../base/document.ts';
import { noObject, readCommon } from '../clause-body.ts';
import { everything, nothing } from '../lucene.ts';
import type { MatchAllQuery, MatchNoneQuery } from '../query.ts';
import { parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

export const matchAllClause: Clause<MatchAllQuery> = {
  kind: 'match_all',
  parse: (body, { name }) => ({ kind: 'match_all', ...plain(body, name) }),
  lower: () => everything,
};

export const matchNoneClause: Clause<MatchNoneQuery> = {
  kind: 'match_none',
  parse: (body, { name }) => ({ kind: 'match_none', ...plain(body, name) }),
  lower: () => nothing('User requested "match_none" query.'),
};

function plain(body: unknown, name: string): ReturnType<typeof readCommon> {
  if (!isDocument(body)) throw noObject(name);
  for (const key of Object.keys(body)) {
    if (key !== 'boost' && key !== '_name') throw parsingError(`[${name}] unknown field [${key}]`);
  }
  return readCommon(body, name);
}
