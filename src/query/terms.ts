import type { Document } from '../base/document.ts';
import type { Mapping } from './mapping.ts';

/**
 * Tells every term that a document has in its keyword and text fields (multi-fields and copy_to targets included), in the
 * spelling of RequiredTerms; a term may be told more than once. `field` narrows it to one field.
 */
export function eachTerm(
  _mapping: Mapping,
  _source: Document,
  _visit: (field: string, term: string) => void,
  _fields?: ReadonlySet<string>,
): void {}
