import type { Document } from '../base/document.ts';
import type { Field } from './field.ts';
import type { Mapping, MappingNode } from './mapping.ts';

/** Asks about one JSON value of a document, never an array. */
export type LeafTest = (leaf: unknown) => boolean;

/** True when any value of a field in `scope` (a document, or a nested object) passes. */
export type ValueReader = (scope: unknown, test: LeafTest) => boolean;

/**
 * How to find a field's values in `_source`: by its path, through arrays and dotted keys, and, for a target of copy_to,
 * in every field that is copied to it. `nested` is the nested object that `scope` is one of.
 */
export function valueReader(mapping: Mapping, field: Field, nested: string | undefined): ValueReader {
  const copies = nested === undefined ? copyPlans(mapping).get(field.source.join('.')) : undefined;
  if (copies) return (scope, test) => walkCopies(scope, copies, test);
  return pathReader(field.source.slice(nested === undefined ? 0 : nested.split('.').length));
}

/** True where other fields are copied to it. */
export function isCopied(mapping: Mapping, field: Field): boolean {
  return copyPlans(mapping).has(field.source.join('.'));
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

/** The part of the document tree that is copied to one target. */
interface CopyPlan {
  leaf: boolean;
  readonly children: Map<string, CopyPlan>;
}

const plansOf = new WeakMap<Mapping, ReadonlyMap<string, CopyPlan>>();

/** Target path → plan, for every target of copy_to in the mapping. */
function copyPlans(mapping: Mapping): ReadonlyMap<string, CopyPlan> {
  const known = plansOf.get(mapping);
  if (known) return known;
  const plans = new Map<string, CopyPlan>();
  const put = (target: string, source: readonly string[]): void => {
    let plan = plans.get(target);
    if (!plan) {
      plan = { leaf: false, children: new Map() };
      plans.set(target, plan);
      put(target, target.split('.'));
    }
    markLeaf(plan, source);
  };
  const visit = (node: MappingNode): void => {
    if (node.kind === 'object') for (const child of node.children.values()) visit(child);
    else for (const target of node.copyTo) put(target, node.source);
  };
  visit(mapping.root);
  plansOf.set(mapping, plans);
  return plans;
}

function markLeaf(root: CopyPlan, source: readonly string[]): void {
  let plan = root;
  for (const key of source) {
    const child: CopyPlan = plan.children.get(key) ?? { leaf: false, children: new Map() };
    plan.children.set(key, child);
    plan = child;
  }
  plan.leaf = true;
}

function walkCopies(value: unknown, plan: CopyPlan, test: LeafTest): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (walkCopies(item, plan, test)) return true;
    return false;
  }
  if (typeof value !== 'object' || value === null) return plan.leaf && value !== null && test(value);
  const source = value as Document;
  for (const key in source) {
    const child = plan.children.get(key) ?? (key.includes('.') ? dotted(plan, key) : undefined);
    if (child && walkCopies(source[key], child, test)) return true;
  }
  return false;
}

function dotted(plan: CopyPlan, key: string): CopyPlan | undefined {
  let found: CopyPlan | undefined = plan;
  for (const part of key.split('.')) found = found?.children.get(part);
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
