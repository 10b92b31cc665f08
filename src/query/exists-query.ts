import { nameTest } from './dynamic-template.ts';
import type { Field } from './field.ts';
import { anyOf, everything, type Lucene, nothing } from './lucene.ts';
import { fieldAt, type Mapping, objectAt } from './mapping.ts';
import { notSearchable } from './metadata-field.ts';
import { shardError } from './refusal.ts';
import { standsIn } from './unmapped-field.ts';
import type { ValueScope } from './value-query.ts';

/** Has a value: a field, an object (any field below it), or every field that a pattern names. */
export function existsQuery(name: string, scope: ValueScope): Lucene {
  if (['_id', '_index', '_seq_no', '_version'].includes(name)) return { kind: 'constant', query: everything };
  if (name === '_source') throw notSearchable(name);
  if (name === '_field_names') throw shardError('failed to create query: Cannot run exists query on _field_names');
  const fields = existingFields(scope.mapping, name);
  if (fields.length === 0) return nothing(`unmapped field:${name}`);
  const [first] = fields;
  if (fields.length === 1 && first) return constant({ kind: 'exists', field: first });
  return constant(anyOf(fields.map((field) => constant({ kind: 'exists', field }))));
}

function constant(query: Lucene): Lucene {
  return { kind: 'constant', query };
}

/** The fields that a name means: itself, those of an object, or those of a pattern. */
export function existingFields(mapping: Mapping, name: string): Field[] {
  if (name.includes('*')) {
    const test = nameTest(name);
    return [...mapping.fields.values()].filter(({ path, kind }) => kind !== 'alias' && test(path));
  }
  // A stored query may name an object, but no field that is not mapped.
  if (mapping.unmapped !== undefined && objectAt(mapping, name)) return fieldsOfObject(mapping, name);
  // First the field: who looks no further depends on nothing else of the mapping (shared-lowering.ts).
  const field = fieldAt(mapping, name);
  if (field) return standsIn(mapping, field) ? fieldsOfObject(mapping, name) : [field];
  return fieldsOfObject(mapping, name);
}

function fieldsOfObject(mapping: Mapping, name: string): Field[] {
  if (!objectAt(mapping, name)) return [];
  return [...mapping.fields.values()].filter(({ path, kind }) => kind !== 'alias' && path.startsWith(`${name}.`));
}
