import { isDocument } from '../../base/document.ts';
import { checkKeys, flagOf, noObject, readCommon, scalar, textOf } from '../clause-body.ts';
import { textInFields } from '../many-fields.ts';
import { readTextOptions, textOptionKeys } from '../match-body.ts';
import type { MultiMatchQuery } from '../query.ts';
import { chooseFields, defaultFields, isAllFields, readFields } from '../query-fields.ts';
import { parsingError } from '../refusal.ts';
import { checkAnalyzer } from '../text-query.ts';
import { unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';
import { readType } from './query-string.ts';

export const multiMatchClause: Clause<MultiMatchQuery> = {
  kind: 'multi_match',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    checkKeys(body, [...textOptionKeys, 'fields', 'type', 'tie_breaker'], name);
    const value = scalar(body.query);
    if (value === undefined) throw parsingError('No text specified for multi_match query');
    const type = readType(textOf(body, 'type'));
    const options = readTextOptions(body);
    if (options.fuzziness !== undefined && /^(?:cross_fields|phrase|phrase_prefix)$/.test(type)) {
      throw parsingError(`Fuzziness not allowed for type [${type}]`);
    }
    if (options.slop !== 0 && type === 'bool_prefix') throw parsingError(`[slop] not allowed for type [${type}]`);
    return {
      kind: 'multi_match',
      ...readCommon(body, name),
      value,
      fields: readFields(body.fields, name),
      type,
      ...(body.lenient === undefined || body.lenient === null ? {} : { lenient: flagOf(body, 'lenient', false) }),
      options,
    };
  },
  lower({ value, fields, type, lenient, options }, scope) {
    checkAnalyzer(options.analyzer, 'multi_match', scope);
    const wanted = fields.length > 0 ? fields : defaultFields(scope.mapping);
    const chosen = chooseFields(scope.mapping, wanted);
    if (chosen.length === 0) return unmapped(wanted.map(({ pattern }) => pattern).join(', '));
    const isLenient = lenient ?? isAllFields(wanted);
    const query = textInFields(chosen, value, type, { ...options, lenient: isLenient }, scope);
    return query.kind === 'none' && query.reason === undefined && options.zeroTermsAll ? { kind: 'all' } : query;
  },
};
