import { type Cursor, openCursor } from './cursor.ts';
import { parseExpression, parseType, reserved, typeNames } from './expression.ts';
import type { Block, Expression, Script, Statement, StatementShape } from './syntax.ts';

/** Reads a whole script. Throws a ScriptError with its place. */
export function parseScript(source: string): Script {
  const cursor = openCursor(source, parseBlock);
  const statements: Statement[] = [];
  while (cursor.peek().kind !== 'end') statements.push(parseStatement(cursor));
  return { body: { kind: 'block', statements }, starts: cursor.starts };
}

function parseBlock(cursor: Cursor): Block {
  cursor.expects('{');
  const statements: Statement[] = [];
  while (!cursor.sees('}')) {
    if (cursor.peek().kind === 'end') cursor.expects('}');
    statements.push(parseStatement(cursor, true));
  }
  cursor.expects('}');
  return { kind: 'block', statements };
}

/**
 * One statement. Simple ones end with `;`, at the end of the script, or, directly in a block (`inBlock`), before its `}`:
 * the branch of an `if` without braces needs its `;`, as in the original.
 */
function parseStatement(cursor: Cursor, inBlock = false): Statement {
  return cursor.deeper(() => {
    const at = cursor.peek().offset;
    cursor.starts.push(at);
    const compound = parseCompound(cursor);
    if (compound) return { ...compound, at };
    const simple = parseSimple(cursor);
    if (!cursor.accepts(';') && cursor.peek().kind !== 'end' && !(inBlock && cursor.sees('}'))) {
      cursor.fail(cursor.peek(), `unexpected token ['${cursor.peek().text}'] was expecting one of [{<EOF>, ';'}].`);
    }
    return { ...simple, at };
  });
}

function parseCompound(cursor: Cursor): StatementShape | undefined {
  if (cursor.accepts('if')) return parseIf(cursor);
  if (cursor.accepts('while')) {
    const test = parseTest(cursor);
    return { kind: 'while', test, body: parseBody(cursor) };
  }
  if (cursor.accepts('for')) return parseFor(cursor);
  if (cursor.sees('try')) cursor.fail(cursor.peek(), 'try and catch are not supported in trigger conditions.');
  return undefined;
}

function parseIf(cursor: Cursor): StatementShape {
  const test = parseTest(cursor);
  const whenTrue = parseTrailer(cursor);
  const whenFalse = cursor.accepts('else') ? parseTrailer(cursor) : undefined;
  return { kind: 'if', test, whenTrue, whenFalse };
}

function parseTest(cursor: Cursor): Expression {
  cursor.expects('(');
  const test = parseExpression(cursor);
  cursor.expects(')');
  return test;
}

function parseTrailer(cursor: Cursor): Statement {
  const at = cursor.peek().offset;
  return cursor.sees('{') ? { ...parseBlock(cursor), at } : parseStatement(cursor);
}

/** A loop's body: a block, a statement, or nothing but `;`. */
function parseBody(cursor: Cursor): Statement {
  const at = cursor.peek().offset;
  return cursor.accepts(';') ? { kind: 'block', statements: [], at } : parseTrailer(cursor);
}

function parseFor(cursor: Cursor): StatementShape {
  cursor.expects('(');
  const each = parseEach(cursor);
  if (each) return each;
  const at = cursor.peek().offset;
  const start = cursor.sees(';') ? undefined : { ...parseSimple(cursor), at };
  cursor.expects(';');
  const test = cursor.sees(';') ? undefined : parseExpression(cursor);
  cursor.expects(';');
  const after = cursor.sees(')') ? undefined : parseExpression(cursor);
  cursor.expects(')');
  return { kind: 'for', start, test, after, body: parseBody(cursor) };
}

/** `for (x in list)` and `for (Type x : list)`, after the parenthesis. */
function parseEach(cursor: Cursor): StatementShape | undefined {
  const typed = cursor.peek().kind === 'name' && cursor.peek(1).kind === 'name' && cursor.peek(2).text === ':';
  const bare = cursor.peek().kind === 'name' && cursor.peek(1).text === 'in';
  if (!typed && !bare) return undefined;
  const type = typed ? parseType(cursor) : 'def';
  const name = cursor.next().text;
  cursor.next();
  const list = parseExpression(cursor);
  cursor.expects(')');
  return { kind: 'each', type, name, list, body: parseTrailer(cursor) };
}

function parseSimple(cursor: Cursor): StatementShape {
  if (cursor.accepts('return')) {
    const bare = cursor.sees(';') || cursor.sees('}') || cursor.peek().kind === 'end';
    return { kind: 'return', value: bare ? undefined : parseExpression(cursor) };
  }
  if (cursor.accepts('throw')) return { kind: 'throw', value: parseExpression(cursor) };
  if (cursor.accepts('break')) return { kind: 'break' };
  if (cursor.accepts('continue')) return { kind: 'continue' };
  if (cursor.accepts('do')) {
    const at = cursor.peek().offset;
    const body = { ...parseBlock(cursor), at };
    cursor.expects('while');
    return { kind: 'do', test: parseTest(cursor), body };
  }
  if (isDeclaration(cursor)) return parseDeclaration(cursor);
  return { kind: 'expression', expression: parseExpression(cursor) };
}

function isDeclaration(cursor: Cursor): boolean {
  if (cursor.peek().kind !== 'name') return false;
  const dotted = cursor.peek().text === 'Map' && cursor.peek(1).text === '.' && cursor.peek(2).text === 'Entry';
  const name = cursor.peek(dotted ? 3 : 1);
  if (name.kind !== 'name' || reserved.has(cursor.peek().text) || reserved.has(name.text)) return false;
  return typeNames.has(cursor.peek().text);
}

function parseDeclaration(cursor: Cursor): StatementShape {
  const type = parseType(cursor);
  const names: { name: string; at: number; value: Expression | undefined }[] = [];
  do {
    const name = cursor.next();
    if (name.kind !== 'name' || reserved.has(name.text)) cursor.fail(name);
    names.push({ name: name.text, at: name.offset, value: cursor.accepts('=') ? parseExpression(cursor) : undefined });
  } while (cursor.accepts(','));
  return { kind: 'declare', type, names };
}
