import { compilePcre } from '../base/pcre.ts';
import { byteText } from './byte-text.ts';
import { compileOsMatch } from './osmatch.ts';
import { compileOsRegex, type TextTest } from './osregex.ts';

export type ExpressionType = 'osmatch' | 'osregex' | 'pcre2' | 'string';

/** A compiled test of a text. `negate` is not applied by `test`: an absent text fails either way. */
export interface Expression {
  readonly type: ExpressionType;
  readonly pattern: string;
  readonly negate: boolean;
  readonly test: TextTest;
}

/** Compiles an expression of a rule; answers what is wrong with it as text. */
export function compileExpression(type: ExpressionType, pattern: string, negate: boolean): Expression | string {
  const test = compileTest(type, pattern);
  return typeof test === 'string' ? `the ${type} "${pattern}" ${test}` : { type, pattern, negate, test };
}

export function isExpressionType(type: string): type is ExpressionType {
  return type === 'osmatch' || type === 'osregex' || type === 'pcre2' || type === 'string';
}

function compileTest(type: ExpressionType, pattern: string): TextTest | string {
  if (type === 'osmatch') return compileOsMatch(pattern);
  if (type === 'osregex') return compileOsRegex(pattern);
  if (type === 'string') return (text) => text === pattern;
  // Without flags: bytes, not characters; case counts.
  const compiled = compilePcre(byteText(pattern));
  return typeof compiled === 'string' ? compiled : (text) => compiled(byteText(text));
}
