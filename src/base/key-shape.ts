import { limits } from './limits.ts';

/**
 * The names of an object's members in their order, known once for all objects that have the same: a trail writes some hundred
 * sequences of names, over and over. What is true of the names alone is asked once, and copies are made of a template: an object
 * that grows name by name becomes a hash table to V8 beyond some sixteen of them, which is slower to make, read, write and collect.
 */
export interface KeyShape {
  /** Two names differ in nothing but the case of A–Z, or one holds a dot. */
  readonly odd: boolean;
  /**
   * This sequence with one name more; undefined for names that cannot stand in a template (`__proto__`, numbers, which change the
   * order of an object, very long ones) and beyond limits.shapeKeysMax.
   */
  with(key: string): KeyShape | undefined;
  /** A new object with these names and `values[from]`, `values[from + 1]` … as their values. */
  object(values: readonly unknown[], from: number): { [field: string]: unknown };
}

/** The shape of `{}`. All shapes are forgotten and learned anew when there are more than limits.shapesMax: names are hostile. */
export function emptyShape(): KeyShape {
  if (count > limits.shapesMax) {
    count = 0;
    empty = new Shape([], false);
  }
  return empty;
}

/** A class, for its members are read for each member of each record: V8 knows where they stand. */
class Shape implements KeyShape {
  readonly odd: boolean;
  private readonly keys: readonly string[];
  private template: { readonly [field: string]: unknown } | undefined;
  private readonly longer = new Map<string, Shape>();
  /** The name that followed last: most of the time it follows again. */
  private lastKey = '';
  private last: Shape | undefined;

  constructor(keys: readonly string[], odd: boolean) {
    this.keys = keys;
    this.odd = odd;
  }

  with(key: string): Shape | undefined {
    if (key === this.lastKey && this.last) return this.last;
    let next = this.longer.get(key);
    if (!next) {
      if (this.keys.length >= limits.shapeKeysMax || !fits(key) || this.keys.includes(key)) return undefined;
      next = new Shape([...this.keys, key], this.odd || key.includes('.') || this.keys.some((one) => meets(one, key)));
      this.longer.set(key, next);
      count++;
    }
    this.lastKey = key;
    this.last = next;
    return next;
  }

  object(values: readonly unknown[], from: number): { [field: string]: unknown } {
    const { keys } = this;
    this.template ??= JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:""`).join(',')}}`);
    const copy: { [field: string]: unknown } = { ...this.template };
    for (let at = 0; at < keys.length; at++) copy[keys[at] as string] = values[from + at];
    return copy;
  }
}

let count = 0;
let empty = new Shape([], false);

const keyLengthMax = 100;

function fits(key: string): boolean {
  return key.length <= keyLengthMax && key !== '__proto__' && !/^\d/.test(key);
}

function meets(one: string, other: string): boolean {
  return one.length === other.length && lower(one) === lower(other);
}

function lower(key: string): string {
  return key.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}
