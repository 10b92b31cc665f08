import type { Candidate } from './candidate.ts';
import type { Lucene } from './lucene.ts';
import { compileLucene } from './lucene-match.ts';
import type { Mapping } from './mapping.ts';

/**
 * A simple score: every matching clause that scores counts its boost (1 by default), filters count nothing. It orders by
 * boosts as Lucene would, but knows no word statistics: BM25 is out of scope.
 */
export interface Scorer {
  /** True when every match has the same score. */
  readonly constant: boolean;
  score(candidate: Candidate): number;
}

export function compileScore(query: Lucene, mapping: Mapping): Scorer {
  switch (query.kind) {
    case 'boost': {
      const inner = compileScore(query.query, mapping);
      return { constant: inner.constant, score: (candidate) => inner.score(candidate) * query.boost };
    }
    case 'bool': {
      const parts = query.clauses.filter(({ occur }) => occur === '+' || occur === '');
      const must = parts.filter(({ occur }) => occur === '+').map((clause) => compileScore(clause.query, mapping));
      const should = parts.filter(({ occur }) => occur === '').map((clause) => guarded(clause.query, mapping));
      return sum([...must, ...(query.clauses.length === 1 ? (must.length ? [] : should) : should)]);
    }
    case 'dismax': {
      const parts = query.queries.map((inner) => guarded(inner, mapping));
      if (parts.every((part) => part.flat)) return flat(1);
      return { constant: false, score: (candidate) => Math.max(0, ...parts.map((part) => part.score(candidate))) };
    }
    case 'none':
      return flat(0);
    default:
      return flat(1);
  }
}

interface Guarded extends Scorer {
  /** True for a plain clause of score 1. */
  readonly flat: boolean;
}

function flat(score: number): Scorer {
  return { constant: true, score: () => score };
}

/** The score where the clause matches, else nothing. */
function guarded(query: Lucene, mapping: Mapping): Guarded {
  const inner = compileScore(query, mapping);
  const matches = compileLucene(query, mapping);
  return {
    constant: false,
    flat: inner.constant && query.kind !== 'boost' && query.kind !== 'bool',
    score: (candidate) => (matches(candidate) ? inner.score(candidate) : 0),
  };
}

function sum(parts: readonly Scorer[]): Scorer {
  const varying = parts.filter(({ constant }) => !constant);
  const [first] = parts;
  if (parts.length === 0) return flat(0);
  if (varying.length === 0) {
    return { constant: true, score: (candidate) => parts.reduce((total, part) => total + part.score(candidate), 0) };
  }
  if (parts.length === 1 && first) return first;
  return { constant: false, score: (candidate) => parts.reduce((total, part) => total + part.score(candidate), 0) };
}
