import type { Document } from '../../base/document.ts';
import { isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { argumentError, parsingError } from '../refusal.ts';

/** Reads the JSON of an aggregation. What it does not know it refuses, in OpenSearch's words. */

/** Throws for keys that are not `known`; for `refused` ones it says that they are not supported here. */
export function checkBody(
  body: Document,
  kind: string,
  known: readonly string[],
  refused: readonly string[] = [],
): void {
  for (const key of Object.keys(body)) {
    if (key === 'script' || refused.includes(key)) throw unsupported(kind, key);
    if (!known.includes(key)) throw malformed(`[${kind}] unknown field [${key}]`);
  }
}

export function unsupported(kind: string, key: string): TrailhoundError {
  return new TrailhoundError('not-supported', `[${key}] of an aggregation [${kind}] is not supported`);
}

export function malformed(reason: string): TrailhoundError {
  return parsingError(reason, 'x_content_parse_exception');
}

export function failedField(kind: string, key: string): TrailhoundError {
  return malformed(`[${kind}] failed to parse field [${key}]`);
}

/** The name of the field that most aggregations read. */
export function fieldOf(body: Document): string {
  if (body.field === undefined || body.field === null) {
    throw argumentError('Required one of fields [field, script], but none were specified. ');
  }
  if (typeof body.field !== 'string') throw malformed('[field] must be a text');
  return body.field;
}

export function numberOf(body: Document, key: string, kind: string, fallback: number): number {
  const value = body[key];
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number) || value === '') throw failedField(kind, key);
  return number;
}

/** A whole number of at least `least`. */
export function wholeOf(body: Document, key: string, kind: string, fallback: number, least: number): number {
  const number = numberOf(body, key, kind, fallback);
  if (!Number.isInteger(number) || number < least || number > 2_147_483_647) throw failedField(kind, key);
  return number;
}

export function flagOf(body: Document, key: string, kind: string): boolean {
  const value = body[key];
  if (value === undefined || value === null || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw failedField(kind, key);
}

export function textOf(body: Document, key: string, kind: string): string | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw failedField(kind, key);
  return value;
}

export function listOf(body: Document, key: string, kind: string): readonly Document[] {
  const value = body[key];
  if (!Array.isArray(value) || !value.every(isDocument)) throw failedField(kind, key);
  return value;
}

export function malformedFilters(): TrailhoundError {
  return argumentError('[filters] cannot be empty.');
}

/** What Jackson calls a value. */
export function tokenOf(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY';
  if (value === null) return 'VALUE_NULL';
  if (typeof value === 'object') return 'START_OBJECT';
  if (typeof value === 'boolean') return 'VALUE_BOOLEAN';
  return typeof value === 'string' ? 'VALUE_STRING' : 'VALUE_NUMBER';
}
