import { limits } from '../base/limits.ts';
import type { Exposure, PolicyKind } from './exposure.ts';
import { fixedAccessPoints, fixedValues } from './fixed-values.ts';
import { type Policy, parsePolicy, type Statement } from './policy-document.ts';
import { findEntry, type Question } from './policy-search.ts';
import type { Effort } from './policy-witness.ts';
import { type Stranger, signedStrangers, unsigned } from './stranger.ts';
import { cannotTell, capital, listed, shown, unique } from './words.ts';

/** An Allow that lets a stranger in. */
interface Grant {
  readonly statement: Statement;
  readonly who: string;
  readonly actions: readonly string[];
}

/**
 * Is a policy public, in AWS's meaning: does it let in somebody whom it does not name by a fixed value? Allow minus Deny:
 * strangers are imagined, and a request of theirs is looked for that an Allow lets in and no Deny stops. `input` is the
 * policy in any form that `parsePolicy` reads.
 */
export function judgePolicy(input: unknown, kind: PolicyKind): Exposure {
  const { value: policy, problems } = parsePolicy(input);
  if (!policy) return cannotTell(problems[0]?.message ?? 'there is no policy');
  const effort = { left: limits.policySearchStepsMax };
  const anonymous = grantsOf(policy, kind, effort, (_, stranger) =>
    stranger.caller.type === 'anonymous' ? fixedAccessPoints(policy, kind) : undefined,
  );
  const open = grantsOf(policy, kind, effort, () => fixedValues(policy, kind));
  const known = problems.length === 0 && effort.left >= 0;
  if (open.length > 0) return publicAnswer(open, anonymous, known);
  const unread = problems[0];
  if (unread) return cannotTell(`${unread.path ?? 'the policy'}: ${unread.message}`);
  if (effort.left < 0) return cannotTell('it is too intricate to be judged within bounds');
  return closedAnswer(policy, kind, anonymous);
}

function grantsOf(
  policy: Policy,
  kind: PolicyKind,
  effort: Effort,
  fixed: (policy: Policy, stranger: Stranger) => Question['fixed'] | undefined,
): readonly Grant[] {
  const anonymous = unsigned(kind, policy);
  return policy.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) => {
      for (const stranger of [anonymous, ...signedStrangers(statement.principals, policy)]) {
        const values = fixed(policy, stranger);
        if (!values) continue;
        const question: Question = { policy, kind, stranger, fixed: values, effort };
        if (findEntry(statement, question)) {
          return [{ statement, who: stranger.who, actions: actionsOf(statement, question) }];
        }
      }
      return [];
    });
}

/** Each action by itself: a Deny may have taken back some of them. */
function actionsOf(statement: Statement, question: Question): readonly string[] {
  const { not, values } = statement.actions;
  if (not) return [`* but ${values.map(shown).join(', ')}`];
  if (values.length === 1) return values.map(shown);
  const left = values
    .slice(0, actionsSearchedMax)
    .filter((action) => findEntry({ ...statement, actions: { not, values: [action] } }, question));
  return [...left, ...values.slice(actionsSearchedMax)].map(shown);
}

/** Longer lists are told whole. */
const actionsSearchedMax = 40;

function publicAnswer(open: readonly Grant[], anonymous: readonly Grant[], known: boolean): Exposure {
  const first =
    anonymous.find(({ statement }) => open.some((grant) => grant.statement === statement)) ?? (open[0] as Grant);
  const all = [...anonymous, ...open];
  const actions = unique(all.flatMap((grant) => grant.actions));
  const { statement } = first;
  const despite =
    statement.conditions.length === 0
      ? 'and no condition narrows who'
      : `and ${conditionText(statement)} does not narrow who`;
  return {
    verdict: 'public',
    anonymous: anonymous.length > 0 ? true : known ? false : null,
    actions,
    because: `${nameOf(statement)}: ${principalText(statement)}, ${despite}`,
    sentence: `${capital(first.who)} may ${listed(actions)} on ${listed(resourcesOf(statement))}: ${nameOf(statement)} allows it to ${principalText(statement)} ${despite}.`,
  };
}

function closedAnswer(policy: Policy, kind: PolicyKind, anonymous: readonly Grant[]): Exposure {
  const grant = anonymous[0];
  if (grant) {
    const { statement } = grant;
    const actions = unique(anonymous.flatMap(({ actions }) => actions));
    return {
      verdict: 'not-public',
      anonymous: true,
      actions,
      because: `${nameOf(statement)}: ${principalText(statement)}, confined by ${conditionText(statement) || 'a Deny'}`,
      sentence: `No credentials are asked for, but only who meets fixed conditions may ${listed(actions)}: ${nameOf(statement)} is confined by ${conditionText(statement) || 'a Deny'}. AWS does not call that public.`,
    };
  }
  const because = whyClosed(policy, kind);
  return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
}

/** What would have to go for strangers to come in: a Deny, a condition, or nothing does. */
function whyClosed(policy: Policy, kind: PolicyKind): string {
  const effort = { left: limits.policySearchStepsMax };
  const opensWhen = (changed: Policy): boolean =>
    grantsOf(changed, kind, effort, () => fixedValues(policy, kind)).length > 0;
  const allows = policy.statements.filter(({ effect }) => effect === 'Allow');
  if (allows.length === 0) return 'no statement allows anything';
  const deny = policy.statements.find(
    (statement) =>
      statement.effect === 'Deny' &&
      opensWhen({ ...policy, statements: policy.statements.filter((other) => other !== statement) }),
  );
  if (deny)
    return `${nameOf(deny)} denies it to ${principalText(deny)}${deny.conditions.length > 0 ? ` where ${conditionText(deny)}` : ''}`;
  const narrowed = allows.find((statement) => opensWhen({ ...policy, statements: [{ ...statement, conditions: [] }] }));
  if (narrowed) return `${nameOf(narrowed)} is confined by ${conditionText(narrowed)}`;
  return `every Allow names fixed callers (${listed(unique(allows.map(principalText)))})`;
}

function nameOf({ position, sid }: Statement): string {
  return `Statement[${position}]${sid === undefined ? '' : ` "${shown(sid)}"`}`;
}

function principalText({ principals: { not, entries } }: Statement): string {
  const names = unique(entries.map(({ kind, value }) => (kind === 'everyone' ? 'everyone' : shown(value))));
  return not ? `everyone but ${listed(names)}` : listed(names);
}

function resourcesOf({ resources: { not, values } }: Statement): readonly string[] {
  return not ? [`everything but ${listed(values.map(shown))}`] : values.map(shown);
}

function conditionText({ conditions }: Statement): string {
  return listed(
    conditions.map(
      ({ operatorName, keyName, values }) =>
        `${shown(operatorName)} ${shown(keyName)} ${listed(values.map(shown), 'or')}`,
    ),
  );
}
