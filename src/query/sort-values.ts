import type { Instant } from '../base/clock.ts';
import { asText } from '../base/document.ts';
import { ipText, parseIp } from '../base/ip-address.ts';
import type { Candidate, Columns } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import type { DateField, Field } from './field.ts';
import { docValueOf, pointOf, someTerm } from './field-test.ts';
import type { Point } from './lucene.ts';
import { compileScope } from './lucene-match.ts';
import { fieldAt, type Mapping, objectAt } from './mapping.ts';
import { type Numeric, readNumber, truncate } from './number.ts';
import { parseQuery } from './parse.ts';
import { shardError } from './refusal.ts';
import { rowValues } from './row-values.ts';
import { belowMs, type Kind, longMax, longMin, numberAfter, unsignedMax, wholeAfter } from './search-after.ts';
import { comparePoints, type SortKey, type SortValue } from './sort.ts';
import { type PlaceReaders, placeReaders } from './sort-places.ts';
import { pathReader, valueReader } from './source-values.ts';

/** One key of a sort in one index: the kind of its values decides what missing means and how they are shown. */
export interface SortColumn extends Partial<PlaceReaders> {
  /** The value of one document; `score` and `order` (of insertion) are those of the search. */
  read(candidate: Candidate, score: number, order: number): SortValue;
  /** How a value is shown in `sort` of a hit. */
  show(value: SortValue): unknown;
  /** A value of `search_after`. Throws shard errors. */
  parse(value: unknown): SortValue;
  /** `read` by row, where the store can tell without the documents; a row of undefined must be read. */
  byRow?(columns: Columns): ((row: number) => SortValue | undefined) | undefined;
}

/** Throws shard errors for texts and for names that the mapping does not have. */
export function sortColumn(key: SortKey, mapping: Mapping, at: Instant): SortColumn {
  const own = metadata(key);
  if (own) return own;
  const field = fieldAt(mapping, key.field);
  if (!field) {
    if (key.unmappedType === undefined) throw shardError(`No mapping found for [${key.field}] in order to sort on`);
    const kind = kindOfType(key.unmappedType, key.field);
    checkMode(kind, key.mode);
    const value = missingOf(key, kind);
    return { read: () => value, ...shownAs(key, kind, undefined) };
  }
  checkSortable(field);
  const kind = key.numericType === undefined ? kindOf(field) : castKind(key.numericType);
  const mode = key.mode ?? (key.order === 'asc' ? 'min' : 'max');
  checkMode(kind, mode);
  const change = castOf(key, field);
  const values = valuesIn(key, field, mapping, at);
  const missing = missingOf(key, kind);
  const whole = kind !== 'double' && kind !== 'float';
  const chosen = (found: readonly Point[]): SortValue =>
    pick(change ? found.map(change) : found, mode, whole) ?? missing;
  const byRow = rowReader(key, field, { chosen, missing: change ? undefined : missing });
  return {
    read: (candidate) => {
      const { columns, row } = candidate;
      const known = columns && row !== undefined ? byRow?.(columns)?.(row) : undefined;
      return known === undefined ? chosen(values(candidate)) : known;
    },
    ...(byRow ? { byRow, ...placeReaders(key, field) } : {}),
    ...shownAs(key, kind, field),
  };
}

/** Reads a sort's values by row. `missing` is given where an instant stands for itself. */
function rowReader(
  key: SortKey,
  field: Field,
  {
    chosen,
    missing,
  }: { readonly chosen: (found: readonly Point[]) => SortValue; readonly missing: SortValue | undefined },
): SortColumn['byRow'] | undefined {
  // Nanoseconds stand only in the documents.
  if (field.nested !== undefined || key.nested !== undefined || field.type === 'date_nanos') return undefined;
  let last: Columns | undefined;
  let reader: ((row: number) => SortValue | undefined) | undefined;
  return (columns) => {
    if (columns === last) return reader;
    last = columns;
    const values = rowValues(columns, field, false);
    const instants = missing === undefined ? undefined : values?.instants;
    if (instants && missing !== undefined) {
      reader = (row) => {
        const value = instants[row] as number;
        if (value === Number.POSITIVE_INFINITY) return undefined;
        return Number.isNaN(value) ? missing : value;
      };
    } else if (values) {
      reader = (row) => {
        const found = values.read(row);
        return found && chosen(found);
      };
    } else reader = undefined;
    return reader;
  };
}

function checkMode(kind: Kind, mode: SortKey['mode']): void {
  if ((kind !== 'text' && kind !== 'ip') || mode === undefined || mode === 'min' || mode === 'max') return;
  throw shardError('we only support AVG, MEDIAN and SUM on number based fields');
}

function metadata(key: SortKey): SortColumn | undefined {
  const same = {
    show: (value: SortValue) => value,
    parse: (value: unknown) => (value === null ? null : asText(value)),
  };
  const number = { show: same.show, parse: (value: unknown) => numberAfter(value, key, Number) };
  if (key.field === '_score') return { read: (_candidate, score) => score, ...number };
  if (key.field === '_doc') return { read: (_candidate, _score, order) => order, ...number };
  if (key.field === '_seq_no') return { read: ({ seqNo }) => seqNo, ...number };
  if (key.field !== '_id' && key.field !== '_index') return undefined;
  if (key.mode !== undefined && key.mode !== 'min' && key.mode !== 'max') {
    throw shardError('we only support AVG, MEDIAN and SUM on number based fields');
  }
  return { read: key.field === '_id' ? ({ id }) => id : ({ index }) => index, ...same };
}

function checkSortable(field: Field): void {
  if (field.kind === 'flat_object' && field.leaf === undefined) {
    throw shardError(
      `Field [${field.path}] of type [flat_object] does not support doc_value in root field`,
      'illegal_argument_exception',
    );
  }
  if (field.kind === 'text') throw unsortable(field.path);
  if (field.type === 'percolator') {
    const reason = `Fielddata is not supported on field [${field.path}] of type [percolator]`;
    throw shardError(reason, 'illegal_argument_exception');
  }
  if (field.parameters.doc_values === false) {
    throw shardError(
      `Can't load fielddata on [${field.path}] because fielddata is unsupported on fields of type [${field.type}]. Use doc values instead.`,
      'illegal_argument_exception',
    );
  }
}

function unsortable(path: string): Error {
  return shardError(
    `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${path}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
    'illegal_argument_exception',
  );
}

const kindOfTypes: Readonly<Record<string, Kind>> = {
  long: 'long',
  date: 'long',
  date_nanos: 'nanos',
  integer: 'int',
  short: 'int',
  byte: 'int',
  boolean: 'int',
  unsigned_long: 'unsigned',
  double: 'double',
  scaled_float: 'double',
  float: 'float',
  half_float: 'float',
  ip: 'ip',
};

function kindOf(field: Field): Kind {
  return Object.hasOwn(kindOfTypes, field.type) ? (kindOfTypes[field.type] as Kind) : 'text';
}

function kindOfType(type: string, field: string): Kind {
  if (Object.hasOwn(kindOfTypes, type)) return kindOfTypes[type] as Kind;
  if (type === 'text') throw unsortable(field);
  if (type === 'keyword') return 'text';
  throw shardError(`No mapper found for type [${type}]`, 'illegal_argument_exception');
}

function castKind(type: NonNullable<SortKey['numericType']>): Kind {
  return type === 'double' ? 'double' : type === 'date_nanos' ? 'nanos' : 'long';
}

/** The greatest and the least value of each kind of numbers. */
const extremes: Readonly<Record<Exclude<Kind, 'text' | 'ip'>, readonly [Numeric, Numeric]>> = {
  long: [longMax, longMin],
  nanos: [longMax, longMin],
  int: [2_147_483_647, -2_147_483_648],
  unsigned: [unsignedMax, 0],
  double: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  float: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
};

function missingOf({ missing, order }: SortKey, kind: Kind): SortValue {
  const bound = missing === '_last' || missing === '_first';
  if (kind === 'text') return bound ? null : asText(missing);
  if (kind === 'ip') {
    // Observed: an address is encoded as its text, which nothing can read back.
    if (!bound) throw shardError('encoded bytes are of incorrect length', 'illegal_argument_exception');
    return null;
  }
  if (bound) return extremes[kind][(missing === '_last') === (order === 'asc') ? 0 : 1];
  const number = typeof missing === 'boolean' ? undefined : readNumber(missing);
  if (number === undefined) throw shardError(`For input string: "${asText(missing)}"`, 'number_format_exception');
  return kind === 'double' || kind === 'float' ? Number(number) : truncate(number);
}

function shownAs({ field: name }: SortKey, kind: Kind, field: Field | undefined): Pick<SortColumn, 'show' | 'parse'> {
  const key = { field: name };
  switch (kind) {
    case 'text':
      return { show: (value) => value, parse: (value) => (value === null ? null : asText(value)) };
    case 'ip':
      return {
        show: (value) => (value === null ? null : ipText(String(value))),
        parse: (value) => (value === null ? null : addressOf(value)),
      };
    case 'double':
    case 'float':
      return {
        show: (value) => shownReal(value, kind === 'float'),
        parse: (value) =>
          // Java's NaN comes after every number.
          value === 'NaN'
            ? Number.POSITIVE_INFINITY
            : numberAfter(value, key, (number) => (kind === 'float' ? Math.fround(Number(number)) : Number(number))),
      };
    default:
      return { show: (value) => value, parse: (value) => wholeAfter(value, key, kind, field) };
  }
}

function addressOf(value: unknown): string {
  const address = parseIp(asText(value));
  if (address === undefined) {
    throw shardError(`'${asText(value)}' is not an IP string literal.`, 'illegal_argument_exception');
  }
  return address;
}

/** JSON has no infinity; a float is shown with as many digits as tell it from its neighbours. */
function shownReal(value: SortValue, float: boolean): unknown {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return String(value);
  return float ? floatShown(value) : value;
}

/** A float with as few digits as tell it from its neighbours: 0.1 and not 0.10000000149011612. */
export function floatShown(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

type Values = (candidate: Candidate) => readonly Point[];

/** All values of a field in a document: points, or terms of a keyword. Those of nested objects only where the sort names them. */
function valuesIn(key: SortKey, field: Field, mapping: Mapping, at: Instant): Values {
  const path = key.nested?.path;
  if (path !== undefined && !objectAt(mapping, path)?.nested) {
    throw shardError(`[nested] failed to find nested object under path [${path}]`);
  }
  if (field.nested !== path) return () => [];
  const read = valuesOf(field, mapping, path);
  if (path === undefined) return ({ source }) => read(source);
  const objects = pathReader(path.split('.'));
  const filter =
    key.nested?.filter && compileScope(lowerQuery(parseQuery(key.nested.filter, 'filter'), mapping, at), mapping, path);
  return (candidate) => {
    const values: Point[] = [];
    objects(candidate.source, (object) => {
      if (!filter || filter(object, candidate)) values.push(...read(object));
      return false;
    });
    return values;
  };
}

function valuesOf(field: Field, mapping: Mapping, nested: string | undefined): (scope: unknown) => readonly Point[] {
  const point = field.type === 'date_nanos' ? nanosOf(field as DateField) : docValueOf(field);
  let values: Point[] = [];
  if (point) {
    const read = valueReader(mapping, field, nested);
    return (scope) => {
      values = [];
      read(scope, (leaf) => {
        const value = point(leaf);
        if (value !== undefined) values.push(value);
        return false;
      });
      return values;
    };
  }
  const test = someTerm(mapping, field, nested, (term) => {
    values.push(term);
    return false;
  });
  return (scope) => {
    values = [];
    test(scope);
    return values;
  };
}

function nanosOf(field: DateField): (leaf: unknown) => bigint | undefined {
  const ms = pointOf(field);
  return (leaf) => {
    const value = ms?.(leaf);
    return value === undefined ? undefined : BigInt(value as number) * 1_000_000n + belowMs(leaf);
  };
}

/** `numeric_type` makes fields of several types one. undefined where values stay as they are. */
function castOf({ numericType }: SortKey, field: Field): ((value: Point) => Point) | undefined {
  const from = kindOf(field);
  if (numericType === undefined || from === 'text' || from === 'ip') return undefined;
  const to = castKind(numericType);
  return (value) => {
    if (to === 'double') return Number(value);
    if (to === 'nanos') return from === 'nanos' ? value : BigInt(value as number) * 1_000_000n;
    if (from === 'nanos') return numericType === 'date' ? Number((value as bigint) / 1_000_000n) : value;
    const whole = truncate(value as Numeric);
    return whole > longMax ? longMax : whole < longMin ? longMin : whole;
  };
}

function pick(values: readonly Point[], mode: NonNullable<SortKey['mode']>, whole: boolean): Point | undefined {
  const [first] = values;
  if (values.length < 2 || first === undefined) return first;
  const sorted = [...values].sort(comparePoints);
  if (mode === 'min') return sorted[0];
  if (mode === 'max') return sorted.at(-1);
  const numbers = sorted.map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const rounded = (value: number): number => (whole ? Math.round(value) : value);
  if (mode === 'sum') return sum;
  if (mode === 'avg') return rounded(sum / numbers.length);
  const middle = numbers.length >> 1;
  if (numbers.length % 2) return sorted[middle];
  return rounded(((numbers[middle - 1] as number) + (numbers[middle] as number)) / 2);
}
