import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import {
  type Common,
  flagOf,
  oneField,
  operatorOf,
  readCommon,
  scalar,
  textOf,
  unknownKey,
  wholeOf,
} from './clause-body.ts';
import type { Scalar, TextOptions } from './query.ts';
import { argumentError, parsingError } from './refusal.ts';
import { defaultTextOptions } from './text-query.ts';

export interface MatchBody extends Common {
  readonly field: string;
  readonly value: Scalar;
  readonly options: TextOptions;
}

/** Options of match and its relatives. */
export const textOptionKeys = [
  'query',
  'operator',
  'minimum_should_match',
  'analyzer',
  'fuzziness',
  'prefix_length',
  'max_expansions',
  'fuzzy_transpositions',
  'fuzzy_rewrite',
  'lenient',
  'zero_terms_query',
  'auto_generate_synonyms_phrase_query',
  'cutoff_frequency',
  'slop',
];

/** `{f: value}` or `{f: {query: value, …}}`. */
export function readMatch(body: unknown, name: string): MatchBody {
  const { field, value, common } = oneField(body, name, []);
  if (field === undefined) throw parsingError('No text specified for text query');
  if (value === null) throw parsingError('No text specified for text query');
  if (!isDocument(value)) return { ...common, field, value: textValue(value, name), options: defaultTextOptions };
  for (const key of Object.keys(value)) {
    if (!textOptionKeys.includes(key) && key !== 'boost' && key !== '_name') throw unknownKey(name, key);
  }
  if (value.query === undefined) throw parsingError('No text specified for text query');
  if (value.query === null) throw parsingError(`[${name}] unknown token [VALUE_NULL] after [query]`);
  return { ...readCommon(value, name), field, value: textValue(value.query, name), options: readTextOptions(value) };
}

export function readTextOptions(body: Document): TextOptions {
  const minimum = textOf(body, 'minimum_should_match');
  const analyzer = textOf(body, 'analyzer');
  const fuzziness = textOf(body, 'fuzziness');
  const zeroTerms = textOf(body, 'zero_terms_query')?.toLowerCase() ?? 'none';
  if (zeroTerms !== 'none' && zeroTerms !== 'all') {
    throw parsingError(`Unsupported zero_terms_query value [${zeroTerms}]`);
  }
  if (fuzziness !== undefined) checkFuzziness(fuzziness);
  return {
    operator: operatorOf(body, 'operator', 'or'),
    ...(minimum === undefined ? {} : { minimumShouldMatch: minimum }),
    ...(analyzer === undefined ? {} : { analyzer }),
    ...(fuzziness === undefined ? {} : { fuzziness }),
    prefixLength: wholeOf(body, 'prefix_length', 0),
    transpositions: flagOf(body, 'fuzzy_transpositions', true),
    zeroTermsAll: zeroTerms === 'all',
    lenient: flagOf(body, 'lenient', false),
    slop: wholeOf(body, 'slop', 0),
    maxExpansions: wholeOf(body, 'max_expansions', 50),
  };
}

/** `AUTO`, `AUTO:3,6` or a number that is not negative; more than two edits count as two. */
export function checkFuzziness(text: string): void {
  if (/^auto$/i.test(text)) return;
  const auto = /^auto:(.*)$/i.exec(text)?.[1]?.split(',');
  if (!auto) {
    if (text === '' || !(Number(text) >= 0)) throw argumentError(`Invalid fuzziness value: ${text}`);
    return;
  }
  const [low = '', high = '', ...more] = auto;
  if (auto.length < 2 || more.length > 0) {
    throw argumentError('failed to find low and high distance values', 'parse_exception');
  }
  if (!/^\d+$/.test(low) || !/^\d+$/.test(high)) {
    throw argumentError(`failed to parse [${text}] as a "auto:int,int"`, 'parse_exception');
  }
  if (Number(low) > Number(high)) {
    throw argumentError(
      'fuzziness wrongly configured, must be: lowDistance > 0, highDistance > 0 and lowDistance <= highDistance ',
    );
  }
}

/** OpenSearch answers HTTP 500 where the text is a list. */
function textValue(value: unknown, name: string): Scalar {
  const text = scalar(value);
  if (text !== undefined) return text;
  if (Array.isArray(value)) {
    throw new TrailhoundError('internal', `Can't get text on a START_ARRAY`, {
      wire: 'illegal_state_exception',
      status: 500,
    });
  }
  throw argumentError(`[${name}] requires query value`);
}
