import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { lowerQuery } from './compile.ts';
import { type Mapped, type MappingRefusal, mapFields } from './dynamic.ts';
import type { Field } from './field.ts';
import type { Mapping, MappingNode, ObjectNode } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { innerReason } from './refusal.ts';
import { pathReader } from './source-values.ts';
import { forStoredQuery } from './unmapped-field.ts';

/**
 * Validates a document as OpenSearch would when it indexes it, and extends the mapping by the fields that are new.
 * The same mapping object comes back when nothing is new. `id` is only quoted in reasons. A query in a field of type
 * percolator must read, and name fields that were mapped before.
 */
export function mapDocument(mapping: Mapping, source: Document, id = ''): Mapped {
  const mapped = mapFields(mapping, source, id);
  if ('error' in mapped) return mapped;
  for (const field of storedQueryFields(mapped.mapping.root)) {
    const error = refusalOfStored(field, mapping, source);
    if (error) return { error };
  }
  return mapped;
}

/** By object of the tree: a mapping that grows shares most of its tree with the one before. */
const fieldsOf = new WeakMap<ObjectNode, readonly Field[]>();
const noFields: readonly Field[] = [];

function storedQueryFields(node: ObjectNode): readonly Field[] {
  let fields = fieldsOf.get(node);
  if (!fields) {
    const found = [...node.children.values()].flatMap(storedQueriesAt);
    fields = found.length === 0 ? noFields : found;
    fieldsOf.set(node, fields);
  }
  return fields;
}

function storedQueriesAt(node: MappingNode): readonly Field[] {
  if (node.kind === 'object') return storedQueryFields(node);
  const inner = [...node.multi.values()].flatMap(storedQueriesAt);
  return node.type === 'percolator' ? [node, ...inner] : inner;
}

function refusalOfStored(field: Field, mapping: Mapping, source: Document): MappingRefusal | undefined {
  const found: unknown[] = [];
  pathReader(field.source)(source, (leaf) => {
    found.push(leaf);
    return false;
  });
  const refused = (type: string, reason: string): MappingRefusal => ({
    type: 'mapper_parsing_exception',
    reason: 'failed to parse',
    path: field.path,
    causedBy: { type, reason },
  });
  if (found.length === 0) return undefined;
  try {
    const query = parseQuery(found[0], field.path);
    lowerQuery(query, forStoredQuery(mapping), 0);
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    return refused(...causeOf(thrown));
  }
  if (found.length === 1) return undefined;
  return refused('illegal_argument_exception', 'a document can only contain one percolator query');
}

/** A search wraps what its clauses throw; a mapper tells it as it is. */
function causeOf(error: TrailhoundError): readonly [type: string, reason: string] {
  const { type, reason } = innerReason(error);
  const bare = reason.replace(/^failed to create query: /, '');
  if (bare === reason) return [type, reason];
  if (/^(?:For input string|empty String)/.test(bare)) return ['number_format_exception', bare];
  return [bare.startsWith('[nested]') ? 'illegal_state_exception' : 'illegal_argument_exception', bare];
}
