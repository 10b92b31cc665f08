import { createHash } from 'node:crypto';
import type { Field, TextField } from '../../query/field.ts';
import { dateValue } from '../../query/field-value.ts';
import { fieldAt, type Mapping } from '../../query/mapping.ts';

/** What a mapping makes of the values at one path, as far as a segment's index depends on it. */
export interface FieldPlan {
  /** Text fields that the values' words go into: the field itself, its multi-fields, the targets of copy_to. */
  readonly texts: readonly TextField[];
  /** The value as an instant, where the field is a date and nothing else. */
  readonly instant: ((leaf: unknown) => number | undefined) | undefined;
  /** False where no query can ask for the values: only their presence is noted. */
  readonly searchable: boolean;
  /** Two plans of the same signature index the same values alike. */
  readonly signature: string;
}

const plans = new WeakMap<Mapping, Map<string, FieldPlan>>();

/** `analysis`: the index's analysis settings as text. */
export function fieldPlan(mapping: Mapping, path: string, analysis: string): FieldPlan {
  let known = plans.get(mapping);
  if (!known) {
    known = new Map();
    plans.set(mapping, known);
  }
  let plan = known.get(path);
  if (!plan) {
    plan = makePlan(mapping, path, analysis);
    known.set(path, plan);
  }
  return plan;
}

/** Fields outlive the mapping that they came with: a mapping that grows by a field shares the others. */
const plansOfField = new WeakMap<
  Field,
  { readonly targets: readonly Field[]; readonly analysis: string; readonly plan: FieldPlan }
>();

function makePlan(mapping: Mapping, path: string, analysis: string): FieldPlan {
  const field = fieldAt(mapping, path);
  const targets = (field?.copyTo ?? []).flatMap((target) => fieldAt(mapping, target) ?? []);
  const known = field && plansOfField.get(field);
  if (known?.analysis === analysis && known.targets.every((target, at) => target === targets[at])) {
    if (known.targets.length === targets.length) return known.plan;
  }
  const plan = planOf(field, targets, analysis);
  if (field) plansOfField.set(field, { targets, analysis, plan });
  return plan;
}

function planOf(field: Field | undefined, targets: readonly Field[], analysis: string): FieldPlan {
  const all = field ? [field, ...targets].flatMap((one) => [one, ...one.multi.values()]) : [];
  const texts = all.filter((one): one is TextField => one.kind === 'text' && one.searchable);
  const dated = field?.kind === 'date' && field.nullValue === undefined && all.length === 1 ? field : undefined;
  return {
    texts,
    instant: dated && ((leaf) => dateValue(dated, leaf)),
    searchable: !(field?.kind === 'text' && !field.searchable && all.length === 1),
    signature: createHash('sha256')
      .update(JSON.stringify([analysis, all.map(described), all.length === 1 && field?.kind]))
      .digest('base64url')
      .slice(0, 16),
  };
}

function described(field: Field): unknown {
  return [field.path, field.type, field.parameters, field.source, field.copyTo, field.nested ?? null];
}

const targetsOf = new WeakMap<Mapping, ReadonlySet<string>>();

/** Whether values of other fields are copied into the field: then its own path does not tell all of them. */
export function isCopyTarget(mapping: Mapping, field: Field): boolean {
  let targets = targetsOf.get(mapping);
  if (!targets) {
    targets = new Set([...mapping.fields.values()].flatMap((one) => one.copyTo));
    targetsOf.set(mapping, targets);
  }
  return targets.has(field.source.join('.'));
}
