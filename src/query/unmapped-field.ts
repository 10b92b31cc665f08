import type { Field } from './field.ts';
import { parseField } from './field-type.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { shardError } from './refusal.ts';

/**
 * What a stored query may say of fields that its index does not map: nothing, as the original has it, or, by the setting
 * `index.percolator.map_unmapped_fields_as_text`, that they are text. Mappings for lowering a query, not for documents.
 */

/** By it a stored query is read when it is indexed. Lowering throws a shard error for a field that is not mapped. */
export function forStoredQuery(mapping: Mapping): Mapping {
  if (mapping.settings.unmappedAsText) return { ...mapping, unmapped: textMaker(mapping) };
  return {
    ...mapping,
    unmapped: (name) => {
      if (metadata.test(name)) return undefined;
      throw shardError(`No field mapping can be found for the field with name [${name}]`);
    },
  };
}

/** The mapping of the index, and any other field a text where `document`, a mapping that a document grew, has it as one. */
export function unmappedAsText(mapping: Mapping, document: Mapping): Mapping {
  const make = textMaker(mapping);
  return {
    ...mapping,
    unmapped: (name) => {
      const own = fieldAt(document, name);
      return own === undefined || own.kind === 'text' ? make(name) : undefined;
    },
  };
}

/** True for a field that stands in for one that is not mapped: it has words, but does not exist. */
export function standsIn(mapping: Mapping, field: Field): boolean {
  return mapping.unmapped !== undefined && field.kind === 'text' && !mapping.fields.has(field.path);
}

const metadata =
  /^_(?:id|index|source|seq_no|routing|version|primary_term|field_names|ignored|nested_path|doc_count|type)$/;

function textMaker({ analysis, settings }: Mapping): (name: string) => Field | undefined {
  return (name) =>
    metadata.test(name) || name.includes('*')
      ? undefined
      : parseField(name, { type: 'text' }, { analysis, nested: undefined, ...settings });
}
