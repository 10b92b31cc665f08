import type { RequiredTerm, RequiredTerms } from './candidate.ts';
import type { Lucene } from './lucene.ts';

/**
 * What a document must hold to match, in conjunctive form. Sound, not complete: terms of keyword and text fields outside
 * nested objects; a disjunction counts only where every branch requires something.
 */
export function requiredOf(query: Lucene): RequiredTerms {
  const terms = collect(query);
  return terms.length === 0 ? 'none-known' : terms;
}

/** More alternatives than this select too little to be worth carrying. */
const alternativesMax = 256;

/** The first words of a phrase select well enough. */
const slotsMax = 32;

function collect(query: Lucene): readonly RequiredTerm[] {
  switch (query.kind) {
    case 'term':
      return indexed(query) ? [{ field: query.field.path, anyOf: [query.term] }] : [];
    case 'terms':
      return indexed(query) && query.terms.size > 0 && query.terms.size <= alternativesMax
        ? [{ field: query.field.path, anyOf: [...query.terms] }]
        : [];
    case 'phrase':
      if (query.field.nested !== undefined) return [];
      return query.slots
        .slice(0, Math.min(slotsMax, query.prefix ? query.slots.length - 1 : query.slots.length))
        .map(({ terms }) => ({ field: query.field.path, anyOf: terms }));
    case 'constant':
    case 'boost':
      return collect(query.query);
    case 'bool': {
      const must = query.clauses.filter(({ occur }) => occur === '+' || occur === '#');
      const should = query.clauses.filter(({ occur }) => occur === '').map((clause) => clause.query);
      const needed = must.flatMap((clause) => collect(clause.query));
      return query.minimum > 0 ? [...needed, ...oneOf(should)] : needed;
    }
    case 'dismax':
      return oneOf(query.queries);
    default:
      return [];
  }
}

/** One field that every branch requires a term of, with the alternatives of all branches. */
function oneOf(branches: readonly Lucene[]): readonly RequiredTerm[] {
  const living = branches.filter(({ kind }) => kind !== 'none');
  const [first, ...rest] = living.map(collect);
  if (!first) return [];
  return first.flatMap(({ field, anyOf }) => {
    const terms = new Set(anyOf);
    for (const branch of rest) {
      const same = branch.filter((term) => term.field === field).sort((a, b) => a.anyOf.length - b.anyOf.length)[0];
      if (!same) return [];
      for (const term of same.anyOf) terms.add(term);
    }
    return terms.size <= alternativesMax ? [{ field, anyOf: [...terms] }] : [];
  });
}

function indexed({ field }: Extract<Lucene, { kind: 'term' | 'terms' }>): boolean {
  return (field.kind === 'keyword' || field.kind === 'text') && field.nested === undefined;
}
