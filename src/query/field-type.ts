import { asNumber, asText, type Document, isDocument, own } from '../base/document.ts';
import { parseIp } from '../base/ip-address.ts';
import { writeJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Analysis } from './analysis/analysis.ts';
import { dateFormat } from './dates/date-format.ts';
import type { Field, FieldCommon } from './field.ts';
import { keptParameters } from './field-parameters.ts';
import { preview } from './field-value.ts';
import { type NumberType, readNumber } from './number.ts';
import { argumentError, mapperError } from './refusal.ts';
import { sharedValues } from './shared-values.ts';

/** What a field's definition is read with. */
export interface FieldScope {
  readonly analysis: Analysis;
  readonly nested: string | undefined;
  /** `index.mapping.ignore_malformed` and `.coerce`. */
  readonly ignoreMalformed: boolean;
  readonly coerce: boolean;
  /** Set for a multi-field: its parent's place in `_source`. */
  readonly source?: readonly string[];
}

/**
 * Reads one field of a mapping, multi-fields too. Throws mapper_parsing_exception. The same definition at the same path is one
 * object in all mappings of one analysis.
 */
export function parseField(path: string, json: Document, scope: FieldScope): Field {
  const { analysis, nested, ignoreMalformed, coerce, source } = scope;
  // As writeJson has it, a bigint is a number: in a definition both mean the same.
  const key = writeJson([path, json, nested ?? null, ignoreMalformed, coerce, source ?? null]);
  let shared = fieldsOf.get(analysis);
  if (!shared) {
    shared = sharedValues(limits.sharedFieldsMax);
    fieldsOf.set(analysis, shared);
  }
  return shared(key, () => makeField(path, json, scope));
}

const fieldsOf = new WeakMap<Analysis, ReturnType<typeof sharedValues<Field>>>();

function makeField(path: string, json: Document, scope: FieldScope): Field {
  const type = own(json, 'type');
  if (typeof type !== 'string') throw mapperError(`No type specified for field [${lastOf(path)}]`);
  const maker = Object.hasOwn(makers, type) ? makers[type] : undefined;
  if (!maker) throw mapperError(`No handler for type [${type}] declared on field [${lastOf(path)}]`);
  const { type: _type, fields, ...parameters } = json;
  if (type === 'percolator') checkBare(path, parameters, fields);
  const allowed = Object.hasOwn(parameterNames, type) ? parameterNames[type] : undefined;
  for (const name of Object.keys(parameters)) {
    if (allowed && !allowed.has(name) && !everywhere.has(name)) {
      throw mapperError(`unknown parameter [${name}] on mapper [${lastOf(path)}] of type [${type}]`);
    }
  }
  const source = scope.source ?? path.split('.');
  const indexed = flag(parameters, 'index', true);
  const common: FieldCommon = {
    path,
    type,
    source,
    parameters: keptParameters(type, parameters),
    multi: parseMulti(path, fields, { ...scope, source }),
    copyTo: names(own(parameters, 'copy_to')),
    nested: scope.nested,
    searchable: indexed || (type !== 'text' && flag(parameters, 'doc_values', true)),
    ignoreMalformed: flag(parameters, 'ignore_malformed', scope.ignoreMalformed),
  };
  return maker(common, parameters, scope);
}

/** A type that takes no parameters at all. */
function checkBare(path: string, parameters: Document, fields: unknown): void {
  const given = Object.entries({ ...parameters, ...(fields === undefined ? {} : { fields }) });
  if (given.length === 0) return;
  const shown = given.map(([name, value]) => `[${name} : ${preview(value)}]`).join(' ');
  throw mapperError(`Mapping definition for [${lastOf(path)}] has unsupported parameters:  ${shown}`);
}

type Maker = (common: FieldCommon, parameters: Document, scope: FieldScope) => Field;

const keyword: Maker = (common, parameters, { analysis }) => {
  const normalizer = own(parameters, 'normalizer');
  const ignoreAbove = own(parameters, 'ignore_above');
  const nullValue = own(parameters, 'null_value');
  return {
    ...common,
    kind: 'keyword',
    ignoreAbove: ignoreAbove === undefined ? Number.POSITIVE_INFINITY : wholeParameter('ignore_above', ignoreAbove),
    normalizer:
      typeof normalizer === 'string' && normalizer !== 'default' ? analysis.normalizer(normalizer) : undefined,
    nullValue: nullValue === undefined || nullValue === null ? undefined : asText(nullValue),
  };
};

const text: Maker = (common, parameters, { analysis }) => {
  const chosen = (name: string): string | undefined => {
    const value = own(parameters, name);
    return typeof value === 'string' ? value : undefined;
  };
  const analyzer = analysis.analyzer(chosen('analyzer') ?? 'default');
  const search = chosen('search_analyzer');
  const quote = chosen('search_quote_analyzer');
  const searchAnalyzer = search === undefined ? analyzer : analysis.analyzer(search);
  return {
    ...common,
    kind: 'text',
    analyzer,
    searchAnalyzer,
    quoteAnalyzer: quote === undefined ? searchAnalyzer : analysis.analyzer(quote),
    positionGap: asNumber(own(parameters, 'position_increment_gap') ?? 100),
  };
};

function numeric(type: NumberType): Maker {
  return (common, parameters, scope) => {
    const factor = asNumber(own(parameters, 'scaling_factor') ?? 1);
    if (type === 'scaled_float' && !(factor > 0)) {
      throw mapperError(`Field [scaling_factor] must be a positive number for [${common.path}]`);
    }
    return {
      ...common,
      kind: 'number',
      numeric: type,
      coerce: flag(parameters, 'coerce', scope.coerce),
      factor,
      nullValue: readNumber(own(parameters, 'null_value')),
    };
  };
}

const date: Maker = (common, parameters) => {
  const format = own(parameters, 'format');
  const chosen = dateFormat(typeof format === 'string' ? format : undefined);
  const nullValue = own(parameters, 'null_value');
  return {
    ...common,
    kind: 'date',
    format: chosen,
    nullValue: nullValue === undefined || nullValue === null ? undefined : chosen.parse(asText(nullValue)),
  };
};

const ip: Maker = (common, parameters) => {
  const nullValue = own(parameters, 'null_value');
  return { ...common, kind: 'ip', nullValue: typeof nullValue === 'string' ? parseIp(nullValue) : undefined };
};

const boolean: Maker = (common, parameters) => {
  const nullValue = own(parameters, 'null_value');
  return { ...common, kind: 'boolean', nullValue: nullValue === undefined ? undefined : asText(nullValue) === 'true' };
};

const alias: Maker = (common, parameters) => {
  const target = own(parameters, 'path');
  if (typeof target !== 'string')
    throw mapperError(`The [path] property must be specified for field [${common.path}].`);
  return { ...common, kind: 'alias', target };
};

const opaque: Maker = (common) => ({ ...common, kind: 'opaque' });

const makers: Readonly<Record<string, Maker>> = {
  keyword,
  wildcard: keyword,
  constant_keyword: keyword,
  text,
  match_only_text: text,
  long: numeric('long'),
  integer: numeric('integer'),
  short: numeric('short'),
  byte: numeric('byte'),
  unsigned_long: numeric('unsigned_long'),
  double: numeric('double'),
  float: numeric('float'),
  half_float: numeric('half_float'),
  scaled_float: numeric('scaled_float'),
  date,
  date_nanos: date,
  ip,
  boolean,
  flat_object: (common) => ({ ...common, kind: 'flat_object' }),
  alias,
  binary: opaque,
  geo_point: opaque,
  geo_shape: opaque,
  percolator: opaque,
  completion: opaque,
  token_count: opaque,
  integer_range: opaque,
  long_range: opaque,
  float_range: opaque,
  double_range: opaque,
  date_range: opaque,
  ip_range: opaque,
  rank_feature: opaque,
  search_as_you_type: text,
};

const everywhere = new Set(['boost', 'meta', 'copy_to', 'store', 'similarity', 'doc_values', 'index', 'print_format']);
const numberParameters = new Set(['coerce', 'ignore_malformed', 'null_value', 'scaling_factor', 'skip_list']);

/** Parameters beside those of every type; a type that is not listed takes any. */
const parameterNames: Readonly<Record<string, ReadonlySet<string>>> = {
  keyword: new Set([
    'eager_global_ordinals',
    'ignore_above',
    'index_options',
    'norms',
    'null_value',
    'normalizer',
    'split_queries_on_whitespace',
  ]),
  text: new Set([
    'analyzer',
    'search_analyzer',
    'search_quote_analyzer',
    'eager_global_ordinals',
    'fielddata',
    'fielddata_frequency_filter',
    'index_options',
    'index_prefixes',
    'index_phrases',
    'norms',
    'position_increment_gap',
    'term_vector',
  ]),
  long: numberParameters,
  integer: numberParameters,
  short: numberParameters,
  byte: numberParameters,
  double: numberParameters,
  float: numberParameters,
  half_float: numberParameters,
  scaled_float: numberParameters,
  date: new Set(['format', 'locale', 'ignore_malformed', 'null_value']),
  ip: new Set(['ignore_malformed', 'null_value']),
  boolean: new Set(['null_value', 'ignore_malformed']),
  alias: new Set(['path']),
};

function parseMulti(path: string, fields: unknown, scope: FieldScope): ReadonlyMap<string, Field> {
  const multi = new Map<string, Field>();
  if (!isDocument(fields)) return multi;
  for (const [name, json] of Object.entries(fields)) {
    if (isDocument(json)) multi.set(name, parseField(`${path}.${name}`, json, scope));
  }
  return multi;
}

function flag(parameters: Document, name: string, fallback: boolean): boolean {
  const value = own(parameters, name);
  if (value === undefined) return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw mapperError(`Failed to parse value [${asText(value)}] as only [true] or [false] are allowed.`);
}

function wholeParameter(name: string, value: unknown): number {
  const number = asNumber(value);
  if (!Number.isInteger(number) || number < 0) throw argumentError(`[${name}] must be positive, got ${asText(value)}`);
  return number;
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : typeof value === 'string' ? [value] : [];
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
