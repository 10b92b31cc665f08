import type { Document } from '../base/document.ts';
import { writeJson } from '../base/json.ts';
import type { Mapping } from '../query/mapping.ts';
import { mappingJson, parseMapping } from '../query/mapping.ts';

/** Parsed mappings by their text: daily indices of one template share one object until they grow apart. */
export interface MappingCache {
  get(text: string, settings: Document, json: () => Document): Mapping;
}

/** Enough for all templates in use; beyond it the cache starts anew. */
const mappingsKept = 200;

export function makeMappingCache(): MappingCache {
  const known = new Map<string, Mapping>();
  return {
    get(text, settings, json) {
      const key = `${writeJson(settings)}${text}`;
      const found = known.get(key);
      if (found) return found;
      if (known.size >= mappingsKept) known.clear();
      const mapping = parseMapping(json(), settings);
      known.set(key, mapping);
      return mapping;
    },
  };
}

export function mappingText(mapping: Mapping): string {
  return writeJson(mappingJson(mapping));
}
