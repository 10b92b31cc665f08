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
  for (const name of fields ?? mapping.fields.keys()) {
    const field = mapping.fields.get(name);
    if (field) termVisitor(mapping, field)?.(source, (term) => visit(field.path, term));
  }
}

/** Tells the terms of one field in a document, a term perhaps more than once. */
export type TermVisitor = (source: Document, visit: (term: string) => void) => void;

/** Made once for many documents. undefined for a field whose terms no query requires: of a nested object, or without terms. */
export function termVisitor(mapping: Mapping, field: Field): TermVisitor | undefined {
  if (field.nested !== undefined) return undefined;
  if (field.kind === 'text') {
    const tokens = tokenReader(mapping, field, undefined);
    return (source, visit) => {
      for (const term of tokens(source).keys()) visit(term);
    };
  }
  if (field.kind !== 'keyword') return undefined;
  const read = valueReader(mapping, field, undefined);
  return (source, visit) => {
    read(source, (leaf) => {
      const term = keywordValue(field, leaf);
      if (term !== undefined) visit(term);
      return false;
    });
  };
}
