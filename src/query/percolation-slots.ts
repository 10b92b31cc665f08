import { put } from '../base/document.ts';
import type { HitFieldReader } from './hit-fields.ts';
import type { Lucene, Percolation } from './lucene.ts';

/**
 * The fields of a hit, and which documents of a percolate clause its stored query found: `_percolator_document_slot`, or one
 * such field for each of several clauses, by their names or else the fields that hold the queries.
 */
export function withSlots(fields: HitFieldReader | undefined, query: Lucene): HitFieldReader | undefined {
  const percolations = percolationsOf(query);
  if (percolations.length === 0) return fields;
  const several = percolations.length > 1;
  return (candidate) => {
    const found: { [field: string]: unknown } = { ...fields?.(candidate) };
    for (const percolation of percolations) {
      const slots = percolation.slots(candidate);
      const name = several ? `${slotField}_${percolation.slotName}` : slotField;
      if (slots.length > 0) put(found, name, slots);
    }
    return Object.keys(found).length === 0 ? undefined : found;
  };
}

const slotField = '_percolator_document_slot';

function percolationsOf(query: Lucene): readonly Percolation[] {
  switch (query.kind) {
    case 'percolate':
      return [query.percolation];
    case 'bool':
      return query.clauses.flatMap((clause) => (clause.occur === '-' ? [] : percolationsOf(clause.query)));
    case 'dismax':
      return query.queries.flatMap(percolationsOf);
    case 'constant':
    case 'boost':
      return percolationsOf(query.query);
    default:
      return [];
  }
}
