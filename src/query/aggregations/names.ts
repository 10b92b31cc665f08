import type { Point } from '../lucene.ts';

/** Numbers for values, shared by all that is kept of aggregations: a value that many stretches have is in memory once. */
export interface Names {
  numberOf(value: Point): number;
  at(number: number): Point;
  readonly count: number;
  /** Bytes of memory, about. */
  readonly weight: number;
}

/** Of an entry of the map and one of the list, beside the text. */
const nameWeight = 72;

export function makeNames(): Names {
  const numbers = new Map<Point, number>();
  const values: Point[] = [];
  let weight = 0;
  return {
    numberOf(value) {
      const known = numbers.get(value);
      if (known !== undefined) return known;
      const number = values.length;
      numbers.set(value, number);
      // As a map of buckets has it: it knows one zero only.
      values.push(value === 0 ? 0 : value);
      weight += nameWeight + (typeof value === 'string' ? value.length * 2 : 8);
      return number;
    },
    at: (number) => values[number] as Point,
    get count() {
      return values.length;
    },
    get weight() {
      return weight;
    },
  };
}
