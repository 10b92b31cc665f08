import { limits } from '../../base/limits.ts';
import { checkScript } from './check.ts';
import { runScript } from './evaluate.ts';
import { describeScriptError, ScriptError, type ScriptFailure } from './script-error.ts';
import { parseScript } from './statement.ts';
import type { Script } from './syntax.ts';
import type { Value } from './value.ts';

/** A trigger's condition, compiled. What is wrong with it is part of it: a bad script still answers each run. */
export interface Condition {
  readonly source: string;
  readonly script: Script | undefined;
  readonly failure: ScriptFailure | undefined;
}

/** The original's `script.max_size_in_bytes`. */
const sourceMax = 65_535;

/** Reads and checks the Painless subset of specs/alerting.md §3. Never throws: the failure has line, column and words. */
export function compileCondition(source: string): Condition {
  try {
    if (source.length > sourceMax) {
      const reason = `scripts may be no longer than ${sourceMax} characters`;
      throw new ScriptError('compile error', 0, 'illegal_argument_exception', reason);
    }
    const script = parseScript(source);
    checkScript(script);
    return { source, script, failure: undefined };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { source, script: undefined, failure: describeScriptError(source, error, []) };
  }
}

/** One evaluation. A script that fails counts as triggered, as in the original: a broken monitor must not look quiet. */
export function evaluateCondition(condition: Condition, ctx: Value): { triggered: boolean; failure?: ScriptFailure } {
  const { script, source } = condition;
  if (!script) return { triggered: true, ...(condition.failure ? { failure: condition.failure } : {}) };
  try {
    return { triggered: runScript(script, ctx, {}, limits.conditionStepsMax) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { triggered: true, failure: describeScriptError(source, error, script.starts) };
  }
}
