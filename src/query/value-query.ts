import { parseCidr, parseIp } from '../base/ip-address.ts';
import { wildcard } from '../base/wildcard.ts';
import { dateFormat } from './dates/date-format.ts';
import { readDate } from './dates/date-math.ts';
import { type TimeZone, utc } from './dates/time-zone.ts';
import type { BooleanField, DateField, Field, NumberField } from './field.ts';
import { javaNumber } from './field-value.ts';
import { type Lucene, nothing, type Point, type PointRange, ValueRefusal } from './lucene.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { boundsOf, isWhole, queryBoundsOf, readAs, rounded, steps, timesFactor, truncate } from './number.ts';
import type { Scalar } from './query.ts';
import { shardError } from './refusal.ts';

/** What a value of a query is read with. */
export interface ValueScope {
  readonly mapping: Mapping;
  readonly at: number;
  readonly zone?: TimeZone;
}

/** A value of a query as text: of a number with decimals in Java's form, `1.5E7`. */
export function valueText(value: Scalar): string {
  // Whole numbers beyond 2^53 come as bigint, unless they were written with an exponent.
  if (typeof value !== 'number' || (Number.isInteger(value) && Math.abs(value) <= 2 ** 53)) return String(value);
  const size = Math.abs(value);
  return size >= 1e7 || size < 1e-3 ? javaNumber(value) : String(value);
}

/** `term`: one exact value. Throws ValueRefusal for a value that the field's type cannot be. */
export function termQuery(field: Field, value: Scalar, scope: ValueScope): Lucene {
  checkSearchable(field);
  switch (field.kind) {
    case 'keyword': {
      const text = valueText(value);
      return { kind: 'term', field, term: field.normalizer ? field.normalizer.normalize(text) : text };
    }
    case 'text':
    case 'flat_object':
      return { kind: 'term', field, term: valueText(value) };
    case 'boolean':
      return { kind: 'term', field, term: booleanTerm(field, value) };
    case 'number':
      return numberTerm(field, value);
    case 'date':
    case 'ip':
      return {
        kind: 'points',
        field,
        ranges: [pointRange(field, value, scope)],
        ...(field.kind === 'date' ? isNow(value) : {}),
      };
    default:
      if (field === idField && value === '') throw new ValueRefusal('illegal_argument_exception', "Ids can't be empty");
      if (field === idField) return { kind: 'ids', ids: new Set([valueText(value)]) };
      throw unsearchable(field);
  }
}

/** `terms`: any of the values. */
export function termsQuery(field: Field, values: readonly Scalar[], scope: ValueScope): Lucene {
  const parts = values.map((value) => termQuery(field, value, scope)).filter((part) => part.kind !== 'none');
  const terms = parts.flatMap((part) => (part.kind === 'term' ? [part.term] : []));
  if (terms.length > 0) return { kind: 'constant', query: { kind: 'terms', field, terms: new Set(terms) } };
  const ranges = parts.flatMap((part) => (part.kind === 'points' ? part.ranges : []));
  return ranges.length > 0 ? { kind: 'points', field, ranges } : nothing('empty terms');
}

/** `term` with case_insensitive. */
export function foldedTermQuery(field: Field, value: Scalar): Lucene {
  checkSearchable(field);
  if (field.kind === 'boolean') return { kind: 'term', field, term: booleanTerm(field, value) };
  if (field.kind !== 'keyword' && field.kind !== 'text' && field.kind !== 'flat_object') {
    throw shardError(
      `[${field.path}] field which is of type [${field.type}], does not support case insensitive term queries`,
    );
  }
  const text = valueText(value);
  const folded = wildcard(text.replace(/[\\*?]/g, '\\$&'), true);
  return { kind: 'pattern', field, text, syntax: 'folded', test: folded.test };
}

/** Marks a range whose ends depend on when it is asked. */
export function isNow(...ends: readonly (Scalar | undefined)[]): { readonly now?: true } {
  return ends.some((end) => typeof end === 'string' && end.startsWith('now')) ? { now: true } : {};
}

function checkSearchable(field: Field): void {
  if (field.searchable) return;
  throw shardError(`failed to create query: Cannot search on field [${field.path}] since it is not indexed.`);
}

function unsearchable(field: Field): Error {
  if (field.type === 'percolator') {
    return shardError('Percolator fields are not searchable directly, use a percolate query instead');
  }
  return field.type === 'binary'
    ? shardError('Binary fields do not support searching')
    : shardError(`Field [${field.path}] of type [${field.type}] does not support this query`);
}

function booleanTerm(_field: BooleanField, value: Scalar): string {
  if (value === true || value === 'true') return 'T';
  if (value === false || value === 'false') return 'F';
  throw new ValueRefusal(
    'illegal_argument_exception',
    `Can't parse boolean value [${valueText(value)}], expected [true] or [false]`,
  );
}

function numberTerm(field: NumberField, value: Scalar): Lucene {
  if (value === 'NaN' && /^(?:integer|short|byte)$/.test(field.numeric))
    return nothing(`Value [NaN] has a decimal part`);
  const number = readQueryNumber(field, value);
  const bounds = queryBoundsOf(field.numeric);
  if (!bounds) {
    const { factor = 1 } = field;
    const point =
      field.numeric === 'scaled_float' ? steps(timesFactor(number, factor)) / factor : rounded(field.numeric, number);
    return { kind: 'points', field, ranges: [{ from: point, to: point }] };
  }
  if (!isWhole(number)) return nothing(`Value [${number}] has a decimal part`);
  const point = truncate(number);
  if (point < bounds[0] || point > bounds[1]) throw outOfRange(field, value);
  return { kind: 'points', field, ranges: [{ from: point, to: point }] };
}

export function readQueryNumber(field: NumberField, value: Scalar): number | bigint {
  const floating = !boundsOf(field.numeric);
  const endless = floating && (value === 'NaN' || value === 'Infinity' || value === '-Infinity');
  if (endless) throw notFinite(field, value);
  const number = typeof value === 'boolean' ? undefined : readAs(field.numeric, value);
  if (number === undefined || (typeof number === 'number' && Number.isNaN(number))) {
    throw new ValueRefusal(
      'number_format_exception',
      value === '' ? 'empty String' : `For input string: "${valueText(value)}"`,
    );
  }
  const kept = floating ? rounded(field.numeric, number, field.factor) : 0;
  if (!Number.isFinite(kept) && field.numeric !== 'scaled_float') throw notFinite(field, String(number));
  return number;
}

function notFinite(field: NumberField, shown: string): ValueRefusal {
  return new ValueRefusal(
    'illegal_argument_exception',
    `[${field.numeric}] supports only finite values, but got [${shown}]`,
  );
}

export function outOfRange(field: NumberField, value: Scalar): ValueRefusal {
  const article = /^[aeiou]/.test(field.numeric) ? 'an' : 'a';
  return new ValueRefusal(
    'illegal_argument_exception',
    `Value [${valueText(value)}] is out of range for ${article} ${field.numeric}`,
  );
}

/** The points that one date or address of a query means: the whole unit of a date, the whole of a CIDR. */
export function pointRange(field: Field, value: Scalar, scope: ValueScope): PointRange {
  if (field.kind === 'date') {
    return { from: dateOf(field, value, false, scope), to: dateOf(field, value, true, scope) };
  }
  const text = valueText(value);
  if (text.includes('/')) return cidrRange(text);
  const key = ipOf(text);
  return { from: key, to: key };
}

export function ipOf(text: string): Point {
  const key = parseIp(text);
  if (key === undefined) throw new ValueRefusal('illegal_argument_exception', `'${text}' is not an IP string literal.`);
  return key;
}

function cidrRange(text: string): PointRange {
  const range = parseCidr(text);
  if (range) return range;
  const slash = text.indexOf('/');
  ipOf(text.slice(0, slash));
  const length = text.slice(slash + 1);
  throw new ValueRefusal(
    'illegal_argument_exception',
    /^\d+$/.test(length)
      ? `Illegal prefix length [${length}] in [${text}]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges`
      : `For input string: "${length}"`,
  );
}

/** A date of a query in milliseconds; `format` is the range query's own. */
export function dateOf(field: DateField, value: Scalar, roundUp: boolean, scope: ValueScope, format?: string): number {
  const read = readDate(valueText(value), {
    format: format === undefined ? field.format : dateFormat(format),
    now: scope.at,
    roundUp,
    zone: scope.zone ?? utc,
  });
  if (typeof read === 'string') throw new ValueRefusal('parse_exception', read);
  return read;
}

/** A field of a query, or undefined; aliases and names inside flat_objects are followed. */
export function queryField(scope: Pick<ValueScope, 'mapping'>, name: string): Field | undefined {
  return name === '_id' ? idField : fieldAt(scope.mapping, name);
}

/** The id as a field: it takes whole values only. */
export const idField: Field = {
  kind: 'opaque',
  type: '_id',
  path: '_id',
  source: [],
  parameters: {},
  multi: new Map(),
  copyTo: [],
  nested: undefined,
  searchable: true,
  ignoreMalformed: false,
};

/** What `_validate` says of a field that the mapping does not have. */
export function unmapped(name: string): Lucene {
  return nothing(`unmapped fields [${name}]`);
}
