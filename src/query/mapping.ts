import type { Document } from '../base/document.ts';

/** The mapping of one index: immutable, shared between indices that have the same one. */
export interface Mapping {
  readonly json: Document;
}
