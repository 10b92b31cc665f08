import { isDocument } from '../../base/document.ts';
import { noObject, readCommon, scalar } from '../clause-body.ts';
import { nothing } from '../lucene.ts';
import { metadataTerm } from '../metadata-field.ts';
import type { Scalar, TermsQuery } from '../query.ts';
import { argumentError, parsingError, shardError } from '../refusal.ts';
import { queryField, termsQuery, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

export const termsClause: Clause<TermsQuery> = {
  kind: 'terms',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    const fields = Object.keys(body).filter((key) => key !== 'boost' && key !== '_name' && key !== 'value_type');
    const [field, second] = fields;
    if (field === undefined)
      throw parsingError(
        '[terms] query requires a field name, followed by array of terms or a document lookup specification',
      );
    if (second !== undefined) throw parsingError('[terms] query does not support multiple fields');
    const list = body[field];
    if (isDocument(list)) throw argumentError('[terms] query: terms lookup is not supported');
    if (!Array.isArray(list)) throw parsingError(`[terms] query does not support [${field}]`);
    const values = list.map((item): Scalar => {
      const value = scalar(item);
      if (value === undefined) throw parsingError('No value specified for terms query');
      return value;
    });
    return { kind: 'terms', ...readCommon(body, name), field, values };
  },
  lower({ field: name, values }, scope) {
    const limit = scope.mapping.settings.termsLimit;
    if (values.length > limit) {
      throw shardError(
        `failed to create query: The number of terms [${values.length}] used in the Terms Query request has exceeded the allowed maximum of [${limit}]. This maximum can be set by changing the [index.max_terms_count] index level setting.`,
      );
    }
    if (values.length === 0) return nothing('No terms supplied for "terms" query.');
    const metadata = metadataTerm(name, values);
    if (metadata) return metadata;
    const field = queryField(scope, name);
    return field ? termsQuery(field, values, scope) : unmapped(name);
  },
};
