import { asText, type Document, isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { checkScript } from '../../base/painless/check.ts';
import type { Steps } from '../../base/painless/evaluate.ts';
import { Num } from '../../base/painless/num.ts';
import { runNumber, runScript } from '../../base/painless/run-script.ts';
import { describeScriptError, ScriptError } from '../../base/painless/script-error.ts';
import { parseScript } from '../../base/painless/statement.ts';
import type { Script } from '../../base/painless/syntax.ts';
import type { Value } from '../../base/painless/value.ts';
import { argumentError, parsingError, reduceError, wrappedError } from '../refusal.ts';
import { malformed, textOf, tokenOf } from './body.ts';
import { type BucketEntry, numberAt } from './buckets-path.ts';
import { decimalFormat } from './decimal-format.ts';
import type { Pipeline } from './pipeline.ts';

/** Pipelines that ask a script about each bucket: `bucket_selector` keeps those it is true for, `bucket_script` adds its number. */
export const bucketScriptKinds: readonly string[] = ['bucket_selector', 'bucket_script'];

export function parseBucketScript(
  body: Document,
  kind: string,
  name: string,
): Omit<Pipeline, 'name' | 'kind' | 'meta'> {
  const selects = kind === 'bucket_selector';
  const known = ['buckets_path', 'script', 'gap_policy', ...(selects ? [] : ['format'])];
  for (const key of Object.keys(body)) if (!known.includes(key)) throw unknownKey(key, body[key], kind, name);
  for (const key of ['buckets_path', 'script']) {
    if (body[key] !== undefined) continue;
    throw selects
      ? parsingError(`Missing required field [${key}] for bucket_selector aggregation [${name}]`)
      : argumentError(`Required [${key}]`);
  }
  const paths = readPaths(body.buckets_path, kind, name);
  const asked = readScript(body.script, kind, name);
  const gaps = readGaps(body, kind);
  const format = textOf(body, 'format', kind);
  const text = format === undefined ? undefined : decimalFormat(format);
  const valuesOf = ({ bucket }: BucketEntry): [string, number | undefined][] =>
    [...paths].map(([variable, path]) => [variable, numberAt(bucket, path, gaps)]);
  return {
    paths: [...paths.values()],
    reads: [...paths.values()].map((path) => path.split(/[>.[]/)[0] ?? ''),
    place: 'buckets',
    typeName: 'simple_value',
    change(buckets) {
      if (buckets.length === 0) return buckets;
      const script = compile(asked.source, selects ? 'boolean' : 'number');
      const steps: Steps = { left: limits.bucketScriptStepsMax };
      const ask = <T>(run: () => T): T => told(asked.source, script, run);
      if (selects) {
        return buckets.filter((entry) => {
          const params = paramsOf(asked.params, valuesOf(entry));
          return ask(() => runScript(script, params, steps));
        });
      }
      return buckets.map((entry) => {
        const values = valuesOf(entry);
        const gap = values.some(([, value]) => value === undefined || Number.isNaN(value));
        if (gap && gaps === 'skip') return entry;
        const value = ask(() => runNumber(script, paramsOf(asked.params, values), steps));
        if (value === undefined) return entry;
        const shown = Number.isFinite(value)
          ? { value, ...(text ? { value_as_string: text(value) } : {}) }
          : { value: null };
        return { ...entry, bucket: { ...entry.bucket, [name]: shown } };
      });
    },
  };
}

/** One path is `_value`, several in a list are `_value0`, `_value1`… */
function readPaths(json: unknown, kind: string, name: string): ReadonlyMap<string, string> {
  if (typeof json === 'string') return new Map([['_value', json]]);
  if (Array.isArray(json)) return new Map(json.map((path, at) => [`_value${at}`, asText(path)]));
  if (isDocument(json)) return new Map(Object.entries(json).map(([variable, path]) => [variable, asText(path)]));
  throw kind === 'bucket_selector'
    ? parsingError(`Unexpected token ${tokenOf(json)} in [${name}].`)
    : malformed(`[${kind}] buckets_path doesn't support values of type: ${tokenOf(json)}`);
}

interface AskedScript {
  readonly source: string;
  readonly params: Document;
}

/** The source, or an object that holds it. */
function readScript(json: unknown, kind: string, name: string): AskedScript {
  if (typeof json === 'string') return { source: json, params: {} };
  if (!isDocument(json)) {
    throw kind === 'bucket_selector'
      ? parsingError(`Unexpected token ${tokenOf(json)} in [${name}].`)
      : malformed(`[${kind}] script doesn't support values of type: ${tokenOf(json)}`);
  }
  if (json.id !== undefined)
    throw new TrailhoundError('not-supported', `[script] of [${name}]: there are no stored scripts`);
  const source = json.source ?? json.inline;
  if (typeof source !== 'string') {
    const error = argumentError('must specify either [source] for an inline script or [id] for a stored script');
    throw kind === 'bucket_selector' ? error : wrappedError(error, `[${kind}] failed to parse field [script]`);
  }
  const lang = asText(json.lang ?? 'painless');
  if (lang !== 'painless')
    throw reduceError({ type: 'illegal_argument_exception', reason: `script_lang not supported [${lang}]` });
  return { source, params: isDocument(json.params) ? json.params : {} };
}

function readGaps(body: Document, kind: string): 'skip' | 'insert_zeros' {
  const text = body.gap_policy ?? 'skip';
  if (text === 'skip' || text === 'insert_zeros') return text;
  const error = parsingError(`Invalid gap policy: [${asText(text)}], accepted values: [insert_zeros, skip]`);
  throw kind === 'bucket_selector' ? error : wrappedError(error, `[${kind}] failed to parse field [gap_policy]`);
}

function unknownKey(key: string, value: unknown, kind: string, name: string): Error {
  if (kind === 'bucket_script') return malformed(`[${kind}] unknown field [${key}]`);
  const token = tokenOf(value);
  if (token === 'VALUE_STRING') return parsingError(`Unknown key for a VALUE_STRING in [${name}]: [${key}].`);
  return parsingError(`Unexpected token ${token} in [${name}].`);
}

/** A bucket's numbers as the script's `params`, which may hold others of the request's own. */
function paramsOf(
  params: Document,
  values: readonly (readonly [string, number | undefined])[],
): ReadonlyMap<string, Value> {
  const numbers = values.map(([name, value]) => [name, value === undefined ? null : new Num('double', Number(value))]);
  return new Map([['params', { ...params, ...Object.fromEntries(numbers) }]]);
}

function compile(source: string, result: 'boolean' | 'number'): Script {
  return told(source, undefined, () => {
    const script = parseScript(source);
    checkScript(script, new Map([['params', 'def']]), result);
    return script;
  });
}

/** What a script does, with its errors as those of the search. */
function told<T>(source: string, script: Script | undefined, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof ScriptError)) throw thrown;
    const { reason, type, stack } = describeScriptError(source, thrown, script?.starts ?? []);
    throw reduceError({
      type: 'script_exception',
      reason: thrown.phase,
      script_stack: stack,
      script: source,
      lang: 'painless',
      caused_by: { type, reason },
    });
  }
}
