import { callMethod, itemAt, type Machine } from './methods.ts';
import { fitted, int, Num, type NumKind, promoted } from './num.ts';
import { apply, negate, nullAccess } from './operators.ts';
import { ScriptError } from './script-error.ts';
import { construct, staticConstant, staticMethod } from './statics.ts';
import type { Block, Expression, Script, Statement } from './syntax.ts';
import {
  Bean,
  entriesOf,
  isJsonMap,
  itemsOf,
  javaText,
  Lambda,
  mapGet,
  mapKey,
  type Scope,
  ScriptList,
  ScriptMap,
  typeName,
  type Value,
} from './value.ts';

/** How a statement ended when it did not simply end. */
type Leave = 'break' | 'continue' | { readonly value: Value; readonly at: number };

interface Run extends Machine {
  readonly spend: (steps: number) => void;
}

/** How many nodes may still be evaluated: several runs may share it. */
export interface Steps {
  left: number;
}

/**
 * Runs a checked script with the names it was checked with. Every node that is evaluated is a step; when none is left it fails as
 * the original's loop counter does.
 */
export function runToEnd(
  script: Script,
  names: ReadonlyMap<string, Value>,
  steps: Steps,
): { readonly value: Value; readonly at: number } | undefined {
  let at = 0;
  const run: Run = {
    spend: (count) => {
      steps.left -= count;
      if (steps.left < 0) {
        const reason = 'The maximum number of statements that can be executed in a loop has been reached.';
        throw new ScriptError('runtime error', at, 'painless_error', reason);
      }
    },
    invoke: (lambda, args) => invoke(run, lambda, args),
  };
  const scope: Scope = { values: new Map(names), parent: undefined };
  const { statements } = script.body;
  const last = statements.at(-1);
  for (const statement of statements) {
    at = statement.at;
    if (statement === last && statement.kind === 'expression') {
      return { value: evaluate(run, statement.expression, scope), at: statement.expression.at };
    }
    const leave = execute(run, statement, scope);
    if (typeof leave === 'object') return leave;
  }
  return undefined;
}

export function asBoolean(value: Value, at: number): boolean {
  if (typeof value === 'boolean') return value;
  throw new ScriptError('runtime error', at, 'class_cast_exception', `cannot cast def [${typeName(value)}] to boolean`);
}

function executeAll(run: Run, block: Block, scope: Scope): Leave | undefined {
  const inner: Scope = { values: new Map(), parent: scope };
  for (const statement of block.statements) {
    const leave = execute(run, statement, inner);
    if (leave) return leave;
  }
  return undefined;
}

function execute(run: Run, statement: Statement, scope: Scope): Leave | undefined {
  run.spend(1);
  switch (statement.kind) {
    case 'block':
      return executeAll(run, statement, scope);
    case 'expression':
      evaluate(run, statement.expression, scope);
      return undefined;
    case 'declare':
      for (const { name, value } of statement.names) {
        const given = value ? declared(statement.type, evaluate(run, value, scope), value.at) : zero(statement.type);
        scope.values.set(name, given);
      }
      return undefined;
    case 'if':
      if (test(run, statement.test, scope))
        return execute(run, statement.whenTrue, { values: new Map(), parent: scope });
      return statement.whenFalse && execute(run, statement.whenFalse, { values: new Map(), parent: scope });
    case 'while':
      return loop(run, () => test(run, statement.test, scope), statement.body, scope);
    case 'do': {
      let first = true;
      const again = (): boolean => first || test(run, statement.test, scope);
      return loop(run, again, statement.body, scope, () => {
        first = false;
      });
    }
    case 'for': {
      const outer: Scope = { values: new Map(), parent: scope };
      if (statement.start) execute(run, statement.start, outer);
      const { test: condition, after } = statement;
      const again = (): boolean => !condition || test(run, condition, outer);
      return loop(run, again, statement.body, outer, () => void (after && evaluate(run, after, outer)));
    }
    case 'each':
      return each(run, statement, scope);
    case 'return':
      return {
        value: statement.value ? evaluate(run, statement.value, scope) : null,
        at: statement.value?.at ?? statement.at,
      };
    case 'throw':
      throw thrown(evaluate(run, statement.value, scope), statement.at);
    case 'break':
    case 'continue':
      return statement.kind;
  }
}

function loop(run: Run, again: () => boolean, body: Statement, scope: Scope, after?: () => void): Leave | undefined {
  while (again()) {
    const leave = execute(run, body, { values: new Map(), parent: scope });
    if (leave === 'break') return undefined;
    if (typeof leave === 'object') return leave;
    after?.();
  }
  return undefined;
}

function each(run: Run, statement: Extract<Statement, { kind: 'each' }>, scope: Scope): Leave | undefined {
  const list = evaluate(run, statement.list, scope);
  if (list === null) throw nullAccess(statement.list.at);
  const items = itemsOf(list);
  if (!items) {
    const reason = `Cannot iterate over [${typeName(list)}]`;
    throw new ScriptError('runtime error', statement.list.at, 'illegal_argument_exception', reason);
  }
  for (const item of items) {
    const value = declared(statement.type, item, statement.at);
    const leave = execute(run, statement.body, { values: new Map([[statement.name, value]]), parent: scope });
    if (leave === 'break') return undefined;
    if (typeof leave === 'object') return leave;
  }
  return undefined;
}

function test(run: Run, expression: Expression, scope: Scope): boolean {
  return asBoolean(evaluate(run, expression, scope), expression.at);
}

function evaluate(run: Run, expression: Expression, scope: Scope): Value {
  run.spend(1);
  const value = (part: Expression): Value => evaluate(run, part, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return holder(scope, expression.name)?.values.get(expression.name) ?? null;
    case 'member':
      return member(run, expression, scope);
    case 'index':
      return entry(value(expression.object), value(expression.index), expression.at);
    case 'call':
      return call(run, expression, scope);
    case 'not':
      return !test(run, expression.operand, scope);
    case 'negate':
      return negate(value(expression.operand), expression.at);
    case 'plus':
      return apply('+', int(0), value(expression.operand), expression.at);
    case 'complement':
      return apply('^', value(expression.operand), int(-1), expression.at);
    case 'binary':
      return apply(expression.operator, value(expression.left), value(expression.right), expression.at);
    case 'and':
      return test(run, expression.left, scope) && test(run, expression.right, scope);
    case 'or':
      return test(run, expression.left, scope) || test(run, expression.right, scope);
    case 'elvis':
      return value(expression.left) ?? value(expression.right);
    case 'conditional':
      return value(test(run, expression.test, scope) ? expression.whenTrue : expression.whenFalse);
    case 'assign': {
      const right = (): Value => value(expression.value);
      const given = expression.operator
        ? apply(expression.operator, value(expression.target), right(), expression.at)
        : right();
      return assign(run, expression.target, given, scope);
    }
    case 'step': {
      const before = value(expression.target);
      const after = assign(run, expression.target, apply('+', before, int(expression.by), expression.at), scope);
      return expression.prefix ? after : before;
    }
    case 'cast':
      return cast(expression.type, value(expression.operand), expression.at);
    case 'instanceof':
      return isInstance(expression.type, value(expression.operand));
    case 'list':
      return new ScriptList(expression.items.map(value));
    case 'map': {
      const map = new ScriptMap();
      for (const [key, item] of expression.entries) {
        const name = value(key);
        map.entries.set(mapKey(name), [name, value(item)]);
      }
      return map;
    }
    case 'new':
      return made(expression.type, expression.args.map(value), expression.at);
    case 'lambda':
      return new Lambda(expression.parameters, expression.body, scope);
  }
}

function holder(scope: Scope, name: string): Scope | undefined {
  for (let place: Scope | undefined = scope; place; place = place.parent) {
    if (place.values.has(name)) return place;
  }
  return undefined;
}

function member(run: Run, expression: Extract<Expression, { kind: 'member' }>, scope: Scope): Value {
  const { object, key, at } = expression;
  if (object.kind === 'name' && !holder(scope, object.name)) {
    return staticConstant(`${object.name}.${key}`) ?? null;
  }
  const receiver = evaluate(run, object, scope);
  if (receiver === null && expression.nullSafe) return null;
  return field(receiver, key, at);
}

function field(receiver: Value, key: string, at: number): Value {
  if (receiver === null) throw nullAccess(at);
  if (receiver instanceof Bean) return receiver.members.get(key) ?? null;
  if (receiver instanceof ScriptMap || isJsonMap(receiver)) return mapGet(receiver, key);
  const items = itemsOf(receiver);
  if (items && key === 'length') return int(items.length);
  if (items && key === 'empty') return items.length === 0;
  if (items && /^\d+$/.test(key)) return entry(receiver, int(Number(key)), at);
  const reason = `dynamic getter [${typeName(receiver)}, ${key}] not found`;
  throw new ScriptError('runtime error', at, 'illegal_argument_exception', reason);
}

function entry(receiver: Value, index: Value, at: number): Value {
  if (receiver === null) throw nullAccess(at);
  if (Array.isArray(receiver) || receiver instanceof ScriptList) {
    return placed(at, () => itemAt(itemsOf(receiver) ?? [], index));
  }
  if (receiver instanceof ScriptMap || isJsonMap(receiver)) return mapGet(receiver, index);
  const reason = `Attempting to address a non-array-like type [${typeName(receiver)}] as an array.`;
  throw new ScriptError('runtime error', at, 'illegal_argument_exception', reason);
}

function call(run: Run, expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Value {
  const { object, method, at } = expression;
  const args = (): Value[] => expression.args.map((arg) => evaluate(run, arg, scope));
  if (object.kind === 'name' && !holder(scope, object.name)) {
    const given = args();
    const answer = staticMethod(`${object.name}.${method}`)?.(given);
    if (answer !== undefined) return answer;
    const reason = `${object.name}.${method} cannot take (${given.map((arg) => javaText(arg, 100)).join(', ')})`;
    throw new ScriptError('runtime error', at, 'illegal_argument_exception', reason);
  }
  const receiver = evaluate(run, object, scope);
  if (receiver === null && expression.nullSafe) return null;
  if (receiver === null) throw nullAccess(at);
  const given = args();
  return placed(at, () => callMethod(receiver, method, given, at, run));
}

/** Gives errors of methods the place of the call. */
function placed<T>(at: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ScriptError && error.offset < 0)
      throw new ScriptError(error.phase, at, error.type, error.message);
    throw error;
  }
}

/** Variables and the script's own lists and maps can change; a run's results and `ctx` cannot. */
function assign(run: Run, target: Expression, value: Value, scope: Scope): Value {
  if (target.kind === 'name') {
    const place = holder(scope, target.name);
    const before = place?.values.get(target.name);
    const kept = before instanceof Num && value instanceof Num ? fitted(before.kind, value.value) : value;
    // A `def` variable may change its kind; a typed number never meets a wider one here, the checker saw to that.
    const wider = before instanceof Num && value instanceof Num && promoted(before.kind, value.kind) !== before.kind;
    place?.values.set(target.name, wider ? value : kept);
    return wider ? value : kept;
  }
  const object = target.kind === 'member' || target.kind === 'index' ? evaluate(run, target.object, scope) : null;
  const key =
    target.kind === 'index' ? evaluate(run, target.index, scope) : target.kind === 'member' ? target.key : null;
  if (object instanceof ScriptMap) {
    object.entries.set(mapKey(key), [key, value]);
    return value;
  }
  if (object instanceof ScriptList && key instanceof Num && key.value >= 0 && key.value < object.items.length) {
    object.items[key.value] = value;
    return value;
  }
  const reason = `cannot assign to an entry of [${typeName(object)}]: a run's results cannot be changed`;
  throw new ScriptError('runtime error', target.at, 'unsupported_operation_exception', reason);
}

function invoke(run: Run, lambda: Lambda, args: readonly Value[]): Value {
  run.spend(1);
  const values = new Map(lambda.parameters.map((name, index) => [name, args[index] ?? null] as const));
  const scope: Scope = { values, parent: lambda.scope };
  if (lambda.body.kind !== 'block') return evaluate(run, lambda.body, scope);
  const leave = executeAll(run, lambda.body, scope);
  return typeof leave === 'object' ? leave.value : null;
}

const numKinds: Readonly<Record<string, NumKind>> = {
  int: 'int',
  Integer: 'int',
  short: 'int',
  byte: 'int',
  long: 'long',
  Long: 'long',
  float: 'float',
  Float: 'float',
  double: 'double',
  Double: 'double',
};

function numKind(type: string): NumKind | undefined {
  return Object.hasOwn(numKinds, type) ? numKinds[type] : undefined;
}

function zero(type: string): Value {
  const kind = numKind(type);
  if (kind && type[0] === type[0]?.toLowerCase()) return new Num(kind, 0);
  return type === 'boolean' ? false : null;
}

/** A value put into a variable of a type: numbers widen, nothing narrows by itself. */
function declared(type: string, value: Value, at: number): Value {
  const kind = numKind(type);
  const mismatch = (): ScriptError =>
    new ScriptError('runtime error', at, 'class_cast_exception', `Cannot cast [${typeName(value)}] to [${type}]`);
  if (kind) {
    if (value === null && type[0] !== type[0]?.toLowerCase()) return null;
    if (!(value instanceof Num) || promoted(value.kind, kind) !== kind) throw mismatch();
    return fitted(kind, value.value);
  }
  if (type === 'boolean' && typeof value !== 'boolean') throw mismatch();
  if (type === 'String' && value !== null && typeof value !== 'string') throw mismatch();
  return value;
}

function cast(type: string, value: Value, at: number): Value {
  const kind = numKind(type);
  return kind && value instanceof Num ? fitted(kind, value.value) : declared(type, value, at);
}

function isInstance(type: string, value: Value): boolean {
  if (value === null) return false;
  if (type === 'String' || type === 'CharSequence') return typeof value === 'string';
  if (type === 'Boolean' || type === 'boolean') return typeof value === 'boolean';
  if (type === 'Number') return value instanceof Num;
  if (['List', 'Collection', 'ArrayList', 'Iterable'].includes(type)) return itemsOf(value) !== undefined;
  if (type === 'Map' || type === 'HashMap') return entriesOf(value) !== undefined && !(value instanceof Bean);
  return type === 'def' || type === 'Object' || (value instanceof Num && numKind(type) === value.kind);
}

function made(type: string, args: readonly Value[], at: number): Value {
  const collection = args.length === 0 ? construct(type) : undefined;
  if (collection !== undefined) return collection;
  if (/^[A-Z]\w*(Exception|Error)$/.test(type)) {
    return new Bean(type, new Map([['message', args[0] === undefined ? null : javaText(args[0])]]));
  }
  throw new ScriptError('runtime error', at, 'illegal_argument_exception', `cannot make a new [${type}]`);
}

function thrown(value: Value, at: number): ScriptError {
  if (!(value instanceof Bean)) return new ScriptError('runtime error', at, 'class_cast_exception', 'nothing to throw');
  const type = value.type.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
  return new ScriptError('runtime error', at, type, javaText(value.members.get('message') ?? null));
}
