import { isDocument } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import {
  checkKeys,
  checkRewrite,
  flagOf,
  noObject,
  operatorOf,
  readCommon,
  textOf,
  unknownKey,
  wholeOf,
} from '../clause-body.ts';
import { timeZone } from '../dates/time-zone.ts';
import { checkFuzziness } from '../match-body.ts';
import type { MultiMatchQuery, QueryStringQuery } from '../query.ts';
import { readFields } from '../query-fields.ts';
import { lowerQueryString } from '../query-string/lower.ts';
import { argumentError, parsingError, shardError } from '../refusal.ts';
import type { Clause } from './clause.ts';

const keys =
  'query default_field fields default_operator analyzer quote_analyzer quote_field_suffix allow_leading_wildcard analyze_wildcard lenient type tie_breaker phrase_slop fuzziness fuzzy_max_expansions fuzzy_prefix_length fuzzy_transpositions fuzzy_rewrite rewrite minimum_should_match time_zone max_determinized_states enable_position_increments escape auto_generate_synonyms_phrase_query'.split(
    ' ',
  );

export const multiMatchTypes = ['best_fields', 'most_fields', 'cross_fields', 'phrase', 'phrase_prefix', 'bool_prefix'];

export const queryStringClause: Clause<QueryStringQuery> = {
  kind: 'query_string',
  parse(body, { name }) {
    if (!isDocument(body)) throw noObject(name);
    checkKeys(body, keys, name);
    if (body.query === null) throw parsingError('[query_string] unknown token [VALUE_NULL] after [query]');
    const text = textOf(body, 'query');
    if (text === undefined) throw parsingError('[query_string] must be provided with a [query]');
    if (text.length > limits.queryTextMax)
      throw argumentError(`[query_string] query longer than ${limits.queryTextMax} characters`);
    if (typeof body.fields === 'string') throw unknownKey(name, 'fields');
    const fields = readFields(body.fields, name);
    const rewrite = textOf(body, 'rewrite');
    const defaultField = textOf(body, 'default_field');
    const [analyzer, quoteAnalyzer, suffix] = [
      textOf(body, 'analyzer'),
      textOf(body, 'quote_analyzer'),
      textOf(body, 'quote_field_suffix'),
    ];
    const [minimum, zone] = [textOf(body, 'minimum_should_match'), textOf(body, 'time_zone')];
    if (zone !== undefined && !timeZone(zone))
      throw argumentError(`Unknown time-zone ID: ${zone}`, 'date_time_exception');
    const fuzziness = textOf(body, 'fuzziness') ?? 'AUTO';
    checkFuzziness(fuzziness);
    return {
      kind: 'query_string',
      ...readCommon(body, name),
      text,
      fields,
      ...(defaultField === undefined ? {} : { defaultField }),
      operator: operatorOf(body, 'default_operator', 'or'),
      type: readType(textOf(body, 'type')),
      ...(analyzer === undefined ? {} : { analyzer }),
      ...(quoteAnalyzer === undefined ? {} : { quoteAnalyzer }),
      ...(suffix === undefined ? {} : { quoteFieldSuffix: suffix }),
      ...(body.lenient === undefined || body.lenient === null ? {} : { lenient: flagOf(body, 'lenient', false) }),
      allowLeadingWildcard: flagOf(body, 'allow_leading_wildcard', true),
      analyzeWildcard: flagOf(body, 'analyze_wildcard', false),
      ...(minimum === undefined ? {} : { minimumShouldMatch: minimum }),
      phraseSlop: wholeOf(body, 'phrase_slop', 0),
      fuzziness,
      fuzzyPrefixLength: wholeOf(body, 'fuzzy_prefix_length', 0),
      fuzzyTranspositions: flagOf(body, 'fuzzy_transpositions', true),
      ...(zone === undefined ? {} : { timeZone: zone }),
      escape: flagOf(body, 'escape', false),
      ...(rewrite === undefined ? {} : { rewrite }),
    };
  },
  lower(query, scope) {
    checkRewrite(query.rewrite);
    if (query.fields.length > 0 && query.defaultField !== undefined) {
      throw shardError('failed to create query: cannot use [fields] parameter in conjunction with [default_field]');
    }
    return lowerQueryString(query, scope);
  },
};

export function readType(text: string | undefined): MultiMatchQuery['type'] {
  const type = (text ?? 'best_fields').toLowerCase();
  if (multiMatchTypes.includes(type)) return type as MultiMatchQuery['type'];
  throw argumentError(`failed to parse [query] type [${type}]. unknown type.`, 'parse_exception');
}
