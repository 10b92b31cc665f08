import { limits } from '../base/limits.ts';
import { nameTest } from './dynamic-template.ts';
import type { Field } from './field.ts';
import type { Mapping } from './mapping.ts';
import type { WeightedField } from './query.ts';
import { argumentError, parsingError, shardError } from './refusal.ts';
import { queryField } from './value-query.ts';

/** A field that a text is searched in, and its boost. */
export interface ChosenField {
  readonly field: Field;
  readonly boost: number;
}

const searchable: ReadonlySet<Field['kind']> = new Set([
  'keyword',
  'text',
  'number',
  'date',
  'ip',
  'boolean',
  'flat_object',
]);

/** The fields that names and patterns mean; names that the mapping lacks are left out. Throws where `*` means too many. */
export function chooseFields(mapping: Mapping, wanted: readonly WeightedField[]): ChosenField[] {
  const chosen = new Map<string, ChosenField>();
  for (const { pattern, boost } of wanted) {
    for (const field of fieldsNamed(mapping, pattern)) chosen.set(field.path, { field, boost });
  }
  if (chosen.size > limits.clausesMax) {
    throw shardError(
      `failed to create query: field expansion matches too many fields, limit: ${limits.clausesMax}, got: ${chosen.size}`,
    );
  }
  return [...chosen.values()];
}

function fieldsNamed(mapping: Mapping, pattern: string): Field[] {
  if (!pattern.includes('*')) {
    const field = queryField({ mapping }, pattern);
    return field ? [field] : [];
  }
  const test = nameTest(pattern);
  return [...mapping.fields.values()].flatMap((field) => {
    if (!searchable.has(field.kind) || !field.searchable) return [];
    // Observed: a pattern that a flat_object's name with a dot fits finds a field of that name, without values.
    const phantom = pattern !== '*' && field.kind === 'flat_object' && test(`${field.path}.`);
    return [...(test(field.path) ? [field] : []), ...(phantom ? [{ ...field, path: `${field.path}.`, leaf: '' }] : [])];
  });
}

/** `index.query.default_field`: where a text is searched that names no fields. */
export function defaultFields({ settings }: Mapping): readonly WeightedField[] {
  return settings.defaultFields.map(weighted);
}

/** `a^2` is a, counted twice. */
export function weighted(name: string): WeightedField {
  const [pattern = '', boost] = name.split('^');
  return { pattern, boost: boost === undefined ? 1 : Number(boost) };
}

/** `["a", "b^2"]`, or one name. */
export function readFields(value: unknown, name: string): WeightedField[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw parsingError(`[${name}] query does not support [fields]`);
    const caret = item.lastIndexOf('^');
    if (caret < 0) return { pattern: item, boost: 1 };
    const boost = Number(item.slice(caret + 1));
    if (Number.isNaN(boost))
      throw argumentError(`For input string: "${item.slice(caret + 1)}"`, 'number_format_exception');
    return { pattern: item.slice(0, caret), boost };
  });
}

/** True when the fields are all fields: then a query is lenient unless it says otherwise. */
export function isAllFields(fields: readonly WeightedField[]): boolean {
  return fields.some(({ pattern }) => pattern === '*');
}
