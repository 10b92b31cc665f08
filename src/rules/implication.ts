import { asciiLower } from './byte-text.ts';
import type { Expression } from './expression.ts';
import type { Condition } from './rule.ts';

/** Whether whatever satisfies the one condition satisfies the other: true only where that is certain. */
export function implies(one: Condition, other: Condition): boolean {
  // Every event that gets here is JSON.
  if (other.kind === 'decoder' && other.name === 'json') return true;
  if (subjectOf(one) !== subjectOf(other)) return false;
  if (!('test' in one) || !('test' in other)) return plainKey(one) === plainKey(other);
  return expressionImplies(one.test, other.test);
}

/** Whether no event satisfies both: true only where that is certain. */
export function contradicts(one: Condition, other: Condition): boolean {
  if (subjectOf(one) !== subjectOf(other) || !('test' in one) || !('test' in other)) return false;
  return excludes(one.test, other.test) || excludes(other.test, one.test);
}

/** What a condition looks at; names of the alert document mean the field of the event. */
export function subjectOf(condition: Condition): string {
  if (condition.kind === 'field') return `field ${fieldName(condition.name)}`;
  if (condition.kind === 'attribute' || condition.kind === 'address') return `attribute ${condition.attribute}`;
  if (condition.kind === 'list') return `list ${fieldName(condition.field)}`;
  return condition.kind;
}

/** The event's name of a field, in lower case. */
export function fieldName(name: string): string {
  return asciiLower(name).replace(/^data\./, '');
}

function plainKey(condition: Condition): string {
  return JSON.stringify(condition, (_, value: unknown) => (typeof value === 'function' ? undefined : value));
}

function expressionImplies(one: Expression, other: Expression): boolean {
  if (one.type === other.type && one.pattern === other.pattern && one.negate === other.negate) return true;
  if (one.negate || other.negate) return false;
  const mine = alternatives(one);
  if (!mine || mine.length === 0) return false;
  if (other.type === 'osregex' && other.pattern === '\\.+') return mine.every(({ text }) => text !== '');
  if (mine.every(({ begin, end }) => begin && end)) return mine.every(({ text }) => other.test(text) === true);
  const theirs = alternatives(other);
  return theirs !== undefined && mine.every((one) => theirs.some((wider) => covers(wider, one)));
}

/** `one` names whole values, and none of them satisfies `other`. */
function excludes(one: Expression, other: Expression): boolean {
  const values = one.negate ? undefined : alternatives(one);
  if (!values || values.length === 0 || !values.every(({ begin, end }) => begin && end)) return false;
  return values.every(({ text }) => other.test(text) === other.negate);
}

interface Literal {
  /** In lower case. */
  readonly text: string;
  readonly begin: boolean;
  readonly end: boolean;
}

function covers(wider: Literal, one: Literal): boolean {
  if (wider.begin && wider.end) return one.begin && one.end && one.text === wider.text;
  if (wider.begin) return one.begin && one.text.startsWith(wider.text);
  if (wider.end) return one.end && one.text.endsWith(wider.text);
  return one.text.includes(wider.text);
}

/** The alternatives of an expression that is nothing but words and anchors; undefined for any other. */
export function alternatives({ type, pattern }: Expression): readonly Literal[] | undefined {
  if (type === 'string') return [{ text: pattern, begin: true, end: true }];
  if (type === 'pcre2') return /^\^[\w-]+\$$/.test(pattern) ? [literal(pattern, (text) => text)] : undefined;
  if (type === 'osmatch' && pattern.startsWith('!')) return undefined;
  if (type === 'osregex' && /[\\()]/.test(pattern)) return undefined;
  return pattern.split('|').map((part) => literal(part, asciiLower));
}

function literal(part: string, fold: (text: string) => string): Literal {
  const begin = part.startsWith('^');
  const end = part.length > (begin ? 1 : 0) && part.endsWith('$');
  return { text: fold(part.slice(begin ? 1 : 0, end ? -1 : undefined)), begin, end };
}
