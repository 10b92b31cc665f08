import { isDocument } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { checkKeys, flagOf, noObject, operatorOf, readCommon, textOf, wholeOf } from '../clause-body.ts';
import type { SimpleQueryStringQuery } from '../query.ts';
import { readFields } from '../query-fields.ts';
import { lowerSimple } from '../query-string/simple.ts';
import { argumentError, parsingError } from '../refusal.ts';
import type { Clause } from './clause.ts';

const keys =
  'query fields default_operator analyzer lenient flags analyze_wildcard minimum_should_match quote_field_suffix fuzzy_prefix_length fuzzy_max_expansions fuzzy_transpositions auto_generate_synonyms_phrase_query'.split(
    ' ',
  );

export const simpleQueryStringClause: Clause<SimpleQueryStringQuery> = {
  kind: 'simple_query_string',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    checkKeys(body, keys, name);
    const text = textOf(body, 'query');
    if (text === undefined) throw parsingError('[simple_query_string] query text missing');
    if (text.length > limits.queryTextMax)
      throw argumentError(`[simple_query_string] query longer than ${limits.queryTextMax} characters`);
    const [analyzer, minimum, suffix] = [
      textOf(body, 'analyzer'),
      textOf(body, 'minimum_should_match'),
      textOf(body, 'quote_field_suffix'),
    ];
    return {
      kind: 'simple_query_string',
      ...readCommon(body, name),
      text,
      fields: readFields(body.fields, name),
      operator: operatorOf(body, 'default_operator', 'or'),
      ...(analyzer === undefined ? {} : { analyzer }),
      ...(body.lenient === undefined || body.lenient === null ? {} : { lenient: flagOf(body, 'lenient', false) }),
      analyzeWildcard: flagOf(body, 'analyze_wildcard', false),
      ...(minimum === undefined ? {} : { minimumShouldMatch: minimum }),
      flags: readFlags(textOf(body, 'flags')),
      ...(suffix === undefined ? {} : { quoteFieldSuffix: suffix }),
      fuzzyPrefixLength: wholeOf(body, 'fuzzy_prefix_length', 0),
      fuzzyTranspositions: flagOf(body, 'fuzzy_transpositions', true),
    };
  },
  lower: lowerSimple,
};

const flagNames = 'ALL NONE AND NOT OR PREFIX PHRASE PRECEDENCE ESCAPE WHITESPACE FUZZY NEAR SLOP'.split(' ');

/** `OR|AND|PREFIX`; ALL where nothing is said. */
function readFlags(text: string | undefined): ReadonlySet<string> {
  if (text === undefined || text === '') return new Set(['ALL']);
  const flags = text.toUpperCase().split('|');
  const strange = flags.find((flag) => !flagNames.includes(flag));
  if (strange !== undefined) throw argumentError(`Unknown simple_query_string flag [${strange}]`);
  return new Set(flags.map((flag) => (flag === 'NEAR' ? 'SLOP' : flag)));
}
