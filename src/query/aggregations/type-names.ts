import type { Document } from '../../base/document.ts';

/**
 * What kind an answer is of (`sterms`), kept beside it: the kind of a terms aggregation is that of its field, which only
 * the search knows, and clients want it in the name with `typed_keys` only.
 */
const typeNames = new WeakMap<object, string>();

export function tellTypeName(answer: Document, typeName: string): void {
  typeNames.set(answer, typeName);
}

/** The prefix of an answer's name under `typed_keys`; undefined for what is no aggregation's answer. */
export function typeNameOf(answer: object): string | undefined {
  return typeNames.get(answer);
}
