import type { Instant } from '../base/clock.ts';
import { attributeNamed } from './attribute.ts';
import { getAddress } from './cdb-list.ts';
import type { Decoded } from './decoder.ts';
import type { Expression } from './expression.ts';
import { attributeReader, fieldReader } from './field-reader.ts';
import type { Condition } from './rule.ts';

/** A condition ready to be asked, and to say what it saw. */
export interface ConditionTest {
  readonly condition: Condition;
  /** The same for conditions that ask the same of what they read. */
  readonly key: string;
  /** What the condition looks at. */
  readonly read: (decoded: Decoded, at: Instant) => Value;
  /** Whether a value that is there satisfies it. */
  readonly accepts: (value: string | readonly string[], at: Instant) => boolean;
  holds(decoded: Decoded, at: Instant): boolean;
  /** The element as the rule has it, what it wants, and what the event has (undefined: absent). */
  explain(
    decoded: Decoded,
    at: Instant,
  ): { readonly element: string; readonly wanted: string; readonly found: string | undefined };
}

/** Hears of an expression that gave up (limits.regexStepsMax): the condition then does not hold. */
export type TooHard = (expression: Expression) => void;

type Value = string | readonly string[] | undefined;

/** An absent value fails every condition, negated or not (specs/wazuh.md §5.4). */
export function conditionTest(condition: Condition, strict: boolean, tooHard: TooHard): ConditionTest {
  const read = valueReader(condition, strict);
  const accepts = acceptance(condition, tooHard);
  const { element, wanted } = describe(condition);
  return {
    condition,
    key: wanted,
    read,
    accepts,
    holds(decoded, at) {
      const value = read(decoded, at);
      return value !== undefined && accepts(value, at);
    },
    explain(decoded, at) {
      const value = read(decoded, at);
      return { element, wanted, found: typeof value === 'string' || value === undefined ? value : value.join(' | ') };
    },
  };
}

function valueReader(condition: Condition, strict: boolean): (decoded: Decoded, at: Instant) => Value {
  switch (condition.kind) {
    case 'decoder':
      return (decoded) => decoded.decoder;
    case 'log':
      return (decoded) => decoded.log;
    case 'size':
      return (decoded) => String(Buffer.byteLength(decoded.log));
    case 'location':
      return (decoded) => decoded.location;
    case 'attribute':
      return attributeReader(condition.attribute);
    case 'address':
      return attributeReader(condition.attribute);
    case 'user':
      return (decoded) => decoded.attribute('dstuser') ?? decoded.attribute('srcuser');
    case 'field':
      return fieldReader(condition.name, strict);
    case 'day-time':
      return (_, at) => new Date(at).toISOString();
    case 'list':
      return listValue(condition.field, strict);
  }
}

function listValue(field: string, strict: boolean): (decoded: Decoded) => Value {
  if (field === 'user') return (decoded) => decoded.attribute('srcuser') ?? decoded.attribute('dstuser');
  const attribute = attributeNamed(field);
  return attribute ? attributeReader(attribute) : fieldReader(field, strict);
}

/** Of several values any may, a negated test must hold for all. */
function acceptance(
  condition: Condition,
  tooHard: TooHard,
): (value: string | readonly string[], at: Instant) => boolean {
  switch (condition.kind) {
    case 'decoder':
      return (value) => value === condition.name;
    case 'size':
      return (value) => Number(value) >= condition.bytes;
    case 'day-time':
      return (_, at) => condition.times.has(at);
    case 'address':
      return (value) => some(value, condition.list.has);
    case 'list':
      return listAcceptance(condition);
    default:
      return expressionAcceptance(condition.test, tooHard);
  }
}

function expressionAcceptance(
  expression: Expression,
  tooHard: TooHard,
): (value: string | readonly string[]) => boolean {
  const { test, negate } = expression;
  const one = (text: string): boolean => {
    const answer = test(text);
    if (answer !== 'too-hard') return answer !== negate;
    tooHard(expression);
    return false;
  };
  if (!negate) return (value) => some(value, one);
  return (value) => (typeof value === 'string' ? one(value) : value.every(one));
}

function listAcceptance(
  condition: Extract<Condition, { kind: 'list' }>,
): (value: string | readonly string[]) => boolean {
  const { list, lookup, check } = condition;
  const find = lookup.includes('address') ? (text: string) => getAddress(list, text) : (text: string) => list.get(text);
  const negated = lookup.startsWith('not_');
  const one = (text: string): boolean => {
    const found = find(text);
    if (lookup.endsWith('_value')) return found !== undefined && (check === undefined || check.test(found) === true);
    return (found !== undefined) !== negated;
  };
  return (value) => (negated && typeof value !== 'string' ? value.every(one) : some(value, one));
}

function some(value: string | readonly string[], test: (text: string) => boolean): boolean {
  return typeof value === 'string' ? test(value) : value.some(test);
}

function describe(condition: Condition): { element: string; wanted: string } {
  switch (condition.kind) {
    case 'decoder':
      return { element: 'decoded_as', wanted: condition.name };
    case 'log':
      return { element: condition.element, wanted: expressionText(condition.test) };
    case 'attribute':
      return { element: condition.attribute, wanted: expressionText(condition.test) };
    case 'field':
      return { element: `field ${condition.name}`, wanted: expressionText(condition.test) };
    case 'address':
      return { element: condition.attribute, wanted: condition.list.text };
    case 'size':
      return { element: 'maxsize', wanted: `at least ${condition.bytes} bytes` };
    case 'day-time':
      return { element: 'time', wanted: condition.times.text };
    case 'list':
      return { element: `list ${condition.field}`, wanted: `${condition.lookup} in ${condition.listName}` };
    default:
      return { element: condition.kind, wanted: expressionText(condition.test) };
  }
}

function expressionText({ type, pattern, negate }: Expression): string {
  return `${negate ? 'not ' : ''}${type} ${pattern}`;
}
