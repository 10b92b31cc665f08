import { asText, type Document, isDocument, own, put } from '../base/document.ts';
import { writeJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { type Analysis, parseAnalysis } from './analysis/analysis.ts';
import { type DynamicRules, parseDynamicRules } from './dynamic-template.ts';
import type { Field, FlatObjectField } from './field.ts';
import { type FieldScope, parseField } from './field-type.ts';
import { type IndexSettings, indexSettings } from './index-settings.ts';
import { type Dynamic, fieldsBelow, type MappingNode, type ObjectNode } from './mapping-tree.ts';
import { argumentError, mapperError } from './refusal.ts';
import { sharedValues } from './shared-values.ts';

export type { Dynamic, MappingNode, ObjectNode } from './mapping-tree.ts';

/** The mapping of one index: immutable. A change gives a new one that shares what stayed. */
export interface Mapping {
  readonly root: ObjectNode;
  /** Every field by its full name, multi-fields and aliases too. To look one up walks the tree; to go through all collects them. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly analysis: Analysis;
  readonly settings: IndexSettings;
  readonly rules: DynamicRules;
  /**
   * The same for all mappings that documents made of one another by bringing new fields. What holds of documents that came before holds
   * on: they have none of the new fields, and the fields they have mean what they meant.
   */
  readonly lineage: object;
  /** What a stored query means by a name that is not mapped (query/unmapped-field.ts); absent, nothing. */
  readonly unmapped?: (name: string) => Field | undefined;
}

/**
 * Reads a mapping as `PUT /index` brings it; `settings` are those of the index (analysis, limits, default_field), with or
 * without the outer `index`. Throws TrailhoundError of wire mapper_parsing_exception.
 */
export function parseMapping(json: unknown, settings: Document = {}): Mapping {
  const document = json === undefined || json === null ? {} : json;
  if (!isDocument(document)) throw mapperError('Expected map for mapping definition');
  const chosen = indexSettings(settings);
  const analysis = parseAnalysis(settings);
  const root = parseObject('', document, { analysis, nested: undefined, ...chosen });
  const mapping = makeMapping(root, analysis, chosen, parseDynamicRules(document));
  checkLimits(mapping);
  return mapping;
}

/** Adds fields. Throws illegal_argument_exception where a type would change. The same object back when nothing is new. */
export function mergeMapping(mapping: Mapping, json: unknown): Mapping {
  if (!isDocument(json)) throw mapperError('Expected map for mapping definition');
  const scope = { analysis: mapping.analysis, nested: undefined, ...mapping.settings };
  const added = parseObject('', json, scope);
  const root = mergeObjects(mapping.root, added);
  if (root === mapping.root) return mapping;
  const merged = makeMapping(root, mapping.analysis, mapping.settings, parseDynamicRules(root.parameters));
  checkLimits(merged);
  return merged;
}

/** The mapping as `GET /index/_mapping` answers it. */
export function mappingJson(mapping: Mapping): Document {
  return nodeJson(mapping.root);
}

/** The same mapping with another tree: for fields that documents bring. Throws where a limit of the index is exceeded. */
export function withRoot(mapping: Mapping, root: ObjectNode): Mapping {
  const changed = makeMapping(root, mapping.analysis, mapping.settings, mapping.rules, mapping.lineage);
  checkLimits(changed);
  return changed;
}

/** A field by its full name; aliases lead to their target, a name inside a flat_object to a field of its own. */
export function fieldAt(mapping: Mapping, name: string): Field | undefined {
  const field = mapping.fields.get(name);
  if (field) return field.kind === 'alias' ? mapping.fields.get(field.target) : field;
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const around = mapping.fields.get(name.slice(0, dot));
    if (around?.kind === 'flat_object') return insideFlat(around, name, name.slice(dot + 1));
  }
  return mapping.unmapped?.(name);
}

const leavesOf = new WeakMap<Field, ReturnType<typeof sharedValues<Field>>>();

/** One object for one name, as for other fields: what is known by field is then known of it. */
function insideFlat(around: FlatObjectField, path: string, leaf: string): Field {
  let leaves = leavesOf.get(around);
  if (!leaves) {
    leaves = sharedValues(limits.flatLeavesMax);
    leavesOf.set(around, leaves);
  }
  return leaves(path, () => ({ ...around, path, leaf }));
}

/** The object at a dotted path, or undefined. */
export function objectAt(mapping: Mapping, path: string): ObjectNode | undefined {
  let node: MappingNode | undefined = mapping.root;
  for (const key of path.split('.')) {
    node = node?.kind === 'object' ? node.children.get(key) : undefined;
  }
  return node?.kind === 'object' ? node : undefined;
}

function makeMapping(
  root: ObjectNode,
  analysis: Analysis,
  settings: IndexSettings,
  rules: DynamicRules,
  lineage: object = {},
): Mapping {
  return { root, analysis, settings, rules, lineage, fields: fieldsBelow(root) };
}

const rootOnly = new Set([
  'dynamic_templates',
  'date_detection',
  'numeric_detection',
  'dynamic_date_formats',
  'include_in_all',
]);
/** What an object's definition may hold. */
export const objectParameters: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'dynamic',
  'enabled',
  'include_in_parent',
  'include_in_root',
  'include_in_all',
]);

/** An object and what is in it. `json` is the object's definition, or the mapping itself for the root. */
export function parseObject(path: string, json: Document, scope: FieldScope): ObjectNode {
  const { properties, ...given } = json;
  const parameters = shownParameters(given);
  for (const name of Object.keys(parameters)) {
    if (objectParameters.has(name) || (path === '' && (rootOnly.has(name) || name.startsWith('_')))) continue;
    throw mapperError(
      path === ''
        ? `Root mapping definition has unsupported parameters:  [${name} : ${writeJson(parameters[name])}]`
        : `Mapping definition for [${path.slice(path.lastIndexOf('.') + 1)}] has unsupported parameters:  [${name} : ${writeJson(parameters[name])}]`,
    );
  }
  const nested = own(json, 'type') === 'nested';
  const inner = nested ? { ...scope, nested: path } : scope;
  if (properties !== undefined && !isDocument(properties)) throw mapperError('Expected map for property [properties]');
  const children = new Map<string, MappingNode>();
  const dotted: [string, Document][] = [];
  for (const [name, definition] of Object.entries(properties ?? {})) {
    if (!isDocument(definition)) throw mapperError(`Expected map for property [fields] on field [${name}]`);
    checkName(name);
    if (name.includes('.')) dotted.push([name, definition]);
    else children.set(name, parseNode(join(path, name), definition, inner));
  }
  const node: ObjectNode = {
    kind: 'object',
    path,
    nested,
    enabled: asText(own(json, 'enabled') ?? true) !== 'false',
    dynamic: readDynamic(own(json, 'dynamic')),
    children,
    parameters,
  };
  return dotted.reduce((merged, [name, definition]) => mergeObjects(merged, wrap(path, name, definition, inner)), node);
}

/** `dynamic` is shown as text however it was put, `enabled` only where it is false. */
function shownParameters({ enabled, ...given }: Document): Document {
  return {
    ...given,
    ...(given.dynamic === undefined ? {} : { dynamic: asText(given.dynamic) }),
    ...(enabled === undefined || asText(enabled) === 'true' ? {} : { enabled }),
  };
}

/** A name of blanks is one, as observed; a dotted name has no blank parts. */
function checkName(name: string): void {
  if (name !== '' && !name.includes('.')) return;
  if (name.split('.').some((part) => part.trim() === '')) throw argumentError('name cannot be empty string');
}

/** `a.b` in `properties` is b inside a. */
function wrap(path: string, name: string, definition: Document, scope: FieldScope): ObjectNode {
  const dot = name.indexOf('.');
  const key = dot < 0 ? name : name.slice(0, dot);
  const shell = { kind: 'object', nested: false, enabled: true, dynamic: undefined, parameters: {} } as const;
  const at = join(path, key);
  const child = dot < 0 ? parseNode(at, definition, scope) : wrap(at, name.slice(dot + 1), definition, scope);
  return { ...shell, path, children: new Map([[key, child]]) };
}

function parseNode(path: string, definition: Document, scope: FieldScope): MappingNode {
  const type = own(definition, 'type');
  const object =
    type === 'object' ||
    type === 'nested' ||
    (type === undefined && own(definition, 'properties') !== undefined) ||
    (type === undefined && isObjectShell(definition));
  return object ? parseObject(path, definition, scope) : parseField(path, definition, scope);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObjectShell(definition: Document): boolean {
  return 'enabled' in definition || 'dynamic' in definition;
}

/** Two trees joined: what `added` has comes on top. */
export function mergeObjects(base: ObjectNode, added: ObjectNode): ObjectNode {
  let children: Map<string, MappingNode> | undefined;
  for (const [name, node] of added.children) {
    const before = base.children.get(name);
    const merged = before ? mergeNodes(before, node) : node;
    if (merged === before) continue;
    children ??= new Map(base.children);
    children.set(name, merged);
  }
  const parameters = sameParameters(base.parameters, added.parameters);
  if (!children && parameters === base.parameters) return base;
  return {
    ...base,
    nested: base.nested || added.nested,
    enabled: 'enabled' in added.parameters ? added.enabled : base.enabled,
    dynamic: added.dynamic ?? base.dynamic,
    children: children ?? base.children,
    parameters,
  };
}

function mergeNodes(before: MappingNode, added: MappingNode): MappingNode {
  if (before.kind === 'object' && added.kind === 'object') {
    if (before.nested !== added.nested && 'type' in added.parameters) {
      throw argumentError(
        `cannot change object mapping from ${before.nested ? 'nested' : 'non-nested'} to ${added.nested ? 'nested' : 'non-nested'}`,
      );
    }
    return mergeObjects(before, added);
  }
  if (before.kind === 'object' || added.kind === 'object') {
    const [object, field] = before.kind === 'object' ? [before, added] : [added, before];
    throw argumentError(
      before.kind === 'object'
        ? `can't merge a non object mapping [${object.path}] with an object mapping`
        : `can't merge a non object mapping [${field.path}] with an object mapping`,
    );
  }
  return mergeFields(before, added);
}

/** Parameters that may not change; others may (ignore_above, copy_to, null_value of a keyword, …). */
const fixed = ['analyzer', 'normalizer', 'index', 'doc_values', 'store', 'format', 'scaling_factor', 'path'];

function mergeFields(before: Field, added: Field): Field {
  if (before.type !== added.type) {
    throw argumentError(`mapper [${before.path}] cannot be changed from type [${before.type}] to [${added.type}]`);
  }
  for (const name of fixed) {
    const [from, to] = [own(before.parameters, name), own(added.parameters, name)];
    if (writeJson(from) !== writeJson(to)) {
      throw argumentError(
        `Mapper for [${before.path}] conflicts with existing mapper:\n\tCannot update parameter [${name}] from [${asText(from ?? 'default')}] to [${asText(to ?? 'default')}]`,
      );
    }
  }
  const multi = new Map(before.multi);
  let changed = writeJson(before.parameters) !== writeJson(added.parameters);
  for (const [name, field] of added.multi) {
    const known = multi.get(name);
    const merged = known ? mergeFields(known, field) : field;
    if (merged === known) continue;
    multi.set(name, merged);
    changed = true;
  }
  return changed ? { ...added, multi } : before;
}

function sameParameters(base: Document, added: Document): Document {
  const changed = Object.keys(added).some((name) => writeJson(base[name]) !== writeJson(added[name]));
  return changed ? { ...base, ...added } : base;
}

function nodeJson(node: MappingNode): Document {
  const properties: { [name: string]: unknown } = {};
  const children = node.kind === 'object' ? node.children : node.multi;
  for (const [name, child] of [...children].sort(([a], [b]) => (a < b ? -1 : 1)))
    put(properties, name, nodeJson(child));
  const empty = children.size === 0;
  if (node.kind !== 'object') {
    return { type: node.type, ...node.parameters, ...(empty ? {} : { fields: properties }) };
  }
  const { type, ...parameters } = node.parameters;
  const shown = node.nested ? { type } : empty && node.path !== '' ? { type: 'object' } : {};
  return { ...shown, ...parameters, ...(empty ? {} : { properties }) };
}

function checkLimits(mapping: Mapping): void {
  let count = 0;
  const visit = (node: MappingNode, depth: number): void => {
    if (node.kind === 'object') {
      if (node.path !== '' && depth >= mapping.settings.depthLimit) {
        throw argumentError(
          `Limit of mapping depth [${mapping.settings.depthLimit}] has been exceeded due to object field [${node.path}]`,
        );
      }
      for (const child of node.children.values()) {
        count++;
        visit(child, depth + 1);
      }
    } else {
      count += node.multi.size;
    }
  };
  visit(mapping.root, 0);
  if (count > mapping.settings.fieldsLimit) {
    throw argumentError(`Limit of total fields [${mapping.settings.fieldsLimit}] has been exceeded`);
  }
}

function readDynamic(value: unknown): Dynamic | undefined {
  if (value === undefined) return undefined;
  const text = asText(value);
  if (['true', 'false', 'strict', 'strict_allow_templates', 'false_allow_templates'].includes(text))
    return text as Dynamic;
  throw argumentError(
    `Could not convert [dynamic] to boolean: Failed to parse value [${text}] as only [true] or [false] are allowed.`,
  );
}
