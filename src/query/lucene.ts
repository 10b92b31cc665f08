import type { Document } from '../base/document.ts';
import type { EditAutomaton } from '../base/edit-automaton.ts';
import type { Field } from './field.ts';
import type { PatternLiterals } from './pattern-literals.ts';

/**
 * A query after the mapping was applied: what Lucene would run. A clause lowers its JSON meaning to this; matching,
 * required terms and the rendering of `_validate` are each one function over it.
 */
export type Lucene =
  | { readonly kind: 'all'; readonly shown?: string }
  /** Matches nothing; `reason` is what `_validate` shows. An absent reason is a query that fell away (no terms in it). */
  | { readonly kind: 'none'; readonly reason?: string }
  | { readonly kind: 'term'; readonly field: Field; readonly term: string }
  | { readonly kind: 'terms'; readonly field: Field; readonly terms: ReadonlySet<string> }
  | Phrase
  | Pattern
  | ({ readonly kind: 'term-range'; readonly field: Field } & TermBounds)
  /** `now`: an end of it depends on when it is asked. */
  | { readonly kind: 'points'; readonly field: Field; readonly ranges: readonly PointRange[]; readonly now?: boolean }
  | { readonly kind: 'exists'; readonly field: Field }
  | { readonly kind: 'ids'; readonly ids: ReadonlySet<string> }
  /** `_index`: the test is on the index's name; equal patterns are equal tests. */
  | { readonly kind: 'index'; readonly patterns: string; readonly test: (name: string) => boolean }
  /** Queries that documents hold, and the documents that are put to them. */
  | { readonly kind: 'percolate'; readonly percolation: Percolation }
  | Bool
  | { readonly kind: 'dismax'; readonly queries: readonly Lucene[] }
  | { readonly kind: 'constant'; readonly query: Lucene }
  | { readonly kind: 'boost'; readonly query: Lucene; readonly boost: number }
  | { readonly kind: 'nested'; readonly path: string; readonly query: Lucene };

export interface Phrase {
  readonly kind: 'phrase';
  readonly field: Field;
  readonly slots: readonly PhraseSlot[];
  readonly slop: number;
  /** The terms of the last slot are prefixes. */
  readonly prefix: boolean;
}

export interface PhraseSlot {
  /** Any of them may stand here (synonyms). */
  readonly terms: readonly string[];
  readonly position: number;
}

export interface Pattern {
  readonly kind: 'pattern';
  readonly field: Field;
  /** As Lucene renders it: `a*`, `/a.*b/`, `ab~2`. */
  readonly text: string;
  /** How the text is read: with it and the field, all that the test depends on. */
  readonly syntax: string;
  readonly test: (term: string) => boolean;
  /** What a term that passes must hold; nothing is known where it is absent. */
  readonly literals?: PatternLiterals;
  /** The test, character by character, where it can be asked so. */
  readonly automaton?: EditAutomaton;
  /** Of a flat_object: what is tested is `fo.a.b=value` of every leaf, or `fo.a` and `fo.b` of every key. */
  readonly of?: 'paths' | 'keys';
}

export interface TermBounds {
  readonly from?: string;
  readonly to?: string;
  readonly includeFrom: boolean;
  readonly includeTo: boolean;
}

/** Both ends belong to it. Numbers, milliseconds, or hex keys of addresses; -Infinity and Infinity are open. */
export interface PointRange {
  readonly from: Point;
  readonly to: Point;
}

export type Point = number | bigint | string;

/** What a percolate clause asks of a document that holds a query. */
export interface Percolation {
  readonly field: string;
  /** The name of its slots among a hit's fields, where the search has several such clauses. */
  readonly slotName: string;
  /** The documents that are put to the queries, as `_validate` shows them. */
  readonly shown: string;
  matches(holder: QueryHolder): boolean;
  /** The places of the documents that the stored query finds. */
  slots(holder: QueryHolder): readonly number[];
}

export interface QueryHolder {
  readonly index: string;
  readonly source: Document;
}

export interface Bool {
  readonly kind: 'bool';
  readonly clauses: readonly BoolClause[];
  /** How many of the optional clauses must match. */
  readonly minimum: number;
  /** True where the minimum was asked for: `_validate` shows it as `~2`. */
  readonly explicit?: boolean;
}

export interface BoolClause {
  /** Lucene's marks: must, filter, should, must not. */
  readonly occur: '+' | '#' | '' | '-';
  readonly query: Lucene;
}

export const everything: Lucene = { kind: 'all' };

/** Documents that are no nested objects: all that there are here. */
export const nonNested: Lucene = { kind: 'all', shown: 'FieldExistsQuery [field=_primary_term]' };

export function nothing(reason?: string): Lucene {
  return reason === undefined ? { kind: 'none' } : { kind: 'none', reason };
}

/** A boolean of optional clauses, at least one of which must match; one clause alone stands for itself. */
export function anyOf(queries: readonly Lucene[]): Lucene {
  if (queries.length === 1) return queries[0] as Lucene;
  return { kind: 'bool', clauses: queries.map((query) => ({ occur: '', query })), minimum: 1 };
}

export function boosted(query: Lucene, boost: number): Lucene {
  return boost === 1 ? query : { kind: 'boost', query, boost };
}

/** A value does not fit a field. Lenient queries swallow it; else it becomes the search's error. */
export class ValueRefusal extends Error {
  /** OpenSearch's type of the inner exception, such as number_format_exception. */
  readonly type: string;
  constructor(type: string, reason: string) {
    super(reason);
    this.type = type;
  }
}
