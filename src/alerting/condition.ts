import { limits } from '../base/limits.ts';
import { checkScript } from '../base/painless/check.ts';
import { runScript } from '../base/painless/run-script.ts';
import { describeScriptError, ScriptError, type ScriptFailure } from '../base/painless/script-error.ts';
import { parseScript } from '../base/painless/statement.ts';
import type { Script } from '../base/painless/syntax.ts';
import type { Value } from '../base/painless/value.ts';

/** A trigger's condition, compiled. What is wrong with it is part of it: a bad script still answers each run. */
export interface Condition {
  readonly source: string;
  readonly script: Script | undefined;
  readonly failure: ScriptFailure | undefined;
}

/** The original's `script.max_size_in_bytes`. */
const sourceMax = 65_535;

/** What a script may name: a query-level condition the run, a bucket's the numbers of its `buckets_path`. */
const contexts = {
  run: new Map([
    ['ctx', 'Context'],
    ['params', 'def'],
  ]),
  bucket: new Map([['params', 'def']]),
} as const;

/** Reads and checks the Painless subset of specs/alerting.md §3. Never throws: the failure has line, column and words. */
export function compileCondition(source: string, context: keyof typeof contexts = 'run'): Condition {
  try {
    if (source.length > sourceMax) {
      const reason = `scripts may be no longer than ${sourceMax} characters`;
      throw new ScriptError('compile error', 0, 'illegal_argument_exception', reason);
    }
    const script = parseScript(source);
    checkScript(script, contexts[context]);
    return { source, script, failure: undefined };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { source, script: undefined, failure: describeScriptError(source, error, []) };
  }
}

export interface Evaluated {
  readonly triggered: boolean;
  readonly failure?: ScriptFailure;
}

/** One evaluation. A script that fails counts as triggered, as in the original: a broken monitor must not look quiet. */
export function evaluateCondition(condition: Condition, ctx: Value): Evaluated {
  const names: [string, Value][] = [
    ['ctx', ctx],
    ['params', {}],
  ];
  return evaluate(condition, new Map(names));
}

/** One evaluation about one bucket. */
export function evaluateBucketCondition(condition: Condition, params: Value): Evaluated {
  return evaluate(condition, new Map([['params', params]]));
}

function evaluate({ script, source, failure }: Condition, names: ReadonlyMap<string, Value>): Evaluated {
  if (!script) return { triggered: true, ...(failure ? { failure } : {}) };
  try {
    return { triggered: runScript(script, names, { left: limits.conditionStepsMax }) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { triggered: true, failure: describeScriptError(source, error, script.starts) };
  }
}
