import { ScriptError } from './script-error.ts';
import type { Block, Expression, ExpressionShape } from './syntax.ts';
import { type Token, tokens } from './token.ts';

/** Deeper trees are refused: parser, checker and evaluator recurse over them. A chain of `||` is as deep as it is long. */
const depthMax = 400;

/** The parser's place in the script, and what all its parts need. */
export interface Cursor {
  peek(ahead?: number): Token;
  next(): Token;
  /** True when the next token is this symbol or word. */
  sees(text: string): boolean;
  /** Takes the symbol or word if it is next. */
  accepts(text: string): boolean;
  expects(text: string): Token;
  fail(token: Token, reason?: string): never;
  /** Makes an expression node and bounds its depth. */
  node(at: number, shape: ExpressionShape, ...children: readonly (Expression | undefined)[]): Expression;
  /** Runs a part one level deeper. */
  deeper<T>(parse: () => T): T;
  /** Reads `{ … }`: given by the statement parser, so that lambdas may have bodies without a circle of imports. */
  block(): Block;
  /** Collects where statements start. */
  readonly starts: number[];
}

export function openCursor(source: string, block: (cursor: Cursor) => Block): Cursor {
  const list = tokens(source);
  const end = list.at(-1) as Token;
  let place = 0;
  let depth = 0;
  const fail = (token: Token, reason?: string): never => {
    const found = token.kind === 'end' ? 'unexpected end of script.' : `unexpected token ['${token.text}'].`;
    throw new ScriptError('compile error', token.offset, 'illegal_argument_exception', reason ?? found);
  };
  const tooDeep = (token: Token): never => fail(token, `the script is nested deeper than ${depthMax} levels.`);
  const cursor: Cursor = {
    starts: [],
    peek: (ahead = 0) => list[place + ahead] ?? end,
    next: () => list[place++] ?? end,
    sees: (text) => isSign(cursor.peek(), text),
    accepts: (text) => {
      if (!cursor.sees(text)) return false;
      place++;
      return true;
    },
    expects: (text) => {
      const token = cursor.peek();
      if (!isSign(token, text)) {
        const found = token.kind === 'end' ? 'unexpected end of script.' : `unexpected token ['${token.text}']`;
        fail(token, `${found} was expecting one of ['${text}'].`);
      }
      place++;
      return token;
    },
    fail,
    node: (at, shape, ...children) => {
      const below = children.reduce((most, child) => Math.max(most, child?.depth ?? 0), 0);
      if (below >= depthMax) tooDeep(cursor.peek());
      return { ...shape, at, depth: below + 1 };
    },
    deeper: (parse) => {
      if (++depth > depthMax / 4) tooDeep(cursor.peek());
      const parsed = parse();
      depth--;
      return parsed;
    },
    block: () => block(cursor),
  };
  return cursor;
}

function isSign(token: Token, text: string): boolean {
  return (token.kind === 'symbol' || token.kind === 'name') && token.text === text;
}
