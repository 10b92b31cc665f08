import type { Document } from '../base/document.ts';
import type { Field } from './field.ts';

/** An object of the mapping, or the root (path ''). */
export interface ObjectNode {
  readonly kind: 'object';
  readonly path: string;
  readonly nested: boolean;
  readonly enabled: boolean;
  /** undefined: as the object around it. */
  readonly dynamic: Dynamic | undefined;
  readonly children: ReadonlyMap<string, MappingNode>;
  /** Parameters as they were put, without `properties`. */
  readonly parameters: Document;
}

export type MappingNode = ObjectNode | Field;

export type Dynamic = 'true' | 'false' | 'strict' | 'strict_allow_templates' | 'false_allow_templates';

/**
 * The fields of a mapping's tree by their full names, as a map. A mapping changes with many a document, and most of its
 * lives are short: it is not written out as a map before somebody goes through all of it.
 */
export function fieldsBelow(root: ObjectNode): ReadonlyMap<string, Field> {
  let all: Map<string, Field> | undefined;
  const collected = (): Map<string, Field> => {
    all ??= collect(root);
    return all;
  };
  return fieldMap((name) => (all ? all.get(name) : find(root, name)), collected);
}

/** Fields by name, where one is looked up by `get` and only who goes through them asks for all. */
export function fieldMap(
  get: (name: string) => Field | undefined,
  all: () => ReadonlyMap<string, Field>,
): ReadonlyMap<string, Field> {
  return {
    get,
    has: (name) => get(name) !== undefined,
    get size() {
      return all().size;
    },
    forEach: (visit) => all().forEach(visit),
    entries: () => all().entries(),
    keys: () => all().keys(),
    values: () => all().values(),
    [Symbol.iterator]: () => all()[Symbol.iterator](),
  };
}

function find(root: ObjectNode, name: string): Field | undefined {
  let node: MappingNode | undefined = root;
  for (let from = 0; from <= name.length; ) {
    const dot = name.indexOf('.', from);
    const to = dot < 0 ? name.length : dot;
    node = node.children.get(name.slice(from, to));
    if (!node) return undefined;
    if (node.kind !== 'object') return to === name.length ? node : findMulti(node, name);
    from = to + 1;
  }
  return undefined;
}

/** Names of multi-fields may hold dots. */
function findMulti(field: Field, name: string): Field | undefined {
  for (const multi of field.multi.values()) {
    const found = multi.path === name ? multi : findMulti(multi, name);
    if (found) return found;
  }
  return undefined;
}

function collect(root: ObjectNode): Map<string, Field> {
  const fields = new Map<string, Field>();
  const add = (node: MappingNode): void => {
    if (node.kind === 'object') {
      for (const child of node.children.values()) add(child);
      return;
    }
    fields.set(node.path, node);
    for (const multi of node.multi.values()) add(multi);
  };
  add(root);
  return fields;
}
