import { beans } from './beans.ts';
import { isWhole, Num, type NumKind, promoted } from './num.ts';
import { ScriptError } from './script-error.ts';
import { staticClasses, staticConstant, staticMethod } from './statics.ts';
import type { Block, Expression, Script, Statement } from './syntax.ts';

const javaNames: Readonly<Record<string, string>> = {
  String: 'java.lang.String',
  Object: 'java.lang.Object',
  List: 'java.util.List',
  Map: 'java.util.Map',
  Instant: 'java.time.Instant',
};

const boxed: Readonly<Record<string, string>> = { Integer: 'int', Long: 'long', Float: 'float', Double: 'double' };

/** What a script gives back. */
export type ScriptResult = 'boolean' | 'number';

interface Names {
  /** At the outermost names. */
  readonly result?: ScriptResult;
  readonly types: Map<string, string>;
  readonly parent: Names | undefined;
}

/**
 * The checks that the original makes when it compiles: unknown names, types that cannot be what they are used as, statements
 * that can never run. `known`: the names there are and their types; `result`: what it has to give back. Throws a compile error with its place. Types are known only where they are written down; the rest is `def`.
 */
export function checkScript(
  script: Script,
  known: ReadonlyMap<string, string>,
  result: ScriptResult = 'boolean',
): void {
  const { statements } = script.body;
  const last = statements.at(-1);
  if (!last) throw refused(0, 'illegal_argument_exception', 'Cannot generate an empty function [execute].');
  const names: Names = { result, types: new Map(known), parent: undefined };
  checkStatements(statements, names, last.kind === 'expression' ? last : undefined);
}

function checkStatements(statements: readonly Statement[], names: Names, result?: Statement): void {
  statements.forEach((statement, index) => {
    const before = statements[index - 1];
    if (before && escapes(before)) throw refused(statement.at, 'illegal_argument_exception', 'Unreachable statement.');
    if (statement === result && statement.kind === 'expression') expectResult(statement.expression, names);
    else checkStatement(statement, names);
  });
}

/** True when nothing after the statement can run. */
function escapes(statement: Statement | Block): boolean {
  switch (statement.kind) {
    case 'return':
    case 'throw':
    case 'break':
    case 'continue':
      return true;
    case 'block': {
      const last = statement.statements.at(-1);
      return last !== undefined && escapes(last);
    }
    case 'if':
      return statement.whenFalse !== undefined && escapes(statement.whenTrue) && escapes(statement.whenFalse);
    default:
      return false;
  }
}

function checkStatement(statement: Statement, names: Names): void {
  const inner = (): Names => ({ types: new Map(), parent: names });
  switch (statement.kind) {
    case 'block':
      checkStatements(statement.statements, inner());
      return;
    case 'expression':
      checkEffect(statement.expression, names);
      return;
    case 'declare':
      for (const { name, at, value } of statement.names) {
        if (value) expectAssignable(typeOf(value, names), statement.type, value.at);
        if (lookUp(names, name))
          throw refused(at, 'illegal_argument_exception', `Variable [${name}] is already defined.`);
        names.types.set(name, statement.type);
      }
      return;
    case 'if':
      expectBoolean(statement.test, names);
      checkStatement(statement.whenTrue, inner());
      if (statement.whenFalse) checkStatement(statement.whenFalse, inner());
      return;
    case 'while':
    case 'do':
      checkLoop(statement.test, statement.body, statement.at, names);
      checkStatement(statement.body, inner());
      return;
    case 'for': {
      const scope = inner();
      if (statement.start?.kind === 'expression') typeOf(statement.start.expression, scope);
      else if (statement.start) checkStatement(statement.start, scope);
      checkLoop(statement.test, statement.body, statement.at, scope);
      if (statement.after) checkEffect(statement.after, scope);
      checkStatement(statement.body, { types: new Map(), parent: scope });
      return;
    }
    case 'each': {
      typeOf(statement.list, names);
      checkStatement(statement.body, { types: new Map([[statement.name, statement.type]]), parent: names });
      return;
    }
    case 'return':
      if (!statement.value) throw cannotCast('void', resultOf(names), statement.at);
      expectResult(statement.value, names);
      return;
    case 'throw':
      typeOf(statement.value, names);
  }
}

/** `while (true) {}` without a way out can only end at the bound: the original does not compile it either. */
function checkLoop(test: Expression | undefined, body: Statement, at: number, names: Names): void {
  if (test) expectBoolean(test, names);
  const forever = !test || (test.kind === 'literal' && test.value === true);
  if (forever && !leaves(body)) throw refused(at, 'illegal_argument_exception', 'No paths escape from while loop.');
}

function leaves(statement: Statement): boolean {
  switch (statement.kind) {
    case 'return':
    case 'throw':
    case 'break':
      return true;
    case 'block':
      return statement.statements.some(leaves);
    case 'if':
      return leaves(statement.whenTrue) || (statement.whenFalse !== undefined && leaves(statement.whenFalse));
    case 'while':
    case 'do':
    case 'for':
    case 'each':
      return leaves(statement.body);
    default:
      return false;
  }
}

/** An expression that stands as a statement must do something. */
function checkEffect(expression: Expression, names: Names): void {
  typeOf(expression, names);
  if (['assign', 'step', 'call', 'new'].includes(expression.kind)) return;
  throw refused(
    expression.at,
    'illegal_argument_exception',
    'Not a statement: the result of the expression is not used.',
  );
}

function resultOf(names: Names): ScriptResult {
  return names.result ?? (names.parent ? resultOf(names.parent) : 'boolean');
}

function expectResult(expression: Expression, names: Names): void {
  if (resultOf(names) === 'boolean') {
    expectBoolean(expression, names);
    return;
  }
  const type = typeOf(expression, names);
  if (type !== 'def' && type !== 'Number' && !isNumKind(unboxed(type)))
    throw cannotCast(type, 'java.lang.Number', expression.at);
}

function expectBoolean(expression: Expression, names: Names): void {
  const type = typeOf(expression, names);
  if (type !== 'def' && type !== 'boolean' && type !== 'Boolean') throw cannotCast(type, 'boolean', expression.at);
}

function expectAssignable(from: string, to: string, at: number): void {
  const [source, target] = [unboxed(from), unboxed(to)];
  if (source === 'def' || target === 'def' || source === target || to === 'Object' || to === 'Number') return;
  if (isNumKind(source) && isNumKind(target) && promoted(source, target) === target) return;
  if (!isNumKind(target) && target !== 'boolean' && target !== 'String' && source !== 'String' && source !== 'boolean')
    return;
  if (source === 'null' && !isNumKind(to) && to !== 'boolean') return;
  throw cannotCast(from, to, at);
}

function typeOf(expression: Expression, names: Names): string {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return value === null
        ? 'null'
        : value instanceof Num
          ? value.kind
          : typeof value === 'string'
            ? 'String'
            : 'boolean';
    }
    case 'name': {
      const type = lookUp(names, expression.name);
      if (!type)
        throw refused(expression.at, 'illegal_argument_exception', `cannot resolve symbol [${expression.name}]`);
      return type;
    }
    case 'member':
      return memberType(expression, names);
    case 'call':
      return callType(expression, names);
    case 'not':
      expectBoolean(expression.operand, names);
      return 'boolean';
    case 'and':
    case 'or':
      expectBoolean(expression.left, names);
      expectBoolean(expression.right, names);
      return 'boolean';
    case 'binary':
      return binaryType(expression, names);
    case 'conditional': {
      expectBoolean(expression.test, names);
      const types = [typeOf(expression.whenTrue, names), typeOf(expression.whenFalse, names)];
      return types[0] === types[1] ? (types[0] ?? 'def') : 'def';
    }
    case 'cast':
      typeOf(expression.operand, names);
      return expression.type;
    case 'instanceof':
      typeOf(expression.operand, names);
      return 'boolean';
    case 'assign': {
      const type = typeOf(expression.target, names);
      const value = typeOf(expression.value, names);
      if (expression.operator === '') expectAssignable(value, type, expression.value.at);
      return type;
    }
    case 'lambda':
      checkLambda(expression, names);
      return 'def';
    case 'new':
      for (const arg of expression.args) typeOf(arg, names);
      return expression.type;
    default:
      for (const child of childrenOf(expression)) typeOf(child, names);
      if (expression.kind === 'negate' || expression.kind === 'step')
        return typeOf(childrenOf(expression)[0] as Expression, names);
      return expression.kind === 'list' ? 'List' : expression.kind === 'map' ? 'Map' : 'def';
  }
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'index':
      return [expression.object, expression.index];
    case 'negate':
    case 'plus':
    case 'complement':
      return [expression.operand];
    case 'step':
      return [expression.target];
    case 'elvis':
      return [expression.left, expression.right];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flat();
    default:
      return [];
  }
}

function checkLambda(lambda: Extract<Expression, { kind: 'lambda' }>, names: Names): void {
  const scope: Names = { types: new Map(lambda.parameters.map((name) => [name, 'def'])), parent: names };
  if (lambda.body.kind !== 'block') {
    typeOf(lambda.body, scope);
    return;
  }
  for (const statement of lambda.body.statements) {
    if (statement.kind === 'return') {
      if (statement.value) typeOf(statement.value, scope);
    } else if (statement.kind === 'expression') {
      typeOf(statement.expression, scope);
    } else {
      checkStatement(statement, scope);
    }
  }
}

function memberType(member: Extract<Expression, { kind: 'member' }>, names: Names): string {
  const { object, key } = member;
  if (object.kind === 'name' && !lookUp(names, object.name) && staticClasses.has(object.name)) {
    if (staticConstant(`${object.name}.${key}`) !== undefined) return 'def';
    throw refused(member.at, 'illegal_argument_exception', `static field [${object.name}, ${key}] not found`);
  }
  const type = typeOf(object, names);
  const bean = Object.hasOwn(beans, type) ? beans[type] : undefined;
  if (!bean) return type === 'List' && key === 'length' ? 'int' : 'def';
  if (Object.hasOwn(bean, key)) return bean[key] ?? 'def';
  throw refused(member.at, 'illegal_argument_exception', `field [${type}, ${key}] not found`);
}

const booleanMethods = new Set(
  'isEmpty contains containsKey containsValue equals equalsIgnoreCase startsWith endsWith isBefore isAfter anyMatch allMatch noneMatch'.split(
    ' ',
  ),
);

function callType(call: Extract<Expression, { kind: 'call' }>, names: Names): string {
  for (const arg of call.args) typeOf(arg, names);
  const { object, method } = call;
  if (object.kind === 'name' && !lookUp(names, object.name) && staticClasses.has(object.name)) {
    if (staticMethod(`${object.name}.${method}`)) return 'def';
    const reason = `static method [${object.name}, ${method}/${call.args.length}] not found`;
    throw refused(call.at, 'illegal_argument_exception', reason);
  }
  const type = typeOf(object, names);
  const bean = Object.hasOwn(beans, type) ? beans[type] : undefined;
  if (bean) {
    const word = /^(?:get|is)([A-Z])(.*)$/.exec(method);
    const member = word ? `${word[1]?.toLowerCase()}${word[2]}` : '';
    if (Object.hasOwn(bean, member)) return bean[member] ?? 'def';
    if (!['equals', 'toString'].includes(method)) {
      const reason = `member method [${type}, ${method}/${call.args.length}] not found`;
      throw refused(call.at, 'illegal_argument_exception', reason);
    }
  }
  if (type === 'def') return 'def';
  if (booleanMethods.has(method)) return 'boolean';
  return ['size', 'length', 'indexOf', 'lastIndexOf'].includes(method) ? 'int' : 'def';
}

function binaryType(expression: Extract<Expression, { kind: 'binary' }>, names: Names): string {
  const { operator, at } = expression;
  const left = unboxed(typeOf(expression.left, names));
  const right = unboxed(typeOf(expression.right, names));
  const bothNumbers = isNumKind(left) && isNumKind(right);
  const unknown = left === 'def' || right === 'def';
  if (['==', '!=', '===', '!=='].includes(operator)) {
    const primitive = [left, right].some((type) => isNumKind(type) || type === 'boolean');
    if (!unknown && primitive && left !== right && !bothNumbers) throw cannotCast(left, right, at);
    return 'boolean';
  }
  if (operator === '+' && (left === 'String' || right === 'String')) return 'String';
  const logical = ['&', '|', '^'].includes(operator) && left === 'boolean' && right === 'boolean';
  if (logical) return 'boolean';
  if (!unknown && !bothNumbers) {
    const reason = `Cannot apply [${operator}] to types [${javaName(left)}] and [${javaName(right)}].`;
    throw refused(at, 'class_cast_exception', reason);
  }
  if (['<', '<=', '>', '>='].includes(operator)) return 'boolean';
  const zero =
    expression.right.kind === 'literal' && expression.right.value instanceof Num && expression.right.value.value === 0;
  if (zero && bothNumbers && isWhole(left) && isWhole(right) && (operator === '/' || operator === '%')) {
    throw refused(at, 'arithmetic_exception', '/ by zero');
  }
  return bothNumbers ? promoted(left, right) : 'def';
}

function lookUp(names: Names | undefined, name: string): string | undefined {
  for (let scope = names; scope; scope = scope.parent) {
    const type = scope.types.get(name);
    if (type) return type;
  }
  return undefined;
}

function isNumKind(type: string): type is NumKind {
  return type === 'int' || type === 'long' || type === 'float' || type === 'double';
}

function unboxed(type: string): string {
  if (type === 'byte' || type === 'short' || type === 'char') return 'int';
  if (type === 'Boolean') return 'boolean';
  return Object.hasOwn(boxed, type) ? (boxed[type] ?? type) : type;
}

function javaName(type: string): string {
  return Object.hasOwn(javaNames, type) ? (javaNames[type] ?? type) : type;
}

function cannotCast(from: string, to: string, at: number): ScriptError {
  return refused(at, 'class_cast_exception', `Cannot cast from [${javaName(from)}] to [${javaName(to)}].`);
}

function refused(at: number, type: string, reason: string): ScriptError {
  return new ScriptError('compile error', at, type, reason);
}
