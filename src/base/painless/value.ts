import { type Document, isDocument } from '../document.ts';
import { Num, numOf, numText } from './num.ts';
import type { Block, Expression } from './syntax.ts';

/**
 * What a script handles. JSON of a run's results stays as it is (arrays and objects, never changed); what the script makes
 * itself are the classes below, so that no field of an event can be mistaken for one of them.
 */
export type Value =
  | null
  | boolean
  | string
  | Num
  | readonly unknown[]
  | Document
  | ScriptList
  | ScriptMap
  | Bean
  | Moment
  | Lambda;

export class ScriptList {
  readonly items: Value[];
  constructor(items: Value[]) {
    this.items = items;
  }
}

/** Keys keep their kind: 1 and "1" are two keys. */
export class ScriptMap {
  readonly entries = new Map<string, readonly [Value, Value]>();
}

/** A Java object with named members, such as `ctx` and `ctx.monitor`. */
export class Bean {
  /** The key in the checker's table of types. */
  readonly type: string;
  readonly members: ReadonlyMap<string, Value>;
  constructor(type: string, members: ReadonlyMap<string, Value>) {
    this.type = type;
    this.members = members;
  }
}

/** A java.time.Instant. */
export class Moment {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export interface Scope {
  readonly values: Map<string, Value>;
  readonly parent: Scope | undefined;
}

export class Lambda {
  readonly parameters: readonly string[];
  readonly body: Expression | Block;
  readonly scope: Scope;
  constructor(parameters: readonly string[], body: Expression | Block, scope: Scope) {
    this.parameters = parameters;
    this.body = body;
    this.scope = scope;
  }
}

/** A JSON value as a script sees it. */
export function fromJson(json: unknown): Value {
  if (typeof json === 'number') return numOf(json);
  if (typeof json === 'bigint') return new Num('long', Number(json));
  if (json === undefined) return null;
  return json as Value;
}

/** The items of any list; undefined for what is none. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (value instanceof ScriptList) return value.items;
  return Array.isArray(value) ? (value as readonly unknown[]).map(fromJson) : undefined;
}

/** Key and value pairs of any map; undefined for what is none. */
export function entriesOf(value: Value): readonly (readonly [Value, Value])[] | undefined {
  if (value instanceof ScriptMap) return [...value.entries.values()];
  return isJsonMap(value) ? Object.entries(value).map(([key, item]) => [key, fromJson(item)] as const) : undefined;
}

export function isJsonMap(value: Value): value is Document {
  if (!isDocument(value)) return false;
  return !(
    value instanceof Num ||
    value instanceof ScriptList ||
    value instanceof ScriptMap ||
    value instanceof Bean ||
    value instanceof Moment ||
    value instanceof Lambda
  );
}

export function mapKey(key: Value): string {
  return typeof key === 'string' ? `s${key}` : `o${javaText(key)}`;
}

export function mapGet(map: Value, key: Value): Value {
  if (map instanceof ScriptMap) return map.entries.get(mapKey(key))?.[1] ?? null;
  if (typeof key !== 'string' || !isJsonMap(map) || !Object.hasOwn(map, key)) return null;
  return fromJson(map[key]);
}

/** The name that Java's errors give a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Num) return value.kind;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'java.lang.String';
  if (Array.isArray(value) || value instanceof ScriptList) return 'java.util.ArrayList';
  if (value instanceof Moment) return 'java.time.Instant';
  if (value instanceof Bean) return value.type;
  return value instanceof Lambda ? 'lambda' : 'java.util.HashMap';
}

/** The longest text a script may build: it sees events that an attacker wrote, and `s += s` doubles. */
export const textMax = 1_000_000;

/** As Java's toString prints it; cut at the bound. */
export function javaText(value: Value, room = textMax): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Num) return numText(value);
  if (value instanceof Moment) return new Date(value.ms).toISOString();
  if (room <= 0) return '…';
  const parts: string[] = [];
  let left = room;
  const add = (part: string): boolean => {
    parts.push(part);
    left -= part.length + 2;
    return left > 0;
  };
  const items = itemsOf(value);
  if (items) {
    for (const item of items) if (!add(javaText(item, left))) break;
    return `[${parts.join(', ')}]`;
  }
  for (const [key, item] of entriesOf(value) ?? []) {
    if (!add(`${javaText(key, left)}=${javaText(item, left)}`)) break;
  }
  return `{${parts.join(', ')}}`;
}
