import { createHash } from 'node:crypto';
import { limits } from '../../base/limits.ts';
import type { Field, TextField } from '../../query/field.ts';
import { dateValue } from '../../query/field-value.ts';
import { fieldAt, type Mapping } from '../../query/mapping.ts';
import { sharedValues } from '../../query/shared-values.ts';

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

/** Fields outlive the mapping that they came with: a mapping that grows by a field, or that of another day, has the same ones. */
const plansOfField = new WeakMap<
  Field,
  { readonly targets: readonly Field[]; readonly analysis: string; readonly plan: FieldPlan }
>();

/** What becomes of values that no field takes, by analysis. */
const unmapped = sharedValues<FieldPlan>(limits.sharedAnalysesMax);

/** `analysis`: the index's analysis settings as text. */
export function fieldPlan(mapping: Mapping, path: string, analysis: string): FieldPlan {
  const field = fieldAt(mapping, path);
  if (!field) return unmapped(analysis, () => planOf(undefined, [], analysis));
  const targets = field.copyTo.flatMap((target) => fieldAt(mapping, target) ?? []);
  const known = plansOfField.get(field);
  if (known?.analysis === analysis && known.targets.length === targets.length) {
    if (known.targets.every((target, at) => target === targets[at])) return known.plan;
  }
  const plan = planOf(field, targets, analysis);
  plansOfField.set(field, { targets, analysis, plan });
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
