import { asText, own } from '../../base/document.ts';
import { ipText, parseIp } from '../../base/ip-address.ts';
import type { Columns } from '../candidate.ts';
import { type DateFormat, dateFormat } from '../dates/date-format.ts';
import { readDate } from '../dates/date-math.ts';
import { type TimeZone, utc } from '../dates/time-zone.ts';
import type { Field } from '../field.ts';
import { docValueOf, someTerm } from '../field-test.ts';
import type { Point } from '../lucene.ts';
import { fieldAt } from '../mapping.ts';
import { readNumber } from '../number.ts';
import { shardError } from '../refusal.ts';
import { type RowValues, rowValues } from '../row-values.ts';
import { comparePoints } from '../sort.ts';
import { valueReader } from '../source-values.ts';
import type { AggregatedHit, Place } from './aggregation.ts';
import { decimalFormat } from './decimal-format.ts';

/** `none`: the index does not have the field. */
export type ValueKind = 'term' | 'whole' | 'real' | 'date' | 'ip' | 'boolean' | 'none';

/** A field as an aggregation reads it in one index. */
export interface FieldValues {
  readonly kind: ValueKind;
  /** In ascending order. Terms and addresses stand once, as doc values keep them; numbers as often as the document has them. */
  read(hit: AggregatedHit): readonly Point[];
  /** The same by row, where the store can tell without the documents; undefined where it cannot. */
  byRow(columns: Columns): RowValues | undefined;
  readonly show: Shown;
  /** What documents without a value count as. */
  readonly missing?: Point;
}

/** How values are shown. */
export interface Shown {
  key(value: Point): unknown;
  /** `key_as_string`, `value_as_string`; undefined where there is none. */
  text(value: number | bigint): string | undefined;
  /** A value of the request (`missing`, `include`, `after`) as the field would read it. */
  parse(value: unknown): Point | undefined;
}

export interface FieldRequest {
  readonly field: string;
  readonly missing?: unknown;
  readonly format?: string | undefined;
  readonly zone?: TimeZone;
  /** The request names a time zone, be it UTC. */
  readonly zoned?: boolean;
  /** The kind of aggregation that asks, and the kinds of values it takes. */
  readonly kind: string;
  readonly takes?: readonly ValueKind[];
  /** A field that is nowhere holds dates. */
  readonly dates?: boolean;
}

export const numeric: readonly ValueKind[] = ['whole', 'real', 'date', 'boolean'];

/** Throws shard errors for texts and for fields that the aggregation does not take. */
export function fieldValues(request: FieldRequest, place: Place): FieldValues {
  const field = fieldAt(place.mapping, request.field);
  const kind = metadata.has(request.field) ? 'term' : field ? kindOf(field) : 'none';
  if (field) checkField(field, kind, request);
  if (field && request.format !== undefined && (kind === 'term' || kind === 'ip' || kind === 'boolean')) {
    throw illegal(`Field [${field.path}] of type [${field.type}] does not support custom formats`);
  }
  if (!field && kind === 'term' && request.takes) {
    throw illegal(
      `Field [${request.field}] of type [${request.field}] is not supported for aggregation [${request.kind}]`,
    );
  }
  const nowhere = kind === 'none' && request.dates && request.missing !== undefined;
  const show = shownAs(nowhere ? 'date' : kind, request, field, place);
  const { read, byRow } = readsOf(request.field, field, place);
  if (request.missing === undefined || request.missing === null) return { kind, read, byRow, show };
  // Of a field that is nowhere, the aggregation says what its values are: texts where it takes any, else numbers.
  if (kind === 'boolean' && !/^(?:true|false)$/.test(asText(request.missing))) {
    throw illegal(`Cannot parse boolean [${asText(request.missing)}], expected either [true] or [false]`);
  }
  const json = kind === 'date' || nowhere ? asText(request.missing) : request.missing;
  const given = kind === 'none' && request.takes && !nowhere ? readNumber(json) : show.parse(json);
  const missing = kind === 'none' && !request.takes ? asText(request.missing) : given;
  if (missing === undefined) {
    if (kind === 'date' || nowhere) {
      const { text } = dateFormat(request.format ?? (field?.kind === 'date' ? field.format.text : undefined));
      const why = `failed to parse date field [${asText(request.missing)}] with format [${text}]`;
      throw shardError(`${why}: [${why}]`, 'parse_exception');
    }
    if (kind === 'ip') throw illegal(`'${asText(request.missing)}' is not an IP string literal.`);
    throw shardError(`For input string: "${asText(request.missing)}"`, 'number_format_exception');
  }
  const instead = [missing];
  const orInstead = (values: readonly Point[] | undefined): readonly Point[] | undefined =>
    values?.length === 0 ? instead : values;
  return {
    kind: nowhere ? 'date' : kind === 'none' ? (typeof missing === 'string' ? 'term' : 'real') : kind,
    show,
    missing,
    read: (hit) => {
      const values = read(hit);
      return values.length > 0 ? values : instead;
    },
    byRow(columns) {
      const known = byRow(columns);
      // Who counts values by their numbers passes over rows without one.
      return known && { ...known, ordinals: undefined, instants: undefined, read: (row) => orInstead(known.read(row)) };
    },
  };
}

type Read = FieldValues['read'];

const metadata: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['_index', ({ candidate }) => [candidate.index]],
  ['_id', ({ candidate }) => [candidate.id]],
]);

const nothing: readonly Point[] = [];

/** Reads what the store knows by row, else the documents. */
function readsOf(name: string, field: Field | undefined, place: Place): Pick<FieldValues, 'read' | 'byRow'> {
  const ask = metadata.get(name) ?? readerOf(field, place);
  if (!field || field.nested !== undefined || place.nested !== undefined) return { read: ask, byRow: () => undefined };
  const once = !docValueOf(field) || field.kind === 'ip';
  let last: Columns | undefined;
  let values: RowValues | undefined;
  const byRow = (columns: Columns): RowValues | undefined => {
    if (columns !== last) {
      last = columns;
      values = rowValues(columns, field, once);
    }
    return values;
  };
  return {
    byRow,
    read: (hit) => {
      const { columns, row } = hit.candidate;
      return (columns && row !== undefined ? byRow(columns)?.read(row) : undefined) ?? ask(hit);
    },
  };
}

function readerOf(field: Field | undefined, { mapping, nested }: Place): Read {
  // A field of a nested object is not in the document around it, nor the other way round.
  if (!field || field.nested !== nested) return () => nothing;
  const point = docValueOf(field);
  if (!point) {
    let terms: Point[] = [];
    const gather = someTerm(mapping, field, nested, (term) => {
      terms.push(term);
      return false;
    });
    return ({ scope }) => {
      terms = [];
      gather(scope);
      return distinct(terms);
    };
  }
  const walk = valueReader(mapping, field, nested);
  const once = field.kind === 'ip';
  return ({ scope }) => {
    const values: Point[] = [];
    walk(scope, (leaf) => {
      const value = point(leaf);
      if (value !== undefined) values.push(value);
      return false;
    });
    return once ? distinct(values) : values.length > 1 ? values.sort(comparePoints) : values;
  };
}

function distinct(values: Point[]): readonly Point[] {
  return values.length > 1 ? [...new Set(values)].sort(comparePoints) : values;
}

function kindOf(field: Field): ValueKind {
  switch (field.kind) {
    case 'number':
      return ['double', 'float', 'half_float', 'scaled_float'].includes(field.numeric) ? 'real' : 'whole';
    case 'date':
    case 'ip':
    case 'boolean':
      return field.kind;
    default:
      return 'term';
  }
}

function illegal(reason: string): Error {
  return shardError(reason, 'illegal_argument_exception');
}

function checkField(field: Field, kind: ValueKind, request: FieldRequest): void {
  if (field.kind === 'flat_object' && field.leaf === undefined && !request.takes) {
    throw illegal(`Field [${field.path}] of type [flat_object] does not support doc_value in root field`);
  }
  if (field.kind === 'text') {
    throw illegal(
      `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${field.path}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
    );
  }
  if (field.type === 'percolator') {
    throw illegal(`Fielddata is not supported on field [${field.path}] of type [percolator]`);
  }
  if (field.kind === 'opaque' || asText(own(field.parameters, 'doc_values')) === 'false') {
    throw illegal(
      `Can't load fielddata on [${field.path}] because fielddata is unsupported on fields of type [${field.type}]. Use doc values instead.`,
    );
  }
  if (request.zoned && (kind === 'whole' || kind === 'real' || kind === 'boolean')) {
    throw illegal(`Field [${field.path}] of type [${field.type}] does not support custom time zones`);
  }
  if (request.takes && !request.takes.includes(kind)) {
    throw illegal(`Field [${field.path}] of type [${field.type}] is not supported for aggregation [${request.kind}]`);
  }
}

function shownAs(kind: ValueKind, { format, zone = utc }: FieldRequest, field: Field | undefined, place: Place): Shown {
  switch (kind) {
    case 'date':
      return shownDate(dateFormat(format ?? (field?.kind === 'date' ? field.format.text : undefined)), zone, place.at);
    case 'ip':
      return { key: (value) => ipText(String(value)), text: noText, parse: (value) => parseIp(asText(value)) };
    case 'boolean':
      return { key: Number, text: (value) => String(value !== 0), parse: (value) => truth(value) };
    case 'term':
      return { key: (value) => value, text: noText, parse: String };
    case 'none':
      return {
        key: (value) => value,
        text: noText,
        parse: (value) => (typeof value === 'number' || typeof value === 'bigint' ? value : asText(value)),
      };
    default:
      return {
        key: (value) => value,
        text: format === undefined ? noText : decimalFormat(format),
        parse: (value) => (typeof value === 'boolean' ? undefined : readNumber(value)),
      };
  }
}

/** Beyond this JavaScript has no date. Java's last one is told for what lies beyond (squares of instants). */
const instantMax = 8.64e15 - 86_400_000;

/** Instants in a format and zone; numbers of the request are milliseconds. */
export function shownDate(format: DateFormat, zone: TimeZone, now: number): Shown {
  return {
    key: Number,
    text: (value) =>
      Math.abs(Number(value)) > instantMax
        ? farthest(format, Number(value))
        : format.print(Math.trunc(Number(value)), zone),
    parse: (value) => {
      if (typeof value === 'number') return value;
      const at = readDate(asText(value), { format, now, roundUp: false, zone });
      return typeof at === 'number' ? at : undefined;
    },
  };
}

/** The last instant of Java's longs, +292278994-08-17T07:12:55.807Z, as far as it can be told: its date in another year. */
function farthest(format: DateFormat, value: number): string | undefined {
  if (value < 0) return undefined;
  return format.print(Date.UTC(9994, 7, 17, 7, 12, 55, 807)).replace('9994', '+292278994');
}

function noText(): undefined {
  return undefined;
}

function truth(value: unknown): Point | undefined {
  if (typeof value === 'number') return value;
  if (value === true || value === 'true' || value === 1) return 1;
  return value === false || value === 'false' || value === 0 ? 0 : undefined;
}
