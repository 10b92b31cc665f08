import { asText, type Document, isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { argumentError, parsingError, wrappedError } from '../refusal.ts';
import { checkBody, failedField, malformed, numberOf, textOf, wholeOf } from './body.ts';
import { gapPolicyOf, valueAt } from './buckets-path.ts';
import { decimalFormat } from './decimal-format.ts';
import type { Pipeline } from './pipeline.ts';

/** Pipelines that look at a window of the buckets before each: `moving_fn`, and the older `moving_avg`. */
export const movingKinds: readonly string[] = ['moving_fn', 'moving_avg'];

export function parseMoving(body: Document, kind: string, name: string): Omit<Pipeline, 'name' | 'kind' | 'meta'> {
  const { script, ...rest } = body;
  if (script !== undefined && kind === 'moving_avg') throw malformed(`[${kind}] unknown field [script]`);
  checkBody(rest, kind, [...shared, ...(kind === 'moving_fn' ? own : ownOfAverage)], refused);
  const path = Array.isArray(body.buckets_path) ? asText(body.buckets_path[0]) : textOf(body, 'buckets_path', kind);
  if (path === undefined) throw argumentError('Required [buckets_path]');
  const gaps = gapPolicyOf(body, kind);
  const format = textOf(body, 'format', kind);
  const text = format === undefined ? undefined : decimalFormat(format);
  const steps = kind === 'moving_fn' ? functionSteps(body, kind, name) : averageSteps(body, kind);
  return {
    paths: [path],
    reads: [path.split(/[>.[]/)[0] ?? ''],
    place: 'buckets',
    typeName: 'simple_value',
    change(buckets) {
      const values = buckets.map(({ bucket }) => valueAt(bucket, path, gaps));
      const known = values.filter((value): value is number => value !== undefined && !Number.isNaN(value));
      let at = 0;
      return buckets.map((entry, place) => {
        const own = values[place];
        if (own === undefined || Number.isNaN(own)) return entry;
        const value = steps(known, at++);
        if (value === undefined) return entry;
        const shown = Number.isFinite(value)
          ? { value, ...(text ? { value_as_string: text(value) } : {}) }
          : { value: null };
        return { ...entry, bucket: { ...entry.bucket, [name]: shown } };
      });
    },
  };
}

const shared = ['buckets_path', 'format', 'gap_policy', 'window'];
const own = ['shift'];
const ownOfAverage = ['model', 'settings'];
/** Of moving_avg: guesses of what comes. */
const refused = ['predict', 'minimize'];

/** What the bucket of a number among those with values gets; undefined: nothing. */
type Steps = (values: readonly number[], at: number) => number | undefined;

function functionSteps(body: Document, kind: string, name: string): Steps {
  if (body.window === undefined) throw argumentError('Required [window]');
  if (body.script === undefined) throw argumentError('Required [script]');
  const window = numberOf(body, 'window', kind, 0);
  if (window <= 0) {
    const why = argumentError('[window] must be a positive, non-zero integer.');
    throw wrappedError(why, `Failed to build [${kind}] after last required field arrived`);
  }
  const shift = wholeOf(body, 'shift', kind, 0, -2_147_483_648);
  const apply = readCall(body.script, name);
  return (values, at) => {
    const inside = (place: number): number => Math.min(Math.max(place, 0), values.length);
    return apply(values.slice(inside(at - window + shift), inside(at + shift)));
  };
}

type Apply = (values: readonly number[]) => number;

/** `MovingFunctions.NAME(values, 0.3)`: the functions that the original has for this; other scripts are refused. */
function readCall(json: unknown, name: string): Apply {
  const source = isDocument(json) ? asText(json.source ?? json.inline ?? '') : asText(json);
  const params = isDocument(json) && isDocument(json.params) ? json.params : {};
  const call =
    /^\s*(?:return\s+)?MovingFunctions\s*\.\s*(\w+)\s*\(\s*values\s*((?:,[^,;]{1,200}){0,5})\)\s*;?\s*$/.exec(source);
  const make = call && functions.get(call[1] ?? '');
  const given = (call?.[2] ?? '').split(',').slice(1);
  const values = given.map((text) => argumentOf(text.trim(), params));
  if (!make || values.includes(undefined)) {
    throw new TrailhoundError(
      'not-supported',
      `[script] of [${name}] is not supported: one of MovingFunctions.${[...functions.keys()].join(', ')} with (values, …) is`,
    );
  }
  return make(values as readonly Given[]);
}

/** A number, or `average`: MovingFunctions.unweightedAvg(values) as an argument of stdDev. */
type Given = number | 'average';

function argumentOf(text: string, params: Document): Given | undefined {
  if (/^MovingFunctions\s*\.\s*unweightedAvg\s*\(\s*values\s*\)$/.test(text)) return 'average';
  const param = /^params\s*\.\s*(\w+)$/.exec(text)?.[1];
  const value = param === undefined ? Number(text.replace(/[dDfF]$/, '')) : params[param];
  return typeof value === 'number' && Number.isFinite(value) && text !== '' ? value : undefined;
}

const functions: ReadonlyMap<string, (given: readonly Given[]) => Apply> = new Map<
  string,
  (given: readonly Given[]) => Apply
>([
  ['max', () => (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b)))],
  ['min', () => (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.min(a, b)))],
  ['sum', () => sum],
  ['unweightedAvg', () => mean],
  ['linearWeightedAvg', () => linear],
  [
    'stdDev',
    ([center]) =>
      (values) =>
        deviation(values, typeof center === 'number' ? center : mean(values)),
  ],
  [
    'ewma',
    ([alpha]) =>
      (values) =>
        exponential(values, Number(alpha)),
  ],
  [
    'holt',
    ([alpha, beta]) =>
      (values) =>
        holt(values, Number(alpha), Number(beta)),
  ],
]);

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : sum(values) / values.length;
}

/** The later, the heavier. The original's weights begin with one too many. */
function linear(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const weights = values.map((_, at) => at + 1);
  return sum(values.map((value, at) => value * (at + 1))) / (1 + sum(weights));
}

function deviation(values: readonly number[], center: number): number {
  return Math.sqrt(sum(values.map((value) => (value - center) ** 2)) / values.length);
}

function exponential(values: readonly number[], alpha: number): number {
  const [first = Number.NaN, ...rest] = values;
  return rest.reduce((average, value) => value * alpha + average * (1 - alpha), first);
}

function holt(values: readonly number[], alpha: number, beta: number): number {
  const [first = Number.NaN, ...rest] = values;
  let level = first;
  let trend = 0;
  for (const value of rest) {
    const before = level;
    level = alpha * value + (1 - alpha) * (before + trend);
    trend = beta * (level - before) + (1 - beta) * trend;
  }
  return level;
}

function averageSteps(body: Document, kind: string): Steps {
  const window = wholeOf(body, 'window', kind, 5, 1);
  const model = textOf(body, 'model', kind) ?? 'simple';
  const settings = isDocument(body.settings) ? body.settings : {};
  const factor = (key: string, fallback: number): number => numberOf(settings, key, kind, fallback);
  const apply: Apply | undefined = new Map<string, Apply>([
    ['simple', mean],
    ['linear', linear],
    ['ewma', (values) => exponential(values, factor('alpha', 0.3))],
    ['holt', (values) => holt(values, factor('alpha', 0.3), factor('beta', 0.1))],
  ]).get(model);
  if (model === 'holt_winters') throw new TrailhoundError('not-supported', `[${model}] of [${kind}] is not supported`);
  if (!apply) throw body.model === undefined ? failedField(kind, 'model') : parsingError(`Unknown model [${model}]`);
  return (values, at) => (at === 0 ? undefined : apply(values.slice(Math.max(0, at - window), at)));
}
