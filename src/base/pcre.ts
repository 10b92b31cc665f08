import { automatonTest } from './pcre-automaton.ts';
import { backtrackTest } from './pcre-backtrack.ts';
import { parsePcre } from './pcre-parse.ts';
import { buildProgram } from './pcre-program.ts';
import { firstBytes, isRegular } from './pcre-tree.ts';

/** Whether the expression matches anywhere in a text whose characters are bytes; 'too-hard' when it was given up. */
export type PcreTest = (text: string) => boolean | 'too-hard';

/**
 * Compiles an expression of PCRE2 as `pcre2_compile` without flags would: case counts, `.` is no newline, bytes not
 * characters. Answers what is wrong or not supported as text (recursion, conditions, branch resets, verbs, callouts). Expressions from
 * users must not hang the process: regular ones run in linear time, others under limits.regexStepsMax.
 */
export function compilePcre(pattern: string): PcreTest | string {
  const parsed = parsePcre(pattern);
  if (typeof parsed === 'string') return parsed;
  const compiled = buildProgram(parsed.node, parsed.captures);
  if (typeof compiled === 'string') return compiled;
  return isRegular(parsed.node) ? automatonTest(compiled.program) : backtrackTest(compiled, firstBytes(parsed.node));
}
