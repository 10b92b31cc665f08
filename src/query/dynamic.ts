import { asText, type Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { wasDecimal } from '../base/json.ts';
import { detect } from './dynamic-type.ts';
import type { Field } from './field.ts';
import { parseField } from './field-type.ts';
import { preview, refusalOf } from './field-value.ts';
import { type Dynamic, type Mapping, type MappingNode, type ObjectNode, parseObject, withRoot } from './mapping.ts';

/** What mapping a document answers: the mapping after the document, or why OpenSearch would refuse it. */
export type Mapped = { readonly mapping: Mapping } | { readonly error: MappingRefusal };

export interface MappingRefusal {
  /** OpenSearch's error type, such as mapper_parsing_exception. */
  readonly type: string;
  readonly reason: string;
  /** The dotted path of the field that was refused, where it is known. */
  readonly path?: string;
  readonly causedBy?: { readonly type: string; readonly reason: string };
}

/** As mapDocument of document-mapping.ts, which is what documents are indexed by; queries in a document are not read. */
export function mapFields(mapping: Mapping, source: Document, id = ''): Mapped {
  const walk: Walk = { mapping, id, added: undefined, conflict: undefined, nestedObjects: 0 };
  try {
    visitObject(walk, mapping.root, source, mapping.root.dynamic ?? 'true');
    if (walk.conflict) throw walk.conflict;
    if (!walk.added) return { mapping };
    return { mapping: withRoot(mapping, extend(mapping.root, walk.added)) };
  } catch (thrown) {
    if (thrown instanceof Refused) return { error: thrown.refusal };
    if (thrown instanceof TrailhoundError) return { error: { type: thrown.wire, reason: thrown.message } };
    throw thrown;
  }
}

interface Walk {
  readonly mapping: Mapping;
  readonly id: string;
  /** New nodes by the path of the object that they go into. */
  added: Map<string, Map<string, MappingNode>> | undefined;
  /** Two types for one new field: told when the whole document was read, a value that does not fit being told first. */
  conflict: Refused | undefined;
  /** Objects of nested fields so far: each is a document of its own to Lucene. */
  nestedObjects: number;
}

class Refused extends Error {
  readonly refusal: MappingRefusal;
  constructor(refusal: MappingRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

const metadata = new Set(
  '_id _index _source _routing _seq_no _version _field_names _ignored _nested_path _primary_term _type _doc_count'.split(
    ' ',
  ),
);

/** Objects deeper than this are refused before the mapping's own depth limit: the walk is recursive. */
const depthMax = 200;

function visitObject(walk: Walk, node: ObjectNode, source: Document, dynamic: Dynamic, depth = 0): void {
  const limit = Math.min(depthMax, walk.mapping.settings.depthLimit);
  if (depth >= limit) {
    const reason = `The depth of the field has exceeded the allowed limit of [${limit}]. This limit can be set by changing the [index.mapping.depth.limit] index level setting.`;
    throw unparsed('parse_exception', reason, node.path);
  }
  const { children } = node;
  const plain = plainNames(node);
  for (const key in source) {
    const value = source[key];
    if (typeof value === 'string' && value.length < plainTextMax && plain.has(key)) continue;
    const child = children.get(key);
    if (child === undefined) visitUnknown(walk, node, key, value, dynamic, depth, wasDecimal(source, key));
    else if (child.kind === 'object') visitInner(walk, child, value, dynamic, depth, child.path);
    else visitLeaf(walk, child, value);
  }
}

/** Fields of an object that take any text, as nearly all of an event do: nothing else need be asked of them. */
function plainNames(node: ObjectNode): ReadonlySet<string> {
  let names = plainNamesOf.get(node);
  if (!names) {
    const children = [...node.children.entries()];
    names = new Set(
      children.flatMap(([name, child]) => (child.kind === 'keyword' && child.multi.size === 0 ? [name] : [])),
    );
    plainNamesOf.set(node, names);
  }
  return names;
}

const plainNamesOf = new WeakMap<ObjectNode, ReadonlySet<string>>();
/** Shorter than the longest term, whatever its letters. */
const plainTextMax = 10_000;

/** A value where the mapping has an object. `shown` is the name in the error: null for an element of an array. */
function visitInner(
  walk: Walk,
  node: ObjectNode,
  value: unknown,
  dynamic: Dynamic,
  depth: number,
  shown: string | null,
): void {
  if (value === null || !node.enabled) return;
  if (Array.isArray(value)) {
    for (const item of value) visitInner(walk, node, item, dynamic, depth, null);
  } else if (typeof value === 'object') {
    if (node.nested) countNested(walk, node);
    visitObject(walk, node, value as Document, node.dynamic ?? dynamic, depth + 1);
  } else {
    const name = shown === null ? 'null' : shown.slice(shown.lastIndexOf('.') + 1);
    const reason = `object mapping for [${node.path}] tried to parse field [${name}] as object, but found a concrete value`;
    throw refused('mapper_parsing_exception', reason, node.path);
  }
}

function countNested(walk: Walk, node: ObjectNode): void {
  const limit = walk.mapping.settings.nestedObjectsLimit;
  if (++walk.nestedObjects <= limit) return;
  const reason = `The number of nested documents has exceeded the allowed limit of [${limit}]. This limit can be set by changing the [index.mapping.nested_objects.limit] index level setting.`;
  throw refused('mapper_parsing_exception', reason, node.path);
}

function visitLeaf(walk: Walk, field: Field, value: unknown): void {
  if (value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) visitLeaf(walk, field, item);
    return;
  }
  const easy = field.kind === 'keyword' && typeof value === 'string' && value.length < plainTextMax;
  if (!easy) check(walk, field, value);
  if (field.multi.size > 0) for (const multi of field.multi.values()) visitLeaf(walk, multi, value);
}

function check(walk: Walk, field: Field, value: unknown): void {
  const why = refusalOf(field, value);
  if (why === undefined || (field.ignoreMalformed && typeof value !== 'object')) return;
  if (why.includes('immense term')) throw refused('illegal_argument_exception', why, field.path);
  const reason = `failed to parse field [${field.path}] of type [${field.type}] in document with id '${walk.id}'. Preview of field's value: '${preview(value)}'`;
  throw refused('mapper_parsing_exception', reason, field.path, why);
}

function visitUnknown(
  walk: Walk,
  node: ObjectNode,
  key: string,
  value: unknown,
  dynamic: Dynamic,
  depth: number,
  decimal: boolean,
): void {
  if (node.path === '' && metadata.has(key)) {
    const reason = `Field [${key}] is a metadata field and cannot be added inside a document. Use the index API request parameters.`;
    throw refused('mapper_parsing_exception', reason, key);
  }
  const dot = key.indexOf('.');
  if (dot < 0) {
    // A name of blanks is taken, as observed.
    if (key === '') throw unparsed('illegal_argument_exception', 'field name cannot be an empty string', node.path);
    visitNew(walk, node, key, value, dynamic, depth, decimal);
    return;
  }
  const parts = key.split('.');
  if (parts.some((part) => part.trim() === '')) {
    const reason = `object field starting or ending with a [.] makes object resolution ambiguous: [${key}]`;
    throw unparsed('illegal_argument_exception', reason, join(node.path, key));
  }
  visitDotted(walk, node, parts, value, dynamic, depth);
}

/** `{"a.b": v}` is `{"a": {"b": v}}`. */
function visitDotted(
  walk: Walk,
  node: ObjectNode,
  parts: readonly string[],
  value: unknown,
  dynamic: Dynamic,
  depth: number,
): void {
  const [key = '', ...rest] = parts;
  const child = node.children.get(key) ?? walk.added?.get(node.path)?.get(key);
  if (child && child.kind !== 'object' && rest.length > 0) {
    const reason = `Could not dynamically add mapping for field [${join(node.path, parts.join('.'))}]. Existing mapping for [${child.path}] must be of type object but found [${child.type}].`;
    throw refused('mapper_parsing_exception', reason, child.path);
  }
  if (rest.length === 0) {
    if (value === null && isStrict(dynamic) && !child) throw strict(node, key);
    visitObject(walk, node, { [key]: value }, dynamic, depth);
  } else if (child?.kind === 'object') {
    if (child.enabled) visitDotted(walk, child, rest, value, child.dynamic ?? dynamic, depth + 1);
  } else if (value === null) {
    if (isStrict(dynamic)) throw strict(node, parts.join('.'));
  } else {
    let inner: unknown = value;
    for (const part of rest.toReversed()) inner = { [part]: inner };
    visitNew(walk, node, key, inner, dynamic, depth);
    const made = walk.added?.get(node.path)?.get(key);
    if (made && made.kind !== 'object') {
      // What is before a dot must be an object; a template may have made something else of it.
      const reason = `the mapper of [${made.path}] of type [${made.type}] cannot be cast to that of an object`;
      throw unparsed('class_cast_exception', reason, made.path);
    }
  }
}

function visitNew(
  walk: Walk,
  node: ObjectNode,
  key: string,
  value: unknown,
  dynamic: Dynamic,
  depth: number,
  decimal = false,
): void {
  // A null is passed over, but for an object that says itself that it is strict.
  if (value === null && node.dynamic !== undefined && isStrict(node.dynamic)) throw strict(node, key);
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    // Refused for what it is, whatever is in it.
    if (isStrict(dynamic) && !detect(walk.mapping.rules, join(node.path, key), key, {}).fromTemplate)
      throw strict(node, key);
    for (const [at, item] of value.entries()) visitNew(walk, node, key, item, dynamic, depth, wasDecimal(value, at));
    return;
  }
  const path = join(node.path, key);
  if (dynamic === 'false') return;
  if (dynamic === 'strict') throw strict(node, key);
  const known = walk.added?.get(node.path)?.get(key);
  const definition = detect(walk.mapping.rules, path, key, value, decimal);
  if (!definition.fromTemplate) {
    if (dynamic === 'false_allow_templates') return;
    if (dynamic === 'strict_allow_templates') throw strict(node, key);
  }
  const nested = nearestNested(walk.mapping.root, node.path);
  const scope = { analysis: walk.mapping.analysis, nested, ...walk.mapping.settings };
  const fresh: MappingNode = definition.object
    ? parseObject(path, definition.json, scope)
    : parseField(path, definition.json, scope);
  const conflict = known && conflictOf(known, fresh);
  walk.conflict ??= conflict;
  // A value of another type is read by that type, and the types are told apart afterwards.
  const target = known && !conflict ? known : fresh;
  if (!known) add(walk, node.path, key, fresh);
  if (target.kind !== 'object') visitLeaf(walk, target, value);
  else visitInner(walk, target, value, dynamic, depth, target.path);
}

/** A field that is new in this document must have one type throughout the document. */
function conflictOf(known: MappingNode, fresh: MappingNode): Refused | undefined {
  if (known.kind === 'object' && fresh.kind === 'object') return undefined;
  if (known.kind === 'object' || fresh.kind === 'object') {
    const reason = `can't merge a non object mapping [${known.path}] with an object mapping`;
    return refused('illegal_argument_exception', reason, known.path);
  }
  if (known.type === fresh.type) {
    const [from, to] = [known.parameters.format, fresh.parameters.format];
    if (from === to) return undefined;
    const reason = `Mapper for [${known.path}] conflicts with existing mapper:\n\tCannot update parameter [format] from [${asText(from ?? 'default')}] to [${asText(to ?? 'default')}]`;
    return refused('illegal_argument_exception', reason, known.path);
  }
  const reason = `mapper [${known.path}] cannot be changed from type [${known.type}] to [${fresh.type}]`;
  return refused('illegal_argument_exception', reason, known.path);
}

function add(walk: Walk, parent: string, key: string, node: MappingNode): void {
  walk.added ??= new Map();
  const siblings = walk.added.get(parent);
  if (siblings) siblings.set(key, node);
  else walk.added.set(parent, new Map([[key, node]]));
}

/** The tree with the new nodes; untouched parts are shared. */
function extend(node: ObjectNode, added: ReadonlyMap<string, ReadonlyMap<string, MappingNode>>): ObjectNode {
  const touched = new Set<string>();
  for (const path of added.keys()) {
    touched.add(path);
    for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1))
      touched.add(path.slice(0, dot));
  }
  const rebuild = (object: ObjectNode): ObjectNode => {
    if (object.path !== '' && !touched.has(object.path)) return object;
    const children = new Map(object.children);
    for (const [key, child] of added.get(object.path) ?? []) children.set(key, child);
    for (const [key, child] of children) if (child.kind === 'object') children.set(key, rebuild(child));
    return { ...object, children };
  };
  return rebuild(node);
}

function nearestNested(root: ObjectNode, path: string): string | undefined {
  let node: MappingNode | undefined = root;
  let nearest: string | undefined;
  for (const key of path === '' ? [] : path.split('.')) {
    node = node?.kind === 'object' ? node.children.get(key) : undefined;
    if (node?.kind !== 'object') break;
    if (node.nested) nearest = node.path;
  }
  return nearest;
}

function isStrict(dynamic: Dynamic): boolean {
  return dynamic === 'strict' || dynamic === 'strict_allow_templates';
}

function strict(node: ObjectNode, key: string): Refused {
  const within = node.path === '' ? '_doc' : node.path;
  const reason = `mapping set to strict, dynamic introduction of [${key}] within [${within}] is not allowed`;
  return refused('strict_dynamic_mapping_exception', reason, join(node.path, key));
}

function refused(type: string, reason: string, path: string, why?: string): Refused {
  const causedBy = why === undefined ? {} : { causedBy: { type: 'illegal_argument_exception', reason: why } };
  return new Refused({ type, reason, ...(path === '' ? {} : { path }), ...causedBy });
}

/** A document that does not read at all: the mapper names no field. */
function unparsed(type: string, reason: string, path: string): Refused {
  const causedBy = { type, reason };
  return new Refused({
    type: 'mapper_parsing_exception',
    reason: 'failed to parse',
    ...(path === '' ? {} : { path }),
    causedBy,
  });
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
