import type { Cursor } from './cursor.ts';
import { Num } from './num.ts';
import type { Expression } from './syntax.ts';
import type { Token } from './token.ts';

/** Binary operators, loosest first; each row binds tighter than the one before. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!=', '===', '!=='],
  ['<', '>', '<=', '>='],
  ['<<', '>>', '>>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '>>>=']);

/** Type names that a cast or a declaration may use. */
export const typeNames = new Set(
  (
    'def boolean byte short char int long float double String Boolean Byte Short Character Integer Long Float Double ' +
    'Number Object List ArrayList Map HashMap LinkedHashMap Set HashSet Collection Iterable Iterator Instant CharSequence ' +
    'ZonedDateTime Map.Entry'
  ).split(' '),
);

/** Words that no variable may have. */
export const reserved = new Set(
  'if else while do for in continue break return new try catch throw this instanceof true false null'.split(' '),
);

export function parseExpression(cursor: Cursor): Expression {
  return cursor.deeper(() => {
    const lambda = parseLambda(cursor);
    if (lambda) return lambda;
    const left = parseConditional(cursor);
    const sign = cursor.peek();
    if (sign.kind !== 'symbol' || !assignments.has(sign.text)) return left;
    if (left.kind !== 'name' && left.kind !== 'member' && left.kind !== 'index') {
      cursor.fail(sign, 'Cannot assign a value to an expression that is no variable, field or entry.');
    }
    cursor.next();
    const value = parseExpression(cursor);
    return cursor.node(
      sign.offset,
      { kind: 'assign', target: left, operator: sign.text.slice(0, -1), value },
      left,
      value,
    );
  });
}

function parseConditional(cursor: Cursor): Expression {
  const test = parseLevel(cursor, 0);
  const sign = cursor.peek();
  if (cursor.accepts('?:')) {
    const right = parseExpression(cursor);
    return cursor.node(sign.offset, { kind: 'elvis', left: test, right }, test, right);
  }
  if (!cursor.accepts('?')) return test;
  const whenTrue = parseExpression(cursor);
  cursor.expects(':');
  const whenFalse = parseExpression(cursor);
  return cursor.node(sign.offset, { kind: 'conditional', test, whenTrue, whenFalse }, test, whenTrue, whenFalse);
}

function parseLevel(cursor: Cursor, level: number): Expression {
  const operators = levels[level];
  if (!operators) return parseUnary(cursor);
  let left = parseLevel(cursor, level + 1);
  for (;;) {
    const sign = cursor.peek();
    if (level === 6 && cursor.accepts('instanceof')) {
      left = cursor.node(sign.offset, { kind: 'instanceof', type: parseType(cursor), operand: left }, left);
      continue;
    }
    if (sign.kind !== 'symbol' || !operators.includes(sign.text)) return left;
    cursor.next();
    const right = parseLevel(cursor, level + 1);
    left =
      sign.text === '||' || sign.text === '&&'
        ? cursor.node(sign.offset, { kind: sign.text === '||' ? 'or' : 'and', left, right }, left, right)
        : cursor.node(sign.offset, { kind: 'binary', operator: sign.text, left, right }, left, right);
  }
}

function parseUnary(cursor: Cursor): Expression {
  return cursor.deeper(() => {
    const sign = cursor.peek();
    for (const [text, kind] of [
      ['!', 'not'],
      ['-', 'negate'],
      ['+', 'plus'],
      ['~', 'complement'],
    ] as const) {
      if (cursor.accepts(text)) {
        const operand = parseUnary(cursor);
        return cursor.node(sign.offset, { kind, operand }, operand);
      }
    }
    for (const [text, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (cursor.accepts(text)) {
        const target = parseUnary(cursor);
        return cursor.node(sign.offset, { kind: 'step', target, by, prefix: true }, target);
      }
    }
    if (isCast(cursor)) {
      cursor.next();
      const type = parseType(cursor);
      cursor.expects(')');
      const operand = parseUnary(cursor);
      return cursor.node(sign.offset, { kind: 'cast', type, operand }, operand);
    }
    return parsePostfix(cursor);
  });
}

function isCast(cursor: Cursor): boolean {
  if (!cursor.sees('(') || !typeNames.has(cursor.peek(1).text) || cursor.peek(1).kind !== 'name') return false;
  if (cursor.peek(2).text !== ')') return false;
  const after = cursor.peek(3);
  return after.kind !== 'symbol' ? after.kind !== 'end' : ['(', '!', '-', '+', '~', '['].includes(after.text);
}

/** Reads a type's name, with its parameters (`List<String>` is not Painless; `Map.Entry` is). */
export function parseType(cursor: Cursor): string {
  const token = cursor.next();
  if (token.kind !== 'name') cursor.fail(token);
  let type = token.text;
  if (type === 'Map' && cursor.sees('.') && cursor.peek(1).text === 'Entry') {
    cursor.next();
    cursor.next();
    type = 'Map.Entry';
  }
  if (!typeNames.has(type)) cursor.fail(token, `cannot resolve type [${type}]`);
  return type;
}

function parsePostfix(cursor: Cursor): Expression {
  let value = parsePrimary(cursor);
  for (;;) {
    const sign = cursor.peek();
    if (cursor.accepts('.') || cursor.accepts('?.')) {
      value = parseMember(cursor, value, sign);
    } else if (cursor.accepts('[')) {
      const index = parseExpression(cursor);
      cursor.expects(']');
      value = cursor.node(sign.offset, { kind: 'index', object: value, index }, value, index);
    } else if (cursor.accepts('++') || cursor.accepts('--')) {
      value = cursor.node(
        sign.offset,
        { kind: 'step', target: value, by: sign.text === '++' ? 1 : -1, prefix: false },
        value,
      );
    } else {
      return value;
    }
  }
}

function parseMember(cursor: Cursor, object: Expression, sign: Token): Expression {
  const key = cursor.next();
  if (key.kind !== 'name' && key.kind !== 'integer') cursor.fail(key);
  const nullSafe = sign.text === '?.';
  if (!cursor.accepts('(')) {
    return cursor.node(sign.offset, { kind: 'member', object, key: key.text, nullSafe }, object);
  }
  const args = parseList(cursor, ')');
  return cursor.node(sign.offset, { kind: 'call', object, method: key.text, args, nullSafe }, object, ...args);
}

/** Expressions between commas up to the closing sign. */
function parseList(cursor: Cursor, close: string): readonly Expression[] {
  const items: Expression[] = [];
  if (cursor.accepts(close)) return items;
  do items.push(parseExpression(cursor));
  while (cursor.accepts(','));
  cursor.expects(close);
  return items;
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.next();
  const { offset: at } = token;
  switch (token.kind) {
    case 'string':
      return cursor.node(at, { kind: 'literal', value: token.text });
    case 'integer':
    case 'decimal':
      return cursor.node(at, { kind: 'literal', value: parseNumber(cursor, token) });
    case 'name':
      return parseName(cursor, token);
    case 'symbol':
      if (token.text === '(') {
        const inner = parseExpression(cursor);
        cursor.expects(')');
        return inner;
      }
      if (token.text === '[') return parseInitializer(cursor, at);
      return cursor.fail(token);
    case 'end':
      return cursor.fail(token);
  }
}

function parseName(cursor: Cursor, token: Token): Expression {
  const { text, offset: at } = token;
  if (text === 'true' || text === 'false') return cursor.node(at, { kind: 'literal', value: text === 'true' });
  if (text === 'null') return cursor.node(at, { kind: 'literal', value: null });
  if (text === 'new') {
    const type = cursor.next();
    if (type.kind !== 'name') cursor.fail(type);
    cursor.expects('(');
    const args = parseList(cursor, ')');
    return cursor.node(at, { kind: 'new', type: type.text, args }, ...args);
  }
  if (reserved.has(text)) cursor.fail(token);
  if (cursor.sees('(')) cursor.fail(token, `Unknown call [${text}] with [?] arguments.`);
  return cursor.node(at, { kind: 'name', name: text });
}

/** `[1, 2]`, `['a': 1]`, `[]` and the empty map `[:]`. */
function parseInitializer(cursor: Cursor, at: number): Expression {
  if (cursor.accepts(':')) {
    cursor.expects(']');
    return cursor.node(at, { kind: 'map', entries: [] });
  }
  if (cursor.accepts(']')) return cursor.node(at, { kind: 'list', items: [] });
  const first = parseExpression(cursor);
  if (!cursor.accepts(':')) {
    const items = [first, ...(cursor.accepts(',') ? parseList(cursor, ']') : [])];
    if (items.length === 1) cursor.expects(']');
    return cursor.node(at, { kind: 'list', items }, ...items);
  }
  const entries: (readonly [Expression, Expression])[] = [[first, parseExpression(cursor)]];
  while (cursor.accepts(',')) {
    const key = parseExpression(cursor);
    cursor.expects(':');
    entries.push([key, parseExpression(cursor)]);
  }
  cursor.expects(']');
  return cursor.node(at, { kind: 'map', entries }, ...entries.flat());
}

function parseNumber(cursor: Cursor, token: Token): Num {
  const hex = /^0[xX]/.test(token.text);
  const suffix = hex ? token.text.match(/[lL]$/)?.[0] : token.text.match(/[lLfFdD]$/)?.[0];
  const value = Number(suffix ? token.text.slice(0, -1) : token.text);
  if (token.kind === 'decimal') return new Num(suffix?.toLowerCase() === 'f' ? 'float' : 'double', value);
  if (suffix) return new Num('long', value);
  if (value > 2 ** 31 - 1 && !(hex && value < 2 ** 32)) cursor.fail(token, `Invalid int constant [${token.text}].`);
  return new Num('int', value | 0);
}

/** `x -> …` and `(x, y) -> …`; undefined where no lambda starts. */
function parseLambda(cursor: Cursor): Expression | undefined {
  const at = cursor.peek().offset;
  const parameters: string[] = [];
  if (cursor.peek().kind === 'name' && cursor.peek(1).text === '->') {
    parameters.push(cursor.next().text);
  } else if (cursor.sees('(')) {
    let ahead = 1;
    while (cursor.peek(ahead).kind === 'name') {
      parameters.push(cursor.peek(ahead++).text);
      if (cursor.peek(ahead).text === ',') ahead++;
    }
    if (cursor.peek(ahead).text !== ')' || cursor.peek(ahead + 1).text !== '->') return undefined;
    while (!cursor.sees('->')) cursor.next();
  } else {
    return undefined;
  }
  cursor.expects('->');
  if (cursor.sees('{')) return cursor.node(at, { kind: 'lambda', parameters, body: cursor.block() });
  const body = parseExpression(cursor);
  return cursor.node(at, { kind: 'lambda', parameters, body }, body);
}
