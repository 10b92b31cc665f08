import { type Document, isDocument, put } from '../base/document.ts';
import { typeNameOf } from '../query/aggregations/type-names.ts';

/** An answer's aggregations with their kind before their name (`sterms#users`), as `typed_keys` asks for. */
export function typedKeys(aggregations: Document): Document {
  return typed(aggregations) as Document;
}

function typed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typed);
  if (!isDocument(value)) return value;
  const renamed: { [name: string]: unknown } = {};
  for (const [name, member] of Object.entries(value)) {
    const kind = isDocument(member) ? typeNameOf(member) : undefined;
    put(renamed, kind === undefined ? name : `${kind}#${name}`, name === '_source' ? member : typed(member));
  }
  return renamed;
}
