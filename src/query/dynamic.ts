import type { Document } from '../base/document.ts';
import type { Mapping } from './mapping.ts';

/** What mapDocument answers: the mapping after the document, or why OpenSearch would refuse it. */
export type Mapped = { readonly mapping: Mapping } | { readonly error: MappingRefusal };

export interface MappingRefusal {
  /** OpenSearch's error type, such as mapper_parsing_exception. */
  readonly type: string;
  readonly reason: string;
  /** The dotted path of the field that was refused, where it is known. */
  readonly path?: string;
}

/**
 * Validates a document as OpenSearch would when it indexes it, and extends the mapping by the fields that are new.
 * The same mapping object comes back when nothing is new.
 */
export function mapDocument(mapping: Mapping, _source: Document): Mapped {
  return { mapping };
}
