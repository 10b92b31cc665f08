import { limits } from '../base/limits.ts';
import { makeNames, type Names } from '../query/aggregations/names.ts';
import { partsWeight } from '../query/aggregations/part.ts';
import type { Keep, Made } from '../query/stretch.ts';
import { boundedCache } from './bounded-cache.ts';

/**
 * What aggregations made of the matches in a stretch of sealed segments, by index, stretch, query and aggregations. Of use while
 * the segments are the same ones with as many living documents, and the mapping only grows by fields that documents bring:
 * documents die one after the other, so as many are the same ones.
 */
export interface KeptAggregations {
  of(key: string, of: { readonly segments: string; readonly lineage: object; readonly columns: Keep['columns'] }): Keep;
  /** Forgets what was not used since the call before; the names of values too, when nothing was asked for meanwhile. */
  age(): void;
}

export function makeKeptAggregations(): KeptAggregations {
  interface Entry {
    readonly segments: string;
    readonly lineage: object;
    readonly names: Names;
    readonly made: Made;
  }
  const cache = boundedCache<string, Entry>(limits.keptAggregationsMax);
  let names = makeNames();
  /** Calls of `age` since anything was asked for. */
  let idle = 0;
  return {
    age() {
      cache.age();
      if (++idle > 2) names = makeNames();
    },
    of(key, { segments, lineage, columns }) {
      const own = names;
      idle = 0;
      return {
        names: own,
        columns,
        get() {
          const entry = cache.get(key);
          const holds = entry?.segments === segments && entry.lineage === lineage && entry.names === own;
          return holds ? entry.made : undefined;
        },
        set(made) {
          if (own !== names) return;
          if (names.weight <= limits.keptNamesMax) {
            cache.set(
              key,
              { segments, lineage, names, made },
              partsWeight(made.parts) + key.length + segments.length + 200,
            );
            return;
          }
          names = makeNames();
          cache.clear();
        },
      };
    },
  };
}
