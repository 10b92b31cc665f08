import { wildcard } from '../base/wildcard.ts';
import { fieldAt, type Mapping, type MappingNode } from '../query/mapping.ts';
import type { QueryLeaf } from './query-leaf.ts';

/** An index that a monitor reads, as far as it matters here. */
export interface ReadIndex {
  readonly mapping: Mapping;
  readonly documents: number;
}

/** What the mappings say of fields that a query asks for. Only indices with documents count; without one nothing is known. */
export function fieldWarnings(leaves: readonly QueryLeaf[], indices: readonly ReadIndex[]): readonly string[] {
  const mappings = indices.filter(({ documents }) => documents > 0).map(({ mapping }) => mapping);
  if (mappings.length === 0) return [];
  const messages = leaves.flatMap((leaf) => lintField(leaf, mappings) ?? []);
  return [...new Set(messages)];
}

function lintField(leaf: QueryLeaf, mappings: readonly Mapping[]): string | undefined {
  const field = leaf.field?.replace(/\\(.)/g, '$1');
  if (field === undefined || field === '*' || field.startsWith('_')) return undefined;
  const negated = leaf.role === 'not';
  // `field:*` of a query_string asks no more than exists.
  const exists = leaf.clause === 'exists' || (leaf.clause === 'query_string' && leaf.values.length === 0);
  const [text] = leaf.values;
  if (field.includes('*')) {
    const pattern = wildcard(field);
    if (negated || mappings.some(({ fields }) => [...fields.keys()].some((name) => pattern.test(name))))
      return undefined;
    return `no event has a field like ${field}`;
  }
  const [found] = mappings.flatMap((mapping) => fieldAt(mapping, field) ?? []);
  if (!found) {
    const inside = mappings.flatMap((mapping) => leavesBelow(mapping, field));
    if (inside.length > 0 && !exists) {
      return `${field} is an object, and a value never equals one: ask for a field in it, such as ${inside[0]}`;
    }
    if (inside.length > 0 || negated) return undefined;
    const near = nearest(field, mappings);
    return `no event has the field ${field}${near ? `: did you mean ${near}?` : ''}`;
  }
  // The trap of documents without a template: a term is compared with the words of a text, in small letters.
  const whole = ['term', 'terms', 'query_string'].includes(leaf.clause) && leaf.values.length === 1;
  if (!whole || found.kind !== 'text' || text === undefined || text === text.toLowerCase()) return undefined;
  const keyword = `${field}.keyword`;
  const exact = mappings.some((mapping) => fieldAt(mapping, keyword)?.kind === 'keyword');
  return exact && /^[\w.:/@-]+$/.test(text)
    ? `${field} is text, which is compared in small letters by its words: a term ${text} finds nothing, ask for ${keyword}`
    : undefined;
}

/** Names of the fields inside an object; empty where the path is none. */
function leavesBelow(mapping: Mapping, path: string): readonly string[] {
  let node: MappingNode | undefined = mapping.root;
  for (const step of path.split('.')) node = node?.kind === 'object' ? node.children.get(step) : undefined;
  if (node?.kind !== 'object') return [];
  return [...node.children].map(([name]) => `${path}.${name}`);
}

/** A field of the same last step, or one letter away. */
function nearest(field: string, mappings: readonly Mapping[]): string | undefined {
  const last = field.split('.').at(-1)?.toLowerCase() ?? '';
  let best: string | undefined;
  for (const { fields } of mappings) {
    for (const name of fields.keys()) {
      const end = name.split('.').at(-1)?.toLowerCase() ?? '';
      if (name.toLowerCase() === field.toLowerCase() || isNear(name, field)) return name;
      if (end === last) best ??= name;
    }
  }
  return best;
}

/** One letter added, dropped or changed. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 1;
}
