import type { Instant } from '../base/clock.ts';
import { asText, type Document, isDocument, own, put } from '../base/document.ts';
import { ipText } from '../base/ip-address.ts';
import { malformed } from './aggregations/body.ts';
import { type FieldValues, fieldValues } from './aggregations/field-values.ts';
import { hitOf } from './aggregations/row-batch.ts';
import type { Candidate } from './candidate.ts';
import { type DateFormat, dateFormat } from './dates/date-format.ts';
import { nameTest } from './dynamic-template.ts';
import type { Field } from './field.ts';
import { pointOf } from './field-test.ts';
import { booleanValue, keywordValue, scalarText } from './field-value.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { readNumber } from './number.ts';
import { argumentError, parsingError, shardError } from './refusal.ts';
import { floatShown } from './sort-values.ts';
import { isCopied, valueReader } from './source-values.ts';

/** A field, or a pattern of them, whose values a hit shall carry. */
export interface WantedField {
  readonly pattern: string;
  readonly format?: string;
}

/** `fields` and `docvalue_fields`: names, patterns, or `{field, format}`. */
export function parseWantedFields(json: unknown, key: string): readonly WantedField[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json))
    throw parsingError(`Unknown key for a ${isDocument(json) ? 'START_OBJECT' : 'VALUE_STRING'} in [${key}].`);
  return json.map((item) => {
    if (typeof item === 'string') return { pattern: item };
    if (!isDocument(item)) throw malformed('[docvalues_field] Expected a field name or an object with [field]');
    for (const name of Object.keys(item)) {
      if (name !== 'field' && name !== 'format') throw malformed(`[docvalues_field] unknown field [${name}]`);
    }
    if (item.field === undefined) throw argumentError('Required [field]');
    if (typeof item.field !== 'string') throw malformed('[docvalues_field] failed to parse field [field]');
    // The old default by its name: the format of the mapping.
    const plain = item.format === undefined || item.format === null || item.format === 'use_field_mapping';
    return { pattern: item.field, ...(plain ? {} : { format: asText(item.format) }) };
  });
}

/** Reads the values of a hit's fields; undefined where it has none. */
export type HitFieldReader = (candidate: Candidate) => Document | undefined;

/** Compiled once for an index. Throws shard errors for fields without doc values. */
export function hitFieldReader(
  wanted: {
    readonly fields: readonly WantedField[];
    readonly docValues: readonly WantedField[];
    readonly stored: readonly string[];
  },
  mapping: Mapping,
  at: Instant,
): HitFieldReader | undefined {
  const stored = storedReaders(wanted.stored, mapping);
  if (wanted.fields.length + wanted.docValues.length + stored.length === 0) return undefined;
  const most = mapping.settings.docValueFieldsMax;
  if (wanted.docValues.length > most) {
    throw shardError(
      `Trying to retrieve too many docvalue_fields. Must be less than or equal to: [${most}] but was [${wanted.docValues.length}]. This limit can be set by changing the [index.max_docvalue_fields_search] index level setting.`,
      'illegal_argument_exception',
    );
  }
  const columns = wanted.docValues.flatMap((one) => docValueReaders(one, mapping, at));
  const sources = [...stored, ...sourceReaders(wanted.fields, mapping)];
  return (candidate) => {
    const found: { [field: string]: readonly unknown[] } = {};
    for (const { path, read } of columns) {
      const values = read(candidate);
      if (values.length > 0) put(found, path, [...(Object.hasOwn(found, path) ? (found[path] ?? []) : []), ...values]);
    }
    // What is asked for both ways is shown as it stands in the source.
    for (const { path, read } of sources) {
      const values = read(candidate);
      if (values.length > 0) put(found, path, values);
    }
    return Object.keys(found).length === 0 ? undefined : found;
  };
}

interface Reader {
  readonly path: string;
  read(candidate: Candidate): readonly unknown[];
}

function docValueReaders({ pattern, format }: WantedField, mapping: Mapping, at: Instant): Reader[] {
  return named(mapping, pattern).map(({ path, field }): Reader => {
    const request = { field: path, kind: 'docvalue_fields', format };
    let values: FieldValues | undefined;
    const shown = (value: unknown, { kind, show }: FieldValues): unknown => {
      if (kind === 'boolean') return value !== 0;
      const text = typeof value === 'number' || typeof value === 'bigint' ? show.text(value) : undefined;
      if (text !== undefined) return text;
      return isFloat(field) ? floatShown(Number(value)) : show.key(value as number);
    };
    return {
      path,
      read: (candidate) => {
        // Refused with the first hit: a search that finds nothing does not look.
        values ??= fieldValues(request, { mapping, nested: undefined, at });
        const column = values;
        return column.read(hitOf(candidate, 0)).map((value) => shown(value, column));
      },
    };
  });
}

function named(mapping: Mapping, pattern: string): { readonly path: string; readonly field: Field | undefined }[] {
  if (pattern === '_index' || pattern === '_id') return [{ path: pattern, field: undefined }];
  if (pattern.includes('*')) {
    const test = nameTest(pattern);
    return [...mapping.fields]
      .filter(([path, { kind }]) => test(path) && kind !== 'text' && kind !== 'opaque' && kind !== 'alias')
      .map(([path, field]) => ({ path, field }));
  }
  const field = fieldAt(mapping, pattern);
  return field ? [{ path: pattern, field }] : [];
}

/** Fields with `store: true`: what is kept of them is read from where it came from. */
function storedReaders(patterns: readonly string[], mapping: Mapping): Reader[] {
  if (patterns.length === 0) return [];
  const tests = patterns.map((pattern) => nameTest(pattern));
  return [...mapping.fields.values()]
    .filter(({ kind, path, parameters }) => {
      if (kind === 'alias' || asText(own(parameters, 'store') ?? false) !== 'true') return false;
      return tests.some((test) => test(path));
    })
    .map((field) => {
      const values = firstValues(mapping, field);
      const shown = sourceValue(field, undefined);
      const read: Reader['read'] = ({ source }) =>
        values(source)
          .map(shown)
          .filter((value) => value !== undefined);
      return { path: field.path, read };
    });
}

function isFloat(field: Field | undefined): boolean {
  return field?.type === 'float' || field?.type === 'half_float';
}

/** Values as they stand in `_source`, in its order, each as its field reads it; those of nested objects too. */
function sourceReaders(wanted: readonly WantedField[], mapping: Mapping): Reader[] {
  const chosen = new Map<string, { readonly field: Field; readonly format: string | undefined }>();
  for (const { pattern, format } of wanted) {
    const test = nameTest(pattern);
    for (const path of mapping.fields.keys()) {
      const field = fieldAt(mapping, path);
      if (field && (field.kind !== 'opaque' || field.type === 'percolator') && test(path))
        chosen.set(path, { field, format });
    }
  }
  return [...chosen].map(([path, { field, format }]): Reader => {
    const values = firstValues(mapping, field);
    const shown = sourceValue(field, format);
    return {
      path,
      read: ({ source }) =>
        values(source)
          .map(shown)
          .filter((value) => value !== undefined),
    };
  });
}

/**
 * The values at the first of a field's places: `{"o": {"k": 1}, "o.k": 2}` has but one, where a query sees both. Targets of copy_to are read wherever their values come from.
 */
function firstValues(mapping: Mapping, field: Field): (source: Document) => readonly unknown[] {
  if (isCopied(mapping, field)) {
    const read = valueReader(mapping, field, undefined);
    return (source) => {
      const found: unknown[] = [];
      read(source, (leaf) => {
        found.push(leaf);
        return false;
      });
      return found;
    };
  }
  const nulls = 'nullValue' in field && field.nullValue !== undefined;
  return (source) => leaves(valueAt(source, field.source, 0, nulls));
}

/** The value at a path: undefined where nothing stands there; an empty list is something. `nulls`: a null is, too. */
function valueAt(value: unknown, path: readonly string[], from: number, nulls: boolean): unknown {
  if (Array.isArray(value))
    return value.map((item) => valueAt(item, path, from, nulls)).filter((item) => item !== undefined);
  if (from === path.length) return value === null && !nulls ? undefined : value;
  if (!isDocument(value)) return undefined;
  for (let to = from + 1; to <= path.length; to++) {
    const inner = own(value, path.slice(from, to).join('.'));
    const found = inner === undefined ? undefined : valueAt(inner, path, to, nulls);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Values of lists in lists come after those beside them. */
function leaves(value: unknown): readonly unknown[] {
  const waiting = [value];
  const found: unknown[] = [];
  for (let at = 0; at < waiting.length; at++) {
    const next = waiting[at];
    if (Array.isArray(next)) waiting.push(...next);
    else if (next !== undefined) found.push(next);
  }
  return found;
}

function sourceValue(field: Field, format: string | undefined): (leaf: unknown) => unknown {
  if (format !== undefined && field.kind !== 'date') {
    throw shardError(
      `Field [${field.path}] of type [${field.type}] doesn't support formats.`,
      'illegal_argument_exception',
    );
  }
  switch (field.kind) {
    case 'keyword':
      return (leaf) => keywordValue(field, leaf);
    case 'boolean':
      return (leaf) => booleanValue(field, leaf);
    case 'date': {
      const dates: DateFormat = format === undefined ? field.format : dateFormat(format);
      const point = pointOf(field);
      return (leaf) => {
        const at = point?.(leaf);
        return at === undefined ? undefined : dates.print(Number(at));
      };
    }
    case 'ip': {
      const point = pointOf(field);
      return (leaf) => {
        const address = point?.(leaf);
        return address === undefined ? undefined : ipText(String(address));
      };
    }
    case 'number': {
      const point = pointOf(field);
      return (leaf) => {
        const value = point?.(leaf);
        if (!isFloat(field) || value === undefined) return value;
        // A half_float is shown as the float that was written, before its digits were cut.
        const written = field.type === 'half_float' ? readNumber(leaf) : undefined;
        return floatShown(Math.fround(Number(written ?? value)));
      };
    }
    case 'text':
      return (leaf) => (leaf === null || typeof leaf === 'object' ? undefined : scalarText(leaf));
    default:
      return (leaf) => (leaf === null ? undefined : leaf);
  }
}
