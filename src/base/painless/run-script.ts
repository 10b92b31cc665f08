import { asBoolean, runToEnd, type Steps } from './evaluate.ts';
import { Num } from './num.ts';
import { ScriptError } from './script-error.ts';
import type { Script } from './syntax.ts';
import { typeName, type Value } from './value.ts';

/** Runs a checked script that gives a boolean; falling off its end is false. Throws a runtime ScriptError. */
export function runScript(script: Script, names: ReadonlyMap<string, Value>, steps: Steps): boolean {
  const result = runToEnd(script, names, steps);
  return result !== undefined && asBoolean(result.value, result.at);
}

/** Runs a checked script that gives a number; undefined for null and where it falls off its end. Throws a runtime ScriptError. */
export function runNumber(script: Script, names: ReadonlyMap<string, Value>, steps: Steps): number | undefined {
  const result = runToEnd(script, names, steps);
  if (result === undefined || result.value === null) return undefined;
  if (result.value instanceof Num) return result.value.value;
  const reason = `cannot cast def [${typeName(result.value)}] to java.lang.Number`;
  throw new ScriptError('runtime error', result.at, 'class_cast_exception', reason);
}
