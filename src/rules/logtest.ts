import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { decode } from './decoder.ts';
import type { RuleEngine, RuleMatch, Tried } from './engine.ts';

/** What the rules say of one event, for people and for `PUT /logtest`. */
export interface RuleAnswer {
  /** null when no rule speaks. */
  readonly rule: {
    readonly id: string;
    readonly level: number;
    readonly description: string;
    readonly groups: readonly string[];
  } | null;
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
    rule: match
      ? { id: match.rule.id, level: match.rule.level, description: match.description, groups: match.rule.groups }
      : null,
    match,
    tried,
    fields: decoded.fields(fieldsShownMax),
  };
}
