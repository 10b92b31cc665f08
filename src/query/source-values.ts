import type { Document } from '../base/document.ts';
import type { Field } from './field.ts';
import type { Mapping, MappingNode, ObjectNode } from './mapping.ts';

/** Asks about one JSON value of a document, never an array. */
export type LeafTest = (leaf: unknown) => boolean;

/** True when any value of a field in `scope` (a document, or a nested object) passes. */
export type ValueReader = (scope: unknown, test: LeafTest) => boolean;

/**
 * How to find a field's values in `_source`: by its path, through arrays and dotted keys, and, for a target of copy_to,
 * in every field that is copied to it. `nested` is the nested object that `scope` is one of.
 */
export function valueReader(mapping: Mapping, field: Field, nested: string | undefined): ValueReader {
  if (nested === undefined && isCopied(mapping, field)) {
    const target = field.source.join('.');
    return (scope, test) => walkCopies(scope, mapping.root, target, test);
  }
  return pathReader(field.source.slice(nested === undefined ? 0 : nested.split('.').length));
}

/** True where other fields are copied to it. */
export function isCopied(mapping: Mapping, field: Field): boolean {
  return copyTargets(mapping.root).has(field.source.join('.'));
}

/** The values at a path, with no regard to the mapping. */
export function pathReader(segments: readonly string[]): ValueReader {
  const first = makeStep(segments);
  return (scope, test) => someAt(scope, first, test);
}

/** One level of a path: the keys that may stand there (`a`, or dotted `a.b`) and what follows each. */
type Step = readonly Way[] | undefined;

interface Way {
  readonly key: string;
  /** A key such as `constructor` needs the own-property check; others are read directly. */
  readonly guarded: boolean;
  readonly next: Step;
}

function makeStep(segments: readonly string[]): Step {
  if (segments.length === 0) return undefined;
  return segments.map((_, last) => {
    const key = segments.slice(0, last + 1).join('.');
    return { key, guarded: key in Object.prototype, next: makeStep(segments.slice(last + 1)) };
  });
}

function someAt(value: unknown, step: Step, test: LeafTest): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (someAt(item, step, test)) return true;
    return false;
  }
  if (step === undefined) return test(value);
  if (typeof value !== 'object' || value === null) return false;
  for (const way of step) {
    if (way.guarded && !Object.hasOwn(value, way.key)) continue;
    const inner = (value as Document)[way.key];
    if (inner !== undefined && someAt(inner, way.next, test)) return true;
  }
  return false;
}

/** What the fields below a node copy to, by node: a mapping that grows shares most of its tree with the one before. */
const targetsBelow = new WeakMap<ObjectNode, ReadonlySet<string>>();
const noTargets: ReadonlySet<string> = new Set();

/** Full names of the fields that others are copied to. */
export function copyTargets(node: ObjectNode): ReadonlySet<string> {
  const known = targetsBelow.get(node);
  if (known) return known;
  let only: ReadonlySet<string> = noTargets;
  let joined: Set<string> | undefined;
  for (const child of node.children.values()) {
    const targets = child.kind === 'object' ? copyTargets(child) : child.copyTo;
    for (const target of targets) {
      if (only.has(target)) continue;
      joined ??= new Set(only);
      joined.add(target);
      only = joined;
    }
  }
  targetsBelow.set(node, only);
  return only;
}

/** The values at the target's own place, and at those of the fields that are copied to it. */
function walkCopies(value: unknown, node: MappingNode, target: string, test: LeafTest): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (walkCopies(item, node, target, test)) return true;
    return false;
  }
  if (value === null || value === undefined) return false;
  if (node.kind !== 'object') {
    return typeof value !== 'object' && (node.path === target || node.copyTo.includes(target)) && test(value);
  }
  if (typeof value !== 'object' || !leadsTo(node, target)) return false;
  const source = value as Document;
  for (const key in source) {
    const child = node.children.get(key) ?? (key.includes('.') ? dotted(node, key) : undefined);
    if (child && walkCopies(source[key], child, target, test)) return true;
  }
  return false;
}

function leadsTo(node: ObjectNode, target: string): boolean {
  return copyTargets(node).has(target) || node.path === '' || target.startsWith(`${node.path}.`);
}

function dotted(node: ObjectNode, key: string): MappingNode | undefined {
  let found: MappingNode | undefined = node;
  for (const part of key.split('.')) found = found?.kind === 'object' ? found.children.get(part) : undefined;
  return found;
}

/** Leaves of an object below a relative path, each with its own dotted path: what a flat_object indexes. */
export function someLeaf(value: unknown, path: string, test: (path: string, leaf: unknown) => boolean): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (someLeaf(item, path, test)) return true;
    return false;
  }
  if (typeof value !== 'object' || value === null) return value !== null && value !== undefined && test(path, value);
  const source = value as Document;
  for (const key in source) if (someLeaf(source[key], path === '' ? key : `${path}.${key}`, test)) return true;
  return false;
}
