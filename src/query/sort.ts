import { asText, isDocument } from '../base/document.ts';
import { ipText } from '../base/ip-address.ts';
import type { Candidate } from './candidate.ts';
import type { Field } from './field.ts';
import { pointOf, someTerm } from './field-test.ts';
import type { Point } from './lucene.ts';
import { compareTerms } from './lucene-match.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { argumentError, parsingError, shardError } from './refusal.ts';
import { valueReader } from './source-values.ts';

export interface SortKey {
  /** A field, `_score`, `_doc` or `_id`. */
  readonly field: string;
  readonly order: 'asc' | 'desc';
  /** `_last`, `_first` or a value. */
  readonly missing: unknown;
  readonly mode?: 'min' | 'max' | 'avg' | 'sum' | 'median';
  readonly unmappedType?: string;
  readonly nestedPath?: string;
}

const fieldOptions = [
  'order',
  'missing',
  'mode',
  'unmapped_type',
  'nested',
  'nested_path',
  'nested_filter',
  'numeric_type',
];

/** Reads `sort`: a name, an object, or a list of them. */
export function parseSort(json: unknown): readonly SortKey[] {
  if (json === undefined || json === null) return [];
  const keys: SortKey[] = [];
  for (const item of Array.isArray(json) ? json : [json]) {
    if (typeof item === 'string')
      keys.push({ field: item, order: item === '_score' ? 'desc' : 'asc', missing: '_last' });
    else if (isDocument(item)) for (const [field, options] of Object.entries(item)) keys.push(parseKey(field, options));
    else
      throw argumentError('malformed sort format, within the sort array, an object, or an actual string are allowed');
  }
  return keys;
}

function parseKey(field: string, json: unknown): SortKey {
  const fallback = field === '_score' ? 'desc' : 'asc';
  if (typeof json === 'string') return { field, order: orderOf(json), missing: '_last' };
  if (!isDocument(json)) throw argumentError(`malformed sort format for [${field}]`);
  for (const key of Object.keys(json)) {
    if (!fieldOptions.includes(key)) {
      throw parsingError(`[field_sort] unknown field [${key}]`, 'x_content_parse_exception');
    }
  }
  const mode = json.mode === undefined ? undefined : asText(json.mode).toLowerCase();
  if (mode !== undefined && !['min', 'max', 'avg', 'sum', 'median'].includes(mode)) {
    throw argumentError(`Unknown SortMode [${mode}]`);
  }
  const path = isDocument(json.nested) ? json.nested.path : json.nested_path;
  return {
    field,
    order: json.order === undefined ? fallback : orderOf(json.order),
    missing: json.missing ?? '_last',
    ...(mode === undefined ? {} : { mode: mode as NonNullable<SortKey['mode']> }),
    ...(json.unmapped_type === undefined ? {} : { unmappedType: asText(json.unmapped_type) }),
    ...(path === undefined ? {} : { nestedPath: asText(path) }),
  };
}

function orderOf(value: unknown): 'asc' | 'desc' {
  const order = asText(value).toLowerCase();
  if (order === 'asc' || order === 'desc') return order;
  throw argumentError(`No enum constant org.opensearch.search.sort.SortOrder.${order.toUpperCase()}`);
}

/** What a hit is sorted by: null sorts as missing. */
export type SortValue = Point | null;

/** The value of one document under a key; `score` and `order` (of insertion) are those of the search. */
export type SortReader = (candidate: Candidate, score: number, order: number) => SortValue;

/** Throws shard errors for texts and for names that the mapping does not have. */
export function sortReader(key: SortKey, mapping: Mapping): SortReader {
  if (key.field === '_score') return (_candidate, score) => score;
  if (key.field === '_doc' || key.field === '_shard_doc') return (_candidate, _score, order) => order;
  if (key.field === '_id') return ({ id }) => id;
  if (key.field === '_index') return ({ index }) => index;
  if (key.field === '_seq_no') return ({ seqNo }) => seqNo;
  const field = fieldAt(mapping, key.field);
  if (!field) {
    if (key.unmappedType === undefined) throw shardError(`No mapping found for [${key.field}] in order to sort on`);
    return () => null;
  }
  checkSortable(field);
  const nested = key.nestedPath === undefined ? undefined : key.nestedPath;
  if (nested === undefined && field.nested !== undefined) return () => null;
  const values = valuesOf(field, mapping);
  const mode = key.mode ?? (key.order === 'asc' ? 'min' : 'max');
  const missing = missingOf(key, field);
  return ({ source }) => pick(values(source), mode) ?? missing;
}

/** How a value is shown in `sort` of a hit. */
export function shownSort(key: SortKey, mapping: Mapping, value: SortValue): unknown {
  if (value === null) return null;
  const field = fieldAt(mapping, key.field);
  if (field?.kind === 'ip') return ipText(String(value));
  return value;
}

/** Missing values come last in either order, unless asked to come first. */
export function compareSort(keys: readonly SortKey[], a: readonly SortValue[], b: readonly SortValue[]): number {
  for (const [index, key] of keys.entries()) {
    const [left, right] = [a[index] ?? null, b[index] ?? null];
    if (left === right) continue;
    const first = key.missing === '_first' ? -1 : 1;
    if (left === null) return first;
    if (right === null) return -first;
    const order = comparePoints(left, right);
    if (order !== 0) return key.order === 'asc' ? order : -order;
  }
  return 0;
}

export function comparePoints(a: Point, b: Point): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTerms(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function checkSortable(field: Field): void {
  if (field.kind !== 'text') return;
  throw shardError(
    `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${field.path}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
    'illegal_argument_exception',
  );
}

/** All values of a field in a document: points, or terms of a keyword. Nested objects are walked through. */
export function valuesOf(field: Field, mapping: Mapping): (source: unknown) => Point[] {
  const point = pointOf(field);
  if (point) {
    const read = valueReader(mapping, field, undefined);
    return (source) => {
      const values: Point[] = [];
      read(source, (leaf) => {
        const value = point(leaf);
        if (value !== undefined) values.push(value);
        return false;
      });
      return values;
    };
  }
  let values: Point[] = [];
  const test = someTerm(mapping, field, undefined, (term) => {
    values.push(term);
    return false;
  });
  return (source) => {
    values = [];
    test(source);
    return values;
  };
}

function pick(values: readonly Point[], mode: NonNullable<SortKey['mode']>): Point | undefined {
  const [first] = values;
  if (values.length < 2 || first === undefined) return first;
  const sorted = [...values].sort(comparePoints);
  if (mode === 'min') return sorted[0];
  if (mode === 'max') return sorted.at(-1);
  const numbers = sorted.map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  if (mode === 'sum') return sum;
  if (mode === 'avg') return sum / numbers.length;
  const middle = numbers.length >> 1;
  return numbers.length % 2 ? numbers[middle] : ((numbers[middle - 1] as number) + (numbers[middle] as number)) / 2;
}

function missingOf({ missing }: SortKey, field: Field): SortValue {
  if (missing === '_last' || missing === '_first') return null;
  return pointOf(field)?.(missing) ?? (field.kind === 'keyword' ? asText(missing) : null);
}

/** `search_after` as values of the sort's fields. */
export function readSearchAfter(keys: readonly SortKey[], values: readonly unknown[], mapping: Mapping): SortValue[] {
  return keys.map((key, index) => {
    const value = values[index];
    if (value === null || value === undefined) return null;
    const field = fieldAt(mapping, key.field);
    const read = field && pointOf(field)?.(value);
    if (read !== undefined) return read;
    if (field?.kind === 'number' || field?.kind === 'date' || key.field === '_score') {
      if (Number.isNaN(Number(value))) {
        throw shardError(`Failed to parse search_after value for field [${key.field}].`, 'illegal_argument_exception');
      }
      return Number(value);
    }
    return typeof value === 'number' ? value : asText(value);
  });
}
