import { fitted, int, Num } from './num.ts';
import { javaText, Moment, ScriptList, ScriptMap, type Value } from './value.ts';

type Static = (args: readonly Value[]) => Value | undefined;

const one =
  (calculate: (value: number) => number): Static =>
  ([value]) =>
    value instanceof Num ? new Num('double', calculate(value.value)) : undefined;

const two =
  (calculate: (a: number, b: number) => number): Static =>
  ([a, b]) => {
    if (!(a instanceof Num) || !(b instanceof Num)) return undefined;
    return a.kind === b.kind
      ? fitted(a.kind, calculate(a.value, b.value))
      : new Num('double', calculate(a.value, b.value));
  };

/** Static methods that conditions may call, by `Class.method`. They answer undefined to arguments of a wrong type. */
const methods: ReadonlyMap<string, Static> = new Map<string, Static>([
  ['Math.abs', ([value]) => (value instanceof Num ? fitted(value.kind, Math.abs(value.value)) : undefined)],
  ['Math.max', two(Math.max)],
  ['Math.min', two(Math.min)],
  ['Math.floor', one(Math.floor)],
  ['Math.ceil', one(Math.ceil)],
  ['Math.sqrt', one(Math.sqrt)],
  ['Math.log', one(Math.log)],
  ['Math.log10', one(Math.log10)],
  ['Math.exp', one(Math.exp)],
  ['Math.pow', ([a, b]) => (a instanceof Num && b instanceof Num ? new Num('double', a.value ** b.value) : undefined)],
  ['Math.round', ([value]) => (value instanceof Num ? fitted('long', Math.floor(value.value + 0.5)) : undefined)],
  ['Integer.parseInt', ([value]) => whole(value, 'int')],
  ['Integer.valueOf', ([value]) => whole(value, 'int')],
  ['Long.parseLong', ([value]) => whole(value, 'long')],
  ['Long.valueOf', ([value]) => whole(value, 'long')],
  ['Double.parseDouble', ([value]) => decimal(value)],
  ['Double.valueOf', ([value]) => decimal(value)],
  ['Float.parseFloat', ([value]) => decimal(value)],
  ['Boolean.parseBoolean', ([value]) => typeof value === 'string' && value.toLowerCase() === 'true'],
  ['String.valueOf', ([value]) => javaText(value ?? null)],
  ['Objects.equals', ([a, b]) => javaText(a ?? null) === javaText(b ?? null)],
  ['Instant.ofEpochMilli', ([value]) => (value instanceof Num ? new Moment(value.value) : undefined)],
  ['Instant.parse', ([value]) => moment(value)],
]);

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['Integer.MAX_VALUE', int(2 ** 31 - 1)],
  ['Integer.MIN_VALUE', int(-(2 ** 31))],
  ['Math.PI', new Num('double', Math.PI)],
  ['Math.E', new Num('double', Math.E)],
]);

/** Classes with static members; a script's own variables come first. */
export const staticClasses: ReadonlySet<string> = new Set(
  [...methods.keys(), ...constants.keys()].map((name) => name.split('.')[0] ?? ''),
);

export function staticMethod(name: string): Static | undefined {
  return methods.get(name);
}

export function staticConstant(name: string): Value | undefined {
  return constants.get(name);
}

/** `new X(…)` for the collections; undefined for any other class. */
export function construct(type: string): Value | undefined {
  if (type === 'ArrayList') return new ScriptList([]);
  return type === 'HashMap' || type === 'LinkedHashMap' || type === 'TreeMap' ? new ScriptMap() : undefined;
}

function whole(value: Value | undefined, kind: 'int' | 'long'): Value | undefined {
  if (value instanceof Num) return fitted(kind, value.value);
  if (typeof value !== 'string' || !/^[+-]?\d{1,19}$/.test(value)) return undefined;
  const parsed = Number(value);
  return kind === 'int' && Math.abs(parsed) > 2 ** 31 ? undefined : new Num(kind, parsed);
}

function decimal(value: Value | undefined): Value | undefined {
  if (value instanceof Num) return new Num('double', value.value);
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) return undefined;
  return new Num('double', Number(value));
}

function moment(value: Value | undefined): Value | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Moment(ms);
}
