import { asText, type Document, isDocument } from '../base/document.ts';
import type { Point } from './lucene.ts';
import { compareTerms } from './lucene-match.ts';
import { argumentError, parsingError } from './refusal.ts';

export interface SortKey {
  /** A field, `_score`, `_doc` or `_id`. */
  readonly field: string;
  readonly order: 'asc' | 'desc';
  /** `_last`, `_first` or a value. */
  readonly missing: unknown;
  readonly mode?: 'min' | 'max' | 'avg' | 'sum' | 'median';
  readonly unmappedType?: string;
  readonly numericType?: 'long' | 'double' | 'date' | 'date_nanos';
  readonly nested?: NestedSort;
}

/** Where the values lie, and which of the nested objects count. */
export interface NestedSort {
  readonly path: string;
  readonly filter?: Document;
}

const fieldOptions = 'order missing mode unmapped_type nested nested_path nested_filter numeric_type'.split(' ');

/** Reads `sort`: a name, an object, or a list of them. Empty where it asks for nothing but the order by score. */
export function parseSort(json: unknown): readonly SortKey[] {
  if (json === undefined) return [];
  if (json === null) throw parsingError('Unknown key for a VALUE_NULL in [sort].');
  const keys: SortKey[] = [];
  for (const item of Array.isArray(json) ? json : [json]) {
    if (isDocument(item)) for (const [field, options] of Object.entries(item)) keys.push(parseKey(field, options));
    else if (Array.isArray(item) || (Array.isArray(json) && typeof item !== 'string')) {
      throw argumentError('malformed sort format, within the sort array, an object, or an actual string are allowed');
    } else {
      const field = asText(item);
      keys.push({ field, order: field === '_score' ? 'desc' : 'asc', missing: '_last' });
    }
  }
  const [only] = keys;
  return keys.length === 1 && only?.field === '_score' && only.order === 'desc' ? [] : keys;
}

function parseKey(field: string, json: unknown): SortKey {
  const fallback = field === '_score' ? 'desc' : 'asc';
  const sort = field === '_score' ? '_score' : 'field_sort';
  if (typeof json === 'string') {
    const order = json.toLowerCase();
    if (order === 'asc' || order === 'desc') return { field, order, missing: '_last' };
    throw argumentError(`No enum constant org.opensearch.search.sort.SortOrder.${json.toUpperCase()}`);
  }
  if (!isDocument(json)) throw argumentError(`malformed sort format for [${field}]`);
  const known = field === '_score' ? ['order'] : fieldOptions;
  for (const key of Object.keys(json)) {
    if (!known.includes(key)) throw unreadable(`[${sort}] unknown field [${key}]`);
  }
  const mode = oneOf(json, 'mode', ['min', 'max', 'avg', 'sum', 'median'] as const);
  const numericType = oneOf(json, 'numeric_type', ['long', 'double', 'date', 'date_nanos'] as const);
  const nested = nestedOf(json);
  return {
    field,
    order: json.order === undefined ? fallback : orderOf(json.order, sort),
    missing: json.missing ?? '_last',
    ...(mode === undefined ? {} : { mode }),
    ...(json.unmapped_type === undefined ? {} : { unmappedType: asText(json.unmapped_type) }),
    ...(numericType === undefined ? {} : { numericType }),
    ...(nested === undefined ? {} : { nested }),
  };
}

function nestedOf(json: Document): NestedSort | undefined {
  const given = isDocument(json.nested) ? json.nested : { path: json.nested_path, filter: json.nested_filter };
  if (given.path === undefined) return undefined;
  // `nested` within `nested` names the inner object by its whole path.
  const inner = nestedOf(given);
  return inner ?? { path: asText(given.path), ...(isDocument(given.filter) ? { filter: given.filter } : {}) };
}

function oneOf<Word extends string>(json: Document, key: string, words: readonly Word[]): Word | undefined {
  if (json[key] === undefined) return undefined;
  const text = asText(json[key]).toLowerCase();
  const found = words.find((word) => word === text);
  if (found === undefined) throw unreadable(`[field_sort] failed to parse field [${key}]`);
  return found;
}

function orderOf(value: unknown, sort: string): 'asc' | 'desc' {
  const order = asText(value).toLowerCase();
  if (order === 'asc' || order === 'desc') return order;
  throw unreadable(`[${sort}] failed to parse field [order]`);
}

function unreadable(reason: string): Error {
  return parsingError(reason, 'x_content_parse_exception');
}

/** What a hit is sorted by. Numbers that are missing are the greatest or the least of their type; texts are null. */
export type SortValue = Point | null;

/** Missing texts come last in either order, unless asked to come first. */
export function compareSort(keys: readonly SortKey[], a: readonly SortValue[], b: readonly SortValue[]): number {
  for (const [index, key] of keys.entries()) {
    const order = compareKey(key, a[index] ?? null, b[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** The same by one key. */
export function compareKey(key: SortKey, left: SortValue, right: SortValue): number {
  if (left === right) return 0;
  const first = key.missing === '_first' ? -1 : 1;
  if (left === null) return first;
  if (right === null) return -first;
  const order = comparePoints(left, right);
  return key.order === 'asc' ? order : -order;
}

export function comparePoints(a: Point, b: Point): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTerms(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
