import type { Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { lowerQuery } from './compile.ts';
import type { Field } from './field.ts';
import type { Lucene } from './lucene.ts';
import type { Mapping, ObjectNode } from './mapping.ts';
import { fieldMap } from './mapping-tree.ts';
import type { Query } from './query.ts';

/** A lowered query that knows what of the mapping it was made of: most new fields are none of its business. */
export type Lowered = {
  /** True when lowering by the other mapping would make the same of it. */
  holdsFor(mapping: Mapping): boolean;
} & (
  | { readonly query: Lucene; readonly error?: undefined }
  /** It is refused on this mapping. */
  | { readonly query: undefined; readonly error: TrailhoundError }
);

/** As lowerQuery, but a refusal is an answer. */
export function lowerWatched(query: Query, mapping: Mapping, at: Instant): Lowered {
  const { watched, holdsFor } = watchMapping(mapping);
  try {
    return { query: lowerQuery(query, watched, at), holdsFor };
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    return { query: undefined, error, holdsFor };
  }
}

/** The mapping, taking note of the fields that are looked up. Who looks at all of them, or at the tree, depends on all. */
function watchMapping(mapping: Mapping): { watched: Mapping; holdsFor: (other: Mapping) => boolean } {
  const looked = new Map<string, Field | undefined>();
  let all = false;
  const whole = (): ReadonlyMap<string, Field> => {
    all = true;
    return mapping.fields;
  };
  const get = (name: string): Field | undefined => {
    const field = mapping.fields.get(name);
    looked.set(name, field);
    return field;
  };
  const { analysis, settings, rules, lineage } = mapping;
  const watched: Mapping = {
    fields: fieldMap(get, whole),
    analysis,
    settings,
    rules,
    lineage,
    get root(): ObjectNode {
      all = true;
      return mapping.root;
    },
  };
  const holdsFor = (other: Mapping): boolean => {
    if (other === mapping) return true;
    if (all || other.analysis !== analysis || other.settings !== settings) return false;
    for (const [name, field] of looked) if (other.fields.get(name) !== field) return false;
    return true;
  };
  return { watched, holdsFor };
}
