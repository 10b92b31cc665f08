import { asText, type Document, isDocument, own } from '../base/document.ts';
import { nameTest } from './dynamic-template.ts';
import type { Field } from './field.ts';
import { fieldAt, type Mapping, type MappingNode } from './mapping.ts';

/** What one type of a field can do, as `_field_caps` answers it. */
interface Capability {
  readonly type: string;
  readonly searchable: boolean;
  readonly aggregatable: boolean;
  readonly meta?: Document;
}

export interface CapableIndex {
  readonly name: string;
  readonly mapping: Mapping;
}

/**
 * `_field_caps`: for every field that a pattern names, its types over all the indices. Where types differ, each lists its
 * indices; where they agree but not in what they can do, the ones that cannot are listed.
 */
export function fieldCapabilities(
  indices: readonly CapableIndex[],
  patterns: readonly string[],
  unmapped = false,
): Document {
  const tests = patterns.map((pattern) => nameTest(pattern));
  const wanted = (name: string): boolean => tests.some((test) => test(name));
  const found = new Map<string, Map<string, Map<string, Capability>>>();
  for (const { name: index, mapping } of indices) {
    for (const [name, capability] of capabilities(mapping)) {
      if (!wanted(name)) continue;
      const types = found.get(name) ?? new Map<string, Map<string, Capability>>();
      found.set(name, types);
      const holders = types.get(capability.type) ?? new Map<string, Capability>();
      types.set(capability.type, holders.set(index, capability));
    }
  }
  const names = indices.map(({ name }) => name);
  return Object.fromEntries([...found].map(([name, types]) => [name, answer(types, names, unmapped)]));
}

function answer(
  types: ReadonlyMap<string, ReadonlyMap<string, Capability>>,
  indices: readonly string[],
  unmapped: boolean,
): Document {
  const mapped = new Set([...types.values()].flatMap((holders) => [...holders.keys()]));
  const missing = unmapped ? indices.filter((index) => !mapped.has(index)) : [];
  const several = types.size + (missing.length > 0 ? 1 : 0) > 1;
  const shown = [...types].map(([type, holders]) => [type, joined(type, holders, several)]);
  const without = { type: 'unmapped', searchable: false, aggregatable: false, indices: missing };
  return Object.fromEntries(missing.length > 0 ? [...shown, ['unmapped', without]] : shown);
}

function joined(type: string, holders: ReadonlyMap<string, Capability>, several: boolean): Document {
  const lacking = (of: 'searchable' | 'aggregatable'): string[] =>
    [...holders].filter(([, capability]) => !capability[of]).map(([index]) => index);
  const [dark, flat] = [lacking('searchable'), lacking('aggregatable')];
  const meta = joinedMeta([...holders.values()]);
  const some = (list: readonly string[]): boolean => list.length > 0 && list.length < holders.size;
  return {
    type,
    searchable: dark.length === 0,
    aggregatable: flat.length === 0,
    ...(several ? { indices: [...holders.keys()] } : {}),
    ...(some(dark) ? { non_searchable_indices: dark } : {}),
    ...(some(flat) ? { non_aggregatable_indices: flat } : {}),
    ...(meta ? { meta } : {}),
  };
}

/** Every value that a key has in some index, sorted. */
function joinedMeta(capabilities: readonly Capability[]): Document | undefined {
  const values = new Map<string, Set<string>>();
  for (const { meta } of capabilities) {
    for (const [key, value] of Object.entries(meta ?? {})) {
      values.set(key, (values.get(key) ?? new Set()).add(asText(value)));
    }
  }
  if (values.size === 0) return undefined;
  return Object.fromEntries([...values].map(([key, set]) => [key, [...set].sort()]));
}

/** Fields of every index, observed: type, searchable, aggregatable. */
const metadata: readonly (readonly [string, string, boolean, boolean])[] = [
  ['_index', '_index', true, true],
  ['_feature', '_feature', false, false],
  ['_ignored', '_ignored', true, false],
  ['_data_stream_timestamp', '_data_stream_timestamp', false, false],
  ['_version', '_version', false, false],
  ['_routing', '_routing', true, false],
  ['_doc_count', 'long', false, false],
  ['_seq_no', '_seq_no', true, true],
  ['_nested_path', '_nested_path', true, false],
  ['_field_names', '_field_names', true, false],
  ['_source', '_source', false, false],
  ['_id', '_id', true, true],
];

function* capabilities(mapping: Mapping): Generator<readonly [string, Capability]> {
  for (const [name, type, searchable, aggregatable] of metadata) yield [name, { type, searchable, aggregatable }];
  yield* below(mapping.root, mapping);
}

function* below(node: MappingNode, mapping: Mapping): Generator<readonly [string, Capability]> {
  if (node.kind !== 'object') {
    const field = node.kind === 'alias' ? fieldAt(mapping, node.path) : node;
    if (field) yield [node.path, ofField(field)];
    for (const multi of node.multi.values()) yield* below(multi, mapping);
    return;
  }
  if (node.path !== '') {
    yield [node.path, { type: node.nested ? 'nested' : 'object', searchable: false, aggregatable: false }];
  }
  for (const child of node.children.values()) yield* below(child, mapping);
}

function ofField({ kind, type, parameters }: Field): Capability {
  const on = (name: string): boolean => asText(own(parameters, name) ?? true) !== 'false';
  const columns =
    kind === 'text'
      ? asText(own(parameters, 'fielddata')) === 'true'
      : kind !== 'opaque' && kind !== 'flat_object' && on('doc_values');
  const meta = own(parameters, 'meta');
  return {
    type: type === 'constant_keyword' ? 'keyword' : type,
    searchable: on('index') && type !== 'binary' && type !== 'percolator',
    aggregatable: columns,
    ...(isDocument(meta) ? { meta } : {}),
  };
}
