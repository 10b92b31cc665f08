import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { decode } from './decoder.ts';
import type { RuleEngine, RuleMatch, Tried } from './engine.ts';

/** A rule that fired, as logtest shows it. */
export interface FiredRule {
  readonly id: string;
  readonly level: number;
  readonly description: string;
  readonly groups: readonly string[];
}

/** What the rules say of one event, for people and for `PUT /logtest`. */
export interface RuleAnswer {
  /** null when no rule speaks. */
  readonly rule: FiredRule | null;
  readonly match: RuleMatch | undefined;
  /** The rules tried in order, each with the first condition that failed. */
  readonly tried: readonly Tried[];
  /** Phase 2: the dynamic fields, at most fieldsShownMax. */
  readonly fields: readonly (readonly [name: string, text: string])[];
}

const fieldsShownMax = 1024;

/** Judges one event and explains the way to the answer; leaves no trace in the engine. */
export function logtest(engine: RuleEngine, event: Document, at: Instant): RuleAnswer {
  const decoded = decode(event);
  const { match, tried } = engine.explain(decoded, at);
  return {
    rule: firedRule(match),
    match,
    tried,
    fields: decoded.fields(fieldsShownMax),
  };
}

/** The rule of a match, its description rendered; null when no rule speaks. */
export function firedRule(match: RuleMatch | undefined): FiredRule | null {
  if (!match) return null;
  const { id, level, groups } = match.rule;
  return { id, level, description: match.description, groups };
}
