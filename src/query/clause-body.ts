import { asNumber, asText, type Document, isDocument } from '../base/document.ts';
import type { Scalar } from './query.ts';
import { argumentError, parsingError, shardError } from './refusal.ts';

/** Reads the JSON behind a clause's name. What it does not know it refuses, in OpenSearch's words. */

/** The single `{field: …}` of a clause; keys of `beside` may stand next to it. */
export function oneField(body: unknown, name: string, beside: readonly string[] = ['boost', '_name']): OneField {
  if (!isDocument(body)) throw noObject(name);
  const fields = Object.keys(body).filter((key) => !beside.includes(key));
  const [field, second] = fields;
  if (second !== undefined && field !== undefined) {
    throw parsingError(`[${name}] query doesn't support multiple fields, found [${field}] and [${second}]`);
  }
  return { field, value: field === undefined ? undefined : body[field], common: readCommon(body, name) };
}

export interface OneField {
  /** undefined when the body names no field. */
  readonly field: string | undefined;
  readonly value: unknown;
  readonly common: Common;
}

/** `boost` and `_name`, which every clause takes. */
export interface Common {
  readonly boost: number;
  readonly name?: string;
}

export function readCommon(body: unknown, name: string): Common {
  const source = isDocument(body) ? body : {};
  const boost = source.boost === undefined ? 1 : asNumber(source.boost);
  if (Number.isNaN(boost)) throw parsingError(`[${name}] failed to parse field [boost]`, 'x_content_parse_exception');
  if (boost < 0) {
    throw argumentError(`negative [boost] are not allowed in [${name}], use a value between 0 and 1 to deboost`);
  }
  return { boost, ...(source._name === undefined ? {} : { name: asText(source._name) }) };
}

/** Throws for a key that the clause does not have. `boost` and `_name` are always known. */
export function checkKeys(body: Document, known: readonly string[], name: string): void {
  for (const key of Object.keys(body)) {
    if (key !== 'boost' && key !== '_name' && !known.includes(key)) throw unknownKey(name, key);
  }
}

export function unknownKey(name: string, key: string): Error {
  return parsingError(`[${name}] query does not support [${key}]`);
}

export function noObject(name: string): Error {
  return parsingError(`[${name}] query malformed, no start_object after query name`);
}

export function emptyField(): Error {
  return argumentError('field name is null or empty');
}

/** A number, text or boolean; undefined for anything else. */
export function scalar(value: unknown): Scalar | undefined {
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
    ? value
    : undefined;
}

/** `true`, `"true"`; the fallback where nothing is said. */
export function flagOf(body: Document, key: string, fallback: boolean): boolean {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false' || value === '') return false;
  throw argumentError(`Failed to parse value [${asText(value)}] as only [true] or [false] are allowed.`);
}

export function textOf(body: Document, key: string): string | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') throw parsingError(`[${key}] must be a text, not an object or a list`);
  return asText(value);
}

export function wholeOf(body: Document, key: string, fallback: number): number {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  const number = asNumber(value);
  if (!Number.isFinite(number)) throw argumentError(`For input string: "${asText(value)}"`, 'number_format_exception');
  return Math.trunc(number);
}

/** A number with or without decimals, as JSON or as text. */
export function numberOf(body: Document, key: string): number {
  const number = asNumber(body[key]);
  if (Number.isFinite(number)) return number;
  throw argumentError(`For input string: "${asText(body[key])}"`, 'number_format_exception');
}

/** How Lucene would run a pattern's terms: no difference in what matches, but refused where it is none. */
const rewrites = ['constant_score', 'scoring_boolean', 'constant_score_boolean'];

/** Throws the shard error of the original for a `rewrite` that it does not know. */
export function checkRewrite(text: string | undefined): void {
  if (text === undefined || rewrites.includes(text)) return;
  if (/^top_terms(?:_boost|_blended_freqs)?_\d+$/.test(text)) return;
  throw shardError(`failed to create query: Failed to parse rewrite_method [${text}]`);
}

export function operatorOf(body: Document, key: string, fallback: 'or' | 'and'): 'or' | 'and' {
  const value = body[key];
  if (value === undefined) return fallback;
  const text = asText(value).toLowerCase();
  if (text === 'or' || text === 'and') return text;
  throw argumentError(`No enum constant org.opensearch.index.query.Operator.${asText(value).toUpperCase()}`);
}
