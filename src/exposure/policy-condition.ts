import { asText, isDocument } from '../base/document.ts';
import { type AddressBlock, inBlock, parseAddress, parseBlocks } from './policy-address.ts';
import { oneOrMany } from './policy-member.ts';
import { compilePattern, matchesPattern, type Resolve } from './policy-pattern.ts';

/** One key of one operator. All conditions of a statement must hold; the values of one are alternatives. */
export interface Condition {
  readonly operator: Operator;
  /** As the policy spells it, for people. */
  readonly operatorName: string;
  /** In lower case: keys are the same in any case. */
  readonly key: string;
  readonly keyName: string;
  readonly values: readonly string[];
  /** For keys that hold several values: one of them must compare, or all (and then none is needed). */
  readonly quantifier: 'any' | 'all' | undefined;
  /** `…IfExists`: holds when the request says nothing of the key. */
  readonly ifExists: boolean;
}

export interface Operator {
  readonly compares: 'text' | 'arn' | 'address' | 'number' | 'date' | 'boolean' | 'binary' | 'presence';
  /** Holds where the comparison does not, an absent key included. */
  readonly negated: boolean;
  readonly fold?: boolean;
  readonly wild?: boolean;
  readonly order?: '=' | '<' | '<=' | '>' | '>=';
}

/** IAM's operators, by name in lower case. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', { compares: 'text', negated: false }],
  ['stringnotequals', { compares: 'text', negated: true }],
  ['stringequalsignorecase', { compares: 'text', negated: false, fold: true }],
  ['stringnotequalsignorecase', { compares: 'text', negated: true, fold: true }],
  ['stringlike', { compares: 'text', negated: false, wild: true }],
  ['stringnotlike', { compares: 'text', negated: true, wild: true }],
  ['arnequals', { compares: 'arn', negated: false, wild: true }],
  ['arnlike', { compares: 'arn', negated: false, wild: true }],
  ['arnnotequals', { compares: 'arn', negated: true, wild: true }],
  ['arnnotlike', { compares: 'arn', negated: true, wild: true }],
  ['ipaddress', { compares: 'address', negated: false }],
  ['notipaddress', { compares: 'address', negated: true }],
  ['numericequals', { compares: 'number', negated: false, order: '=' }],
  ['numericnotequals', { compares: 'number', negated: true, order: '=' }],
  ['numericlessthan', { compares: 'number', negated: false, order: '<' }],
  ['numericlessthanequals', { compares: 'number', negated: false, order: '<=' }],
  ['numericgreaterthan', { compares: 'number', negated: false, order: '>' }],
  ['numericgreaterthanequals', { compares: 'number', negated: false, order: '>=' }],
  ['dateequals', { compares: 'date', negated: false, order: '=' }],
  ['datenotequals', { compares: 'date', negated: true, order: '=' }],
  ['datelessthan', { compares: 'date', negated: false, order: '<' }],
  ['datelessthanequals', { compares: 'date', negated: false, order: '<=' }],
  ['dategreaterthan', { compares: 'date', negated: false, order: '>' }],
  ['dategreaterthanequals', { compares: 'date', negated: false, order: '>=' }],
  ['bool', { compares: 'boolean', negated: false }],
  ['binaryequals', { compares: 'binary', negated: false }],
  ['null', { compares: 'presence', negated: false }],
]);

/** The conditions of a statement, or what is wrong with them: AWS takes no policy with an operator it does not know. */
export function parseConditions(input: unknown): readonly Condition[] | string {
  if (input === undefined || input === null) return [];
  if (!isDocument(input)) return 'Condition is no object';
  const conditions: Condition[] = [];
  for (const [name, keys] of Object.entries(input)) {
    const parts = /^(?:(ForAnyValue|ForAllValues):)?(.+?)(IfExists)?$/i.exec(name.trim());
    const operator = operators.get((parts?.[2] ?? '').toLowerCase());
    if (!parts || !operator) return `Condition: there is no operator "${name}"`;
    if (!isDocument(keys)) return `Condition.${name} is no object`;
    for (const [key, given] of Object.entries(keys)) {
      const values = oneOrMany(given);
      if (values.some((value) => typeof value === 'object')) return `Condition.${name}.${key} holds no plain value`;
      const texts = values.map(asText);
      if (operator.compares === 'address' && texts.some((text) => !text.includes('${') && !parseBlocks(text))) {
        return `Condition.${name}.${key} holds no IP address`;
      }
      conditions.push({
        operator,
        operatorName: name,
        key: key.trim().toLowerCase(),
        keyName: key.trim(),
        values: texts,
        quantifier: parts[1] ? (parts[1].toLowerCase() === 'foranyvalue' ? 'any' : 'all') : undefined,
        ifExists: parts[3] !== undefined,
      });
    }
  }
  return conditions;
}

/** Does the condition hold for what a request says of its key? undefined: the request says nothing of it. */
export function holds(
  condition: Condition,
  given: readonly string[] | undefined,
  resolve: Resolve | undefined,
): boolean {
  const { operator, quantifier, ifExists } = condition;
  if (operator.compares === 'presence') {
    return condition.values.some((value) => (value.toLowerCase() === 'true') === (given === undefined));
  }
  if (given === undefined) {
    if (ifExists || quantifier === 'all') return true;
    return operator.negated && quantifier === undefined;
  }
  const compare = comparison(condition, resolve);
  if (quantifier === 'all') return given.every((value) => compare(value) !== operator.negated);
  if (quantifier === 'any') return given.some((value) => compare(value) !== operator.negated);
  return given.some(compare) !== operator.negated;
}

/** Compares one value of the request with the condition's: true when any is met, before negation. */
function comparison({ operator, values }: Condition, resolve: Resolve | undefined): (value: string) => boolean {
  switch (operator.compares) {
    case 'text':
    case 'arn': {
      const arn = operator.compares === 'arn';
      const options = { wild: operator.wild ?? false, fold: operator.fold ?? false, arn, resolve };
      const patterns = values.flatMap((value) => compilePattern(value, options) ?? []);
      return (value) => patterns.some((pattern) => matchesPattern(pattern, value));
    }
    case 'address': {
      const blocks: readonly AddressBlock[] = values.flatMap((value) => parseBlocks(value) ?? []);
      return (value) => {
        const address = parseAddress(value);
        return address !== undefined && blocks.some((block) => inBlock(block, address));
      };
    }
    case 'number':
      return (value) => values.some((wanted) => ordered(Number(value), Number(wanted), operator.order));
    case 'date':
      return (value) => values.some((wanted) => ordered(instantOf(value), instantOf(wanted), operator.order));
    case 'boolean':
      return (value) => values.some((wanted) => wanted.toLowerCase() === value.toLowerCase());
    default:
      return (value) => values.includes(value);
  }
}

function ordered(left: number, right: number, order: Operator['order']): boolean {
  if (order === '<') return left < right;
  if (order === '<=') return left <= right;
  if (order === '>') return left > right;
  if (order === '>=') return left >= right;
  return left === right;
}

/** ISO 8601, or seconds since 1970 as IAM also takes them. NaN for anything else: it compares with nothing. */
export function instantOf(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
