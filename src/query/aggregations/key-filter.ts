import { AutomatonTooLarge } from '../../base/automaton.ts';
import { asText, type Document, isDocument } from '../../base/document.ts';
import { luceneRegexp, RegexpSyntaxError } from '../../base/lucene-regexp.ts';
import type { Point } from '../lucene.ts';
import { argumentError, shardError } from '../refusal.ts';
import type { AggregationScope } from './aggregation.ts';
import { failedField, unsupported } from './body.ts';
import type { FieldValues } from './field-values.ts';

/** True for a value that shall have a bucket. */
export type KeyFilter = (value: Point) => boolean;

/** `include` and `exclude` of terms: a regular expression or a list of values. undefined where there is neither. */
export function parseKeyFilter(
  body: Document,
  { name, kind }: AggregationScope,
): ((values: FieldValues) => KeyFilter) | undefined {
  const include = readSide(body, 'include', kind);
  const exclude = readSide(body, 'exclude', kind);
  if (!include && !exclude) return undefined;
  if (include && exclude && 'list' in include !== 'list' in exclude) throw failedField(kind, 'exclude');
  return (values) => {
    const wanted = include && compileSide(include, values, name, kind);
    const unwanted = exclude && compileSide(exclude, values, name, kind);
    return (value) => (!wanted || wanted(value)) && !unwanted?.(value);
  };
}

/** The texts that alone shall have a bucket, where they are listed and no other filter counts. */
export function includedTexts({ include, exclude }: Document): readonly string[] | undefined {
  return Array.isArray(include) && (exclude === undefined || exclude === null) ? include.map(asText) : undefined;
}

type Side =
  | { readonly list: readonly unknown[] }
  | { readonly regexp: string; readonly test: (text: string) => boolean };

function readSide(body: Document, key: string, kind: string): Side | undefined {
  const json = body[key];
  if (json === undefined || json === null) return undefined;
  if (isDocument(json)) throw unsupported(kind, `${key}.partition`);
  if (Array.isArray(json)) {
    if (json.some((item) => typeof item === 'object')) throw failedField(kind, key);
    return { list: json };
  }
  if (typeof json !== 'string') throw failedField(kind, key);
  if (json.length > 1000)
    throw argumentError(`The length of regex [${json.length}] of [${key}] has exceeded the allowed maximum of [1000].`);
  try {
    const automaton = luceneRegexp(json);
    return { regexp: json, test: (text) => automaton.test(text) };
  } catch (thrown) {
    if (thrown instanceof RegexpSyntaxError || thrown instanceof AutomatonTooLarge) throw argumentError(thrown.message);
    throw thrown;
  }
}

/** A value of the list as the field has it. What does not read is refused of numbers and dates. */
function readKey(item: unknown, kind: FieldValues['kind'], show: FieldValues['show']): Point | undefined {
  if (kind === 'term' || kind === 'none') return asText(item);
  if (kind === 'boolean' && !/^(?:true|false)$/.test(asText(item))) {
    throw shardError(
      `Cannot parse boolean [${asText(item)}], expected either [true] or [false]`,
      'illegal_argument_exception',
    );
  }
  // A number in the list is a text that the format has to read.
  const key = show.parse(kind === 'date' ? asText(item) : item);
  if (key === undefined && kind === 'ip') {
    throw shardError(`'${asText(item)}' is not an IP string literal.`, 'illegal_argument_exception');
  }
  if (key !== undefined || !['whole', 'real', 'date'].includes(kind)) return key;
  if (kind === 'date') throw shardError(`failed to parse date field [${asText(item)}]`, 'parse_exception');
  throw shardError(`For input string: "${asText(item)}"`, 'number_format_exception');
}

function compileSide(side: Side, { kind, show }: FieldValues, name: string, aggregation: string): KeyFilter {
  if ('list' in side) {
    const wanted = new Set(side.list.map((item) => readKey(item, kind, show)));
    return (value) => wanted.has(value);
  }
  if (kind !== 'term' && kind !== 'none') {
    const numbers = aggregation === 'rare_terms' || aggregation === 'significant_terms';
    if (numbers && kind !== 'ip') {
      throw shardError(
        `Aggregation [${name}] cannot support regular expression style include/exclude settings as they can only be applied to string fields. Use an array of numeric values for include/exclude clauses used to filter numeric fields`,
        'illegal_argument_exception',
      );
    }
    throw shardError(
      `Aggregation [${name}] cannot support regular expression style include/exclude settings as they can only be applied to string fields. Use an array of values for include/exclude clauses`,
      'aggregation_execution_exception',
      500,
    );
  }
  return (value) => {
    try {
      return side.test(String(value));
    } catch (thrown) {
      if (!(thrown instanceof AutomatonTooLarge)) throw thrown;
      throw shardError(
        `Determinizing automaton of [${side.regexp}] would require more than 10000 effort.`,
        'too_complex_to_determinize_exception',
      );
    }
  };
}
