import { fitted, int, isWhole, Num, type NumKind, promoted } from './num.ts';
import { ScriptError } from './script-error.ts';
import {
  entriesOf,
  isJsonMap,
  itemsOf,
  javaText,
  Moment,
  mapGet,
  ScriptMap,
  textMax,
  typeName,
  type Value,
} from './value.ts';

/** Applies a binary operator as Painless does on values of any type. `at` is the operator's place, for errors. */
export function apply(operator: string, left: Value, right: Value, at: number): Value {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '===':
      return same(left, right);
    case '!==':
      return !same(left, right);
    case '+':
      if (typeof left === 'string' || typeof right === 'string') return joined(left, right, at);
      break;
    case '&':
    case '|':
    case '^':
      if (typeof left === 'boolean' && typeof right === 'boolean') {
        return operator === '&' ? left && right : operator === '|' ? left || right : left !== right;
      }
  }
  if (left === null || right === null) throw nullAccess(at);
  if (!(left instanceof Num) || !(right instanceof Num)) throw inapplicable(operator, left, right, at);
  return calculate(operator, left, right, at);
}

/** Java's equals, with numbers compared by value whatever their kind. */
export function equal(left: Value, right: Value, depth = 0): boolean {
  if (left === right) return true;
  if (left instanceof Num && right instanceof Num) return left.value === right.value;
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return false;
  if (left instanceof Moment || right instanceof Moment) {
    return left instanceof Moment && right instanceof Moment && left.ms === right.ms;
  }
  if (depth > 100) return false;
  const items = itemsOf(left);
  if (items) {
    const others = itemsOf(right);
    return (
      others?.length === items.length && items.every((item, index) => equal(item, others[index] ?? null, depth + 1))
    );
  }
  const entries = isMap(left) && isMap(right) ? entriesOf(left) : undefined;
  if (!entries || entriesOf(right)?.length !== entries.length) return false;
  return entries.every(([key, item]) => equal(item, mapGet(right, key), depth + 1));
}

function isMap(value: Value): boolean {
  return value instanceof ScriptMap || isJsonMap(value);
}

function same(left: Value, right: Value): boolean {
  return left === right || (left instanceof Num && right instanceof Num && left.value === right.value);
}

export function negate(value: Value, at: number): Value {
  if (value === null) throw nullAccess(at);
  if (!(value instanceof Num)) throw inapplicable('-', value, undefined, at);
  return fitted(value.kind, -value.value);
}

export function joined(left: Value, right: Value, at: number): string {
  const text = javaText(left) + javaText(right);
  if (text.length > textMax) {
    throw new ScriptError('runtime error', at, 'painless_error', `a text may not be longer than ${textMax} characters`);
  }
  return text;
}

export function nullAccess(at: number): ScriptError {
  const reason = 'Cannot invoke "Object.getClass()" because "callArgs[0]" is null';
  return new ScriptError('runtime error', at, 'null_pointer_exception', reason);
}

function inapplicable(operator: string, left: Value, right: Value | undefined, at: number): ScriptError {
  const types = right === undefined ? `type [${typeName(left)}]` : `types [${typeName(left)}] and [${typeName(right)}]`;
  return new ScriptError(
    'runtime error',
    at,
    'class_cast_exception',
    `Cannot apply [${operator}] operation to ${types}.`,
  );
}

function calculate(operator: string, left: Num, right: Num, at: number): Value {
  const [a, b] = [left.value, right.value];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
  const kind = promoted(left.kind, right.kind);
  switch (operator) {
    case '+':
      return fitted(kind, a + b);
    case '-':
      return fitted(kind, a - b);
    case '*':
      return kind === 'int' ? int(Math.imul(a, b)) : fitted(kind, a * b);
    case '/':
    case '%':
      if (isWhole(kind) && b === 0) throw new ScriptError('runtime error', at, 'arithmetic_exception', '/ by zero');
      return fitted(kind, operator === '/' ? a / b : a % b);
  }
  if (!isWhole(kind)) throw inapplicable(operator, left, right, at);
  return bits(operator, kind, a, b);
}

function bits(operator: string, kind: NumKind, a: number, b: number): Num {
  const [x, y] = [BigInt(a), BigInt(b)];
  const width = kind === 'int' ? 32 : 64;
  const distance = y & BigInt(width - 1);
  const wrap = (value: bigint): Num => new Num(kind, Number(BigInt.asIntN(width, value)));
  switch (operator) {
    case '&':
      return wrap(x & y);
    case '|':
      return wrap(x | y);
    case '^':
      return wrap(x ^ y);
    case '<<':
      return wrap(x << distance);
    case '>>':
      return wrap(x >> distance);
    default:
      return wrap(BigInt.asUintN(width, x) >> distance);
  }
}
