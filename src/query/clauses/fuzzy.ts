import { isDocument } from '../../base/document.ts';
import {
  checkKeys,
  checkRewrite,
  emptyField,
  flagOf,
  oneField,
  readCommon,
  scalar,
  textOf,
  wholeOf,
} from '../clause-body.ts';
import { checkFuzziness } from '../match-body.ts';
import { editsOf, fuzzyQuery, pathPrefix } from '../pattern-query.ts';
import type { FuzzyQuery } from '../query.ts';
import { argumentError } from '../refusal.ts';
import { queryField, unmapped, valueText } from '../value-query.ts';
import type { Clause } from './clause.ts';

export const fuzzyClause: Clause<FuzzyQuery> = {
  kind: 'fuzzy',
  parse(body, { name }) {
    const { field, value, common } = oneField(body, name);
    if (field === undefined || field === '') throw emptyField();
    const inner = isDocument(value) ? value : { value };
    checkKeys(
      inner,
      ['value', 'term', 'fuzziness', 'prefix_length', 'max_expansions', 'transpositions', 'rewrite'],
      name,
    );
    const text = scalar(inner.value ?? ('term' in inner ? inner.term : undefined));
    if (text === undefined) throw argumentError('query value cannot be null');
    const rewrite = textOf(inner, 'rewrite');
    const fuzziness = textOf(inner, 'fuzziness') ?? 'AUTO';
    checkFuzziness(fuzziness);
    return {
      kind: 'fuzzy',
      ...(isDocument(value) ? readCommon(value, name) : common),
      field,
      value: text,
      fuzziness,
      prefixLength: wholeOf(inner, 'prefix_length', 0),
      transpositions: flagOf(inner, 'transpositions', true),
      ...(rewrite === undefined ? {} : { rewrite }),
    };
  },
  lower({ field: name, value, fuzziness, prefixLength, transpositions, rewrite }, scope) {
    checkRewrite(rewrite);
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    const text = `${pathPrefix(field)}${valueText(value)}`;
    return fuzzyQuery(field, text, editsOf(fuzziness, text), prefixLength, transpositions);
  },
};
