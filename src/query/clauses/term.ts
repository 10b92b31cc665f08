import { isDocument } from '../../base/document.ts';
import { checkKeys, emptyField, flagOf, oneField, readCommon, scalar } from '../clause-body.ts';
import { nothing } from '../lucene.ts';
import { metadataTerm } from '../metadata-field.ts';
import type { TermQuery } from '../query.ts';
import { argumentError, parsingError } from '../refusal.ts';
import { foldedTermQuery, queryField, termQuery, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

export const termClause: Clause<TermQuery> = {
  kind: 'term',
  parse(body, { name }) {
    const { field, value, common } = oneField(body, name);
    if (field === undefined || field === '') throw emptyField();
    if (Array.isArray(value)) throw parsingError('[term] query does not support array of values');
    const inner = isDocument(value) ? value : undefined;
    if (inner) checkKeys(inner, ['value', 'term', 'case_insensitive'], name);
    const given = inner ? (inner.value ?? inner.term) : value;
    if (Array.isArray(given)) throw parsingError('[term] query does not support array of values');
    const term = scalar(given);
    if (term === undefined) throw argumentError('value cannot be null');
    return {
      kind: 'term',
      ...(inner ? readCommon(inner, name) : common),
      field,
      value: term,
      caseInsensitive: inner ? flagOf(inner, 'case_insensitive', false) : false,
    };
  },
  lower({ field: name, value, caseInsensitive }, scope) {
    if (name === '_id' && caseInsensitive) return nothing();
    const metadata = metadataTerm(name, [value]);
    if (metadata) return metadata;
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    return caseInsensitive ? foldedTermQuery(field, value) : termQuery(field, value, scope);
  },
};
