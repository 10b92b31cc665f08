import { limits } from '../base/limits.ts';
import type { KeptTops, Tops } from '../query/tops.ts';
import { boundedCache } from './bounded-cache.ts';

/**
 * Which matches of parts of sealed segments can be among the first of a sort. Of use while the part has as many living documents
 * (they die one after the other, so as many are the same ones) and the mapping only grows by fields that documents bring.
 */
export interface AllKeptTops {
  of(part: string, lineage: object): KeptTops;
  /** Forgets what was not used since the call before. */
  age(): void;
}

export function makeKeptTops(): AllKeptTops {
  const cache = boundedCache<string, { readonly lineage: object; readonly tops: Tops }>(limits.keptTopsMax);
  const of: AllKeptTops['of'] = (part, lineage) => ({
    get(name) {
      const entry = cache.get(`${part}\n${name}`);
      return entry?.lineage === lineage ? entry.tops : undefined;
    },
    set(name, tops) {
      cache.set(`${part}\n${name}`, { lineage, tops }, part.length + name.length + 400 + tops.rows.length * rowWeight);
    },
  });
  return { of, age: cache.age };
}

/** Two numbers, a value and its bound. */
const rowWeight = 64;
