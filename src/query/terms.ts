import type { Document } from '../base/document.ts';
import type { Field } from './field.ts';
import { keywordValue } from './field-value.ts';
import type { Mapping } from './mapping.ts';
import { valueReader } from './source-values.ts';
import { tokenReader } from './tokens.ts';

/**
 * Tells every term that a document has in its keyword and text fields (multi-fields and copy_to targets included), in the
 * spelling of RequiredTerms; a term may be told more than once. `fields` narrows it to those fields: pass the ones that
 * queries require, since analysing every text of a document is work.
 */
export function eachTerm(
  mapping: Mapping,
  source: Document,
  visit: (field: string, term: string) => void,
  fields?: ReadonlySet<string>,
): void {
  if (fields) {
    for (const name of fields) {
      const field = mapping.fields.get(name);
      if (field) visitField(mapping, field, source, visit);
    }
    return;
  }
  for (const field of mapping.fields.values()) visitField(mapping, field, source, visit);
}

function visitField(
  mapping: Mapping,
  field: Field,
  source: Document,
  visit: (field: string, term: string) => void,
): void {
  if (field.nested !== undefined) return;
  if (field.kind === 'text') {
    for (const term of tokenReader(mapping, field, undefined)(source).keys()) visit(field.path, term);
  } else if (field.kind === 'keyword') {
    valueReader(
      mapping,
      field,
      undefined,
    )(source, (leaf) => {
      const term = keywordValue(field, leaf);
      if (term !== undefined) visit(field.path, term);
      return false;
    });
  }
}
