import type { PolicyKind } from './exposure.ts';
import type { FixedValues } from './fixed-values.ts';
import { findValues, type KeyWish } from './key-search.ts';
import { notOfTheInternet } from './policy-address.ts';
import { holds } from './policy-condition.ts';
import { covers } from './policy-decision.ts';
import type { Names, Policy, Statement } from './policy-document.ts';
import { anything, compilePattern, type Resolve } from './policy-pattern.ts';
import { includesCaller } from './policy-principal.ts';
import { type Effort, findText, type TextWish } from './policy-witness.ts';
import type { Stranger } from './stranger.ts';

/** A request of a stranger that the policy lets in: the proof of an open door. */
export interface Entry {
  readonly action: string;
  readonly resource: string;
  /** What it says of the keys that statements ask for; keys it does not name are as the stranger likes. */
  readonly context: ReadonlyMap<string, readonly string[] | 'absent'>;
}

export interface Question {
  readonly policy: Policy;
  readonly kind: PolicyKind;
  readonly stranger: Stranger;
  /** What the stranger never says. */
  readonly fixed: FixedValues;
  readonly effort: Effort;
}

interface Wishes {
  readonly action: readonly TextWish[];
  readonly resource: readonly TextWish[];
  readonly keys: ReadonlyMap<string, readonly KeyWish[]>;
}

/**
 * Looks for a request of the stranger that this Allow lets in and no Deny stops. Each Deny that stops the request found is
 * answered by breaking one of its parts, in turn, until nothing stops it or no part is left: so the answer is exact, and
 * costs little where policies are simple. undefined with `effort.left` below 0: nobody knows.
 */
export function findEntry(allow: Statement, question: Question): Entry | undefined {
  const { stranger, policy } = question;
  if (!includesCaller(allow.principals, stranger.caller)) return undefined;
  const denies = policy.statements.filter(
    (statement) => statement.effect === 'Deny' && includesCaller(statement.principals, stranger.caller),
  );
  const wishes: Wishes = {
    action: [nameWish(allow, 'actions', true, question), ...serviceWish(allow, question.kind), ...mayWish(stranger)],
    resource: [nameWish(allow, 'resources', true, question), ...holderWish(allow, question)],
    keys: new Map(),
  };
  const conditioned = allow.conditions.reduce(
    (all, condition) =>
      withKey(all, condition.key, {
        condition,
        hold: true,
        resolve: resolver(allow, condition.operator.negated, question),
      }),
    wishes,
  );
  const level = levelWish(allow, question.kind);
  if (level) {
    const levelled = { ...conditioned, resource: [...conditioned.resource, level] };
    // A statement whose actions and resources do not fit is taken as it reads.
    if (findText(levelled.resource, question.effort) !== undefined) return enter(levelled, denies, question);
  }
  return enter(conditioned, denies, question);
}

function enter(wishes: Wishes, denies: readonly Statement[], question: Question): Entry | undefined {
  const entry = fulfil(wishes, question);
  if (!entry) return undefined;
  const stopping = denies.find((deny) => stops(deny, entry, question));
  if (!stopping) return entry;
  const others = denies.filter((deny) => deny !== stopping);
  for (const broken of breaks(stopping, wishes, question)) {
    if (question.effort.left < 0) return undefined;
    const found = enter(broken, others, question);
    if (found) return found;
  }
  return undefined;
}

function fulfil(wishes: Wishes, question: Question): Entry | undefined {
  question.effort.left -= 1 + wishes.keys.size;
  const action = findText(wishes.action, question.effort);
  const resource = action === undefined ? undefined : findText(wishes.resource, question.effort);
  if (action === undefined || resource === undefined) return undefined;
  const context = new Map<string, readonly string[] | 'absent'>();
  for (const [key, wanted] of wishes.keys) {
    const values = valuesOf(key, wanted, question);
    if (values === undefined) return undefined;
    context.set(key, values);
  }
  return { action, resource, context };
}

function valuesOf(
  key: string,
  wishes: readonly KeyWish[],
  { stranger, fixed, effort }: Question,
): readonly string[] | 'absent' | undefined {
  const outside = key === 'aws:sourceip' && stranger.caller.type === 'anonymous' ? notOfTheInternet : [];
  const forbidden = { texts: fixed.texts(key), blocks: [...fixed.blocks(key), ...outside] };
  return findValues(wishes, stranger.says(key), forbidden, effort);
}

function stops(deny: Statement, entry: Entry, question: Question): boolean {
  return (
    covers(normal(deny.actions, question.kind), entry.action, true, undefined) &&
    covers(
      normal(deny.resources, question.kind),
      entry.resource,
      false,
      resolver(deny, deny.resources.not, question),
    ) &&
    deny.conditions.every((condition) => {
      const given = entry.context.get(condition.key) ?? valuesOf(condition.key, [], question) ?? 'absent';
      return holds(
        condition,
        given === 'absent' ? undefined : given,
        resolver(deny, condition.operator.negated, question),
      );
    })
  );
}

/** Every way in which the Deny no longer speaks of the request. */
function breaks(deny: Statement, wishes: Wishes, question: Question): readonly Wishes[] {
  return [
    ...deny.conditions.map((condition) =>
      withKey(wishes, condition.key, {
        condition,
        hold: false,
        resolve: resolver(deny, condition.operator.negated, question),
      }),
    ),
    { ...wishes, resource: [...wishes.resource, nameWish(deny, 'resources', false, question)] },
    { ...wishes, action: [...wishes.action, nameWish(deny, 'actions', false, question)] },
  ];
}

/** "Everything" and "everything but" count for the actions of the service that holds the policy: no other is asked there. */
function serviceWish({ actions }: Statement, kind: PolicyKind): readonly TextWish[] {
  if (!actions.not && actions.values.every((value) => /^[a-z0-9-]+:/i.test(value))) return [];
  const patterns = [compilePattern(`${services[kind]}:?*`, { wild: true, fold: true }) ?? []].flat();
  return [{ patterns, match: true }];
}

const services: Readonly<Record<PolicyKind, string>> = {
  s3: 's3',
  's3-accesspoint': 's3',
  apigw: 'execute-api',
  lambda: 'lambda',
};

/** The same of resources: `*` is not the world, but what the policy can be attached to. */
function holderWish({ resources }: Statement, { policy, kind }: Question): readonly TextWish[] {
  if (!resources.not && resources.values.every((value) => /^(arn|execute-api):/i.test(value))) return [];
  const named = policy.statements.flatMap(({ resources: { values } }) => values).join(' ');
  const partition = /arn:(aws-[a-z-]{1,20}):/.exec(named)?.[1] ?? 'aws';
  const holder = holders[kind].replace('PARTITION', partition);
  return [{ patterns: [compilePattern(holder, { wild: true }) ?? []].flat(), match: true }];
}

const holders: Readonly<Record<PolicyKind, string>> = {
  s3: 'arn:PARTITION:s3:::?*',
  's3-accesspoint': 'arn:PARTITION:s3:*:*:accesspoint/?*',
  apigw: 'execute-api:/*',
  lambda: 'arn:PARTITION:lambda:*',
};

function mayWish({ may }: Stranger): readonly TextWish[] {
  if (!may) return [];
  return [{ patterns: may.flatMap((name) => compilePattern(name, { wild: false, fold: true }) ?? []), match: true }];
}

function withKey(wishes: Wishes, key: string, wish: KeyWish): Wishes {
  return { ...wishes, keys: new Map(wishes.keys).set(key, [...(wishes.keys.get(key) ?? []), wish]) };
}

function nameWish(statement: Statement, part: 'actions' | 'resources', match: boolean, question: Question): TextWish {
  const names = normal(statement[part], question.kind);
  const fold = part === 'actions';
  const resolve = fold ? undefined : resolver(statement, names.not, question);
  return {
    patterns: names.values.flatMap((value) => compilePattern(value, { wild: true, fold, resolve }) ?? []),
    match: match !== names.not,
  };
}

/**
 * A variable may stand for anything that the stranger can be called, to the policy's disadvantage: in an Allow it matches
 * whatever is needed, in a Deny nothing (and the other way round where the match is negated).
 */
function resolver(statement: Statement, negated: boolean, { stranger, policy }: Question): Resolve | undefined {
  if (!policy.variables) return undefined;
  const generous = (statement.effect === 'Allow') !== negated;
  return (key) => {
    const said = stranger.says(key.toLowerCase());
    if (said.values !== 'any' && said.values.length === 0) return undefined;
    return generous ? anything : undefined;
  };
}

/** API Gateway takes its resources short (`execute-api:/stage/GET/path`) or as ARNs of this API: one form for both. */
function normal(names: Names, kind: PolicyKind): Names {
  if (kind !== 'apigw') return names;
  const values = names.values.map((value) => {
    const path = /^arn:[^:]*:execute-api:[^:]*:[^:]*:([^/]*)(\/.*)?$/.exec(value);
    return path ? `execute-api:${path[2] ?? '/*'}` : value;
  });
  return { ...names, values };
}

/** Actions on objects need an object, actions on buckets a bucket: S3's `b/*` names no bucket. */
function levelWish({ actions }: Statement, kind: PolicyKind): TextWish | undefined {
  if (kind !== 's3' || actions.not || actions.values.length === 0) return undefined;
  const patterns = [compilePattern('*/?*', { wild: true }) ?? []].flat();
  if (actions.values.every((action) => objectAction.test(action))) return { patterns, match: true };
  return actions.values.every((action) => bucketAction.test(action)) ? { patterns, match: false } : undefined;
}

const objectAction = /^s3:(?!.*bucket)(\w*object\w*|abortmultipartupload|listmultipartuploadparts)$/i;
const bucketAction = /^s3:\w*bucket\w*$/i;
