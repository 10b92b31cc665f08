import { nameTest } from './dynamic-template.ts';
import type { Field } from './field.ts';
import { anyOf, everything, type Lucene } from './lucene.ts';
import { type Mapping, objectAt } from './mapping.ts';
import { shardError } from './refusal.ts';
import { queryField, unmapped, type ValueScope } from './value-query.ts';

/** Has a value: a field, an object (any field below it), or every field that a pattern names. */
export function existsQuery(name: string, scope: ValueScope): Lucene {
  if (name === '_id' || name === '_index' || name === '_seq_no') return everything;
  if (name === '_source') throw shardError('The _source field is not searchable');
  const fields = existing(scope.mapping, name, scope);
  if (fields.length === 0) return unmapped(name);
  return { kind: 'constant', query: anyOf(fields.map((field) => ({ kind: 'exists', field }))) };
}

function existing(mapping: Mapping, name: string, scope: ValueScope): Field[] {
  if (name.includes('*')) {
    const test = nameTest(name);
    return [...mapping.fields.values()].filter(({ path, kind }) => kind !== 'alias' && test(path));
  }
  const field = queryField(scope, name);
  if (field) return [field];
  if (!objectAt(mapping, name)) return [];
  return [...mapping.fields.values()].filter(({ path, kind }) => kind !== 'alias' && path.startsWith(`${name}.`));
}
