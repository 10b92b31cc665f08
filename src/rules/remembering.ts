import type { Rule, RuleSet } from './rule.ts';

/** Ids of the rules whose answer depends on earlier events: those that count, that pause after firing, or that were told to ignore. */
export function rememberingRules({ rules }: RuleSet): readonly string[] {
  return [...rules.values()].filter(remembers).map(({ id }) => id);
}

function remembers({ correlation, ignoreSeconds, ignoredBy }: Rule): boolean {
  return correlation !== undefined || ignoreSeconds > 0 || ignoredBy !== undefined;
}
