import { asText, type Document, isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { dateFormat } from '../dates/date-format.ts';
import { utc as utcZone } from '../dates/time-zone.ts';
import type { Point } from '../lucene.ts';
import { type Numeric, readNumber } from '../number.ts';
import { shardError } from '../refusal.ts';
import type { AggregatedHit, Place } from './aggregation.ts';
import { checkBody, failedField, fieldOf, flagOf, textOf, unsupported } from './body.ts';
import { type FieldValues, fieldValues, numeric, type Shown, shownDate, type ValueKind } from './field-values.ts';
import { parseInterval } from './histogram.ts';
import { isZoned, parseRounding } from './rounding.ts';

/** One of the values that a composite bucket stands for. */
export interface CompositeSource {
  readonly name: string;
  readonly descending: boolean;
  readonly missingBucket: boolean;
  /** Where documents without a value come. */
  readonly missingFirst: boolean;
  enter(place: Place): void;
  /** Ascending; equal numbers as often as the document has them, and each counts. `[null]` for none where the source has a bucket for that. */
  values(hit: AggregatedHit): readonly (Point | null)[];
  shown(value: Point): unknown;
  parse(json: unknown): Point | undefined;
  /** Why a value of `after` does not read. */
  refusal(json: unknown): Error;
}

/** `{name: {terms | histogram | date_histogram: {…}}}` */
export function parseSource(json: Document, kind: string): CompositeSource {
  const [[name, inner] = ['', undefined], second] = Object.entries(json);
  const definitions = isDocument(inner) ? Object.entries(inner) : [];
  const [definition] = definitions;
  if (second || !definition || definitions.length !== 1 || !isDocument(definition[1]))
    throw failedField(kind, 'sources');
  const [type, body] = definition;
  if (type === 'geotile_grid') throw unsupported(kind, 'geotile_grid');
  const own = Object.hasOwn(parameters, type) ? parameters[type] : undefined;
  if (!own) throw failedSources(kind, `invalid source type: ${type}`, [], 'parsing_exception');
  checkBody(body as Document, type, ['field', 'order', 'missing_bucket', 'missing_order', 'value_type', ...own]);
  return make(name, type, body as Document);
}

const parameters: Readonly<Record<string, readonly string[]>> = {
  terms: [],
  histogram: ['interval'],
  date_histogram: ['calendar_interval', 'fixed_interval', 'interval', 'time_zone', 'offset', 'format'],
};

function make(name: string, type: string, body: Document): CompositeSource {
  const order = textOf(body, 'order', type) ?? 'asc';
  const missingOrder = textOf(body, 'missing_order', type) ?? 'default';
  if (order !== 'asc' && order !== 'desc') throw failedField(type, 'order');
  if (!['first', 'last', 'default'].includes(missingOrder)) throw failedField(type, 'missing_order');
  const missingBucket = flagOf(body, 'missing_bucket', type);
  const format = textOf(body, 'format', type);
  const { cut, zone } = cutOf(type, body);
  const takes: readonly ValueKind[] | undefined = type === 'terms' ? undefined : [...numeric, 'none'];
  const zoned = isZoned(body);
  const request = {
    field: fieldOf(body),
    format,
    zoned,
    kind: type,
    ...(zone ? { zone } : {}),
    ...(takes ? { takes } : {}),
  };
  let read: FieldValues;
  let known: { readonly kind: ValueKind; readonly show: Shown } | undefined;
  const none = missingBucket ? [null] : [];
  return {
    name,
    descending: order === 'desc',
    missingBucket,
    missingFirst: missingOrder === 'default' ? order === 'asc' : missingOrder === 'first',
    enter(place) {
      read = fieldValues(request, place);
      if (read.kind !== 'none') known = read;
      else if (type === 'date_histogram')
        known ??= { kind: 'none', show: shownDate(dateFormat(format), zone ?? utcZone, place.at) };
    },
    values(hit) {
      const values = read.read(hit);
      if (values.length === 0) return none;
      return cut ? values.map((value) => cut(Number(value))) : values;
    },
    shown(value) {
      if (!known) return value;
      const text = typeof value === 'number' ? known.show.text(value) : undefined;
      if (known.kind === 'boolean' && type === 'terms') return value === 1;
      return text !== undefined && format !== undefined ? text : known.show.key(value);
    },
    parse(json) {
      // Observed: terms of a field that an index does not have are texts, whatever they are elsewhere.
      if (type === 'terms' && (read.kind === 'none' || read.kind === 'term') && typeof json !== 'string') {
        throw shardError(`invalid value, expected string, got ${javaType(json)}`, 'illegal_argument_exception');
      }
      if (type === 'terms' && read.kind === 'boolean' && !/^(?:true|false)$/.test(asText(json))) return undefined;
      const number = numberAfter(json);
      // Without a format instants are numbers here, with one they are texts.
      if (read.kind === 'date' || type === 'date_histogram') {
        return format === undefined ? number : known?.show.parse(asText(json));
      }
      // Java's NaN comes after every number.
      if (read.kind === 'real' && json === 'NaN') return Number.POSITIVE_INFINITY;
      if (number === undefined || read.kind !== 'whole') return (known?.show ?? plain).parse(json);
      return type === 'terms' ? number : known?.show.parse(json);
    },
    refusal: (json) => refusalOf(asText(json), read.kind, type === 'date_histogram' && format !== undefined),
  };
}

/** `formatted`: a date that is read by its format. */
function refusalOf(text: string, kind: ValueKind, formatted: boolean): Error {
  if (kind === 'boolean') {
    return shardError(
      `Cannot parse boolean [${text}], expected either [true] or [false]`,
      'illegal_argument_exception',
    );
  }
  if (formatted) return shardError(`failed to parse date field [${text}]`, 'parse_exception');
  if (kind === 'ip') return shardError(`'${text}' is not an IP string literal.`, 'illegal_argument_exception');
  return shardError(`For input string: "${text}"`, 'number_format_exception');
}

/** A number as JSON or as text, without its decimals; Java rounds what is none to 0. */
function numberAfter(json: unknown): Numeric | undefined {
  if (json === 'NaN') return 0;
  const number = typeof json === 'boolean' ? undefined : readNumber(json);
  return typeof number === 'number' ? Math.floor(number) : number;
}

/** What is wrong among the sources, as the original wraps it. */
export function failedSources(
  kind: string,
  reason: string,
  why: readonly string[],
  wire = 'x_content_parse_exception',
): TrailhoundError {
  const [inner] = why;
  const caused = {
    type: wire,
    reason,
    ...(inner ? { caused_by: { type: 'illegal_argument_exception', reason: inner } } : {}),
  };
  return new TrailhoundError('parse-failed', `[${kind}] failed to parse field [sources]${inner ? `: ${inner}` : ''}`, {
    wire: 'x_content_parse_exception',
    fields: { root_cause: [{ type: wire, reason }], caused_by: caused },
  });
}

function cutOf(
  type: string,
  body: Document,
): { readonly cut?: (value: number) => number; readonly zone?: typeof utcZone } {
  if (type === 'histogram') return { cut: parseInterval(body, type).roundTo };
  if (type !== 'date_histogram') return {};
  const { rounding, zone } = parseRounding(body, type);
  return { cut: rounding.round, zone };
}

function javaType(json: unknown): string {
  if (typeof json === 'boolean') return 'Boolean';
  if (typeof json === 'bigint' || Math.abs(Number(json)) > 2_147_483_647) return 'Long';
  return Number.isInteger(json) ? 'Integer' : 'Double';
}

/** For a field that no index has. */
const plain: Pick<Shown, 'parse'> = { parse: (json) => (typeof json === 'number' ? json : asText(json)) };
