import type { Instant } from '../base/clock.ts';
import { attributes } from './attribute.ts';
import type { Decoded } from './decoder.ts';
import type { Explanation, RuleEngine, RuleMatch } from './engine.ts';

/** A rule that fired, as logtest shows it. */
export interface FiredRule {
  readonly id: string;
  readonly level: number;
  readonly description: string;
  readonly groups: readonly string[];
}

/** What the rules say of one event, for people and for `PUT /logtest`. */
export interface RuleAnswer extends Explanation {
  /** null when no rule speaks. */
  readonly rule: FiredRule | null;
  /** Phase 2: the static attributes, then the dynamic fields, at most fieldsShownMax. */
  readonly fields: readonly (readonly [name: string, text: string])[];
}

const fieldsShownMax = 1024;

/**
 * Judges one event and explains the way to the answer. A session remembers: composite rules count the events before it; without
 * `remember` no trace is left in the engine.
 */
export function logtest(engine: RuleEngine, decoded: Decoded, at: Instant, remember: boolean): RuleAnswer {
  const explanation = engine.explain(decoded, at, remember);
  const fixed = attributes.flatMap((name) => {
    const text = decoded.attribute(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...explanation,
    rule: firedRule(explanation.match),
    fields: [...fixed, ...decoded.fields(fieldsShownMax)],
  };
}

/** The rule of a match, its description rendered; null when no rule speaks. */
export function firedRule(match: RuleMatch | undefined): FiredRule | null {
  if (!match) return null;
  const { id, level, groups } = match.rule;
  return { id, level, description: match.description, groups };
}
