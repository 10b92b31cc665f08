import type { Document } from '../base/document.ts';

/** The parsed query: a closed union. JSON stays in `query/parse.ts` and `clauses/`. */
export type Query =
  | BoolQuery
  | TermQuery
  | TermsQuery
  | RangeQuery
  | ExistsQuery
  | MatchQuery
  | MatchPhraseQuery
  | MatchAllQuery
  | MatchNoneQuery
  | QueryStringQuery
  | SimpleQueryStringQuery
  | MultiMatchQuery
  | MatchBoolPrefixQuery
  | PatternQuery
  | FuzzyQuery
  | IdsQuery
  | NestedQuery
  | ConstantScoreQuery
  | DisMaxQuery
  | PercolateQuery;

/** What every clause may carry. */
interface Common {
  readonly boost: number;
  /** `_name`: answered in `matched_queries`. */
  readonly name?: string;
}

export interface BoolQuery extends Common {
  readonly kind: 'bool';
  readonly must: readonly Query[];
  readonly filter: readonly Query[];
  readonly should: readonly Query[];
  readonly mustNot: readonly Query[];
  /** As written: an integer or `75%`, `-25%`, `2<75%`. */
  readonly minimumShouldMatch?: string;
  readonly adjustPureNegative: boolean;
  /** It was written as `boosting`: `must` is its positive part, `should` its negative one. */
  readonly boosting?: boolean;
}

/** A value as JSON gave it; a bigint is an integer beyond 2^53 that was read exactly. */
export type Scalar = string | number | boolean | bigint;

export interface TermQuery extends Common {
  readonly kind: 'term';
  readonly field: string;
  readonly value: Scalar;
  readonly caseInsensitive: boolean;
}

export interface TermsQuery extends Common {
  readonly kind: 'terms';
  readonly field: string;
  readonly values: readonly Scalar[];
}

export interface RangeQuery extends Common {
  readonly kind: 'range';
  readonly field: string;
  readonly from?: Scalar;
  readonly to?: Scalar;
  readonly includeFrom: boolean;
  readonly includeTo: boolean;
  readonly format?: string;
  readonly timeZone?: string;
  readonly relation?: string;
}

export interface ExistsQuery extends Common {
  readonly kind: 'exists';
  readonly field: string;
}

/** How a text given to match, multi_match and query_string is taken apart and joined again. */
export interface TextOptions {
  readonly operator: 'or' | 'and';
  readonly minimumShouldMatch?: string;
  readonly analyzer?: string;
  readonly fuzziness?: string;
  readonly prefixLength: number;
  readonly transpositions: boolean;
  readonly zeroTermsAll: boolean;
  readonly lenient: boolean;
  readonly slop: number;
  readonly maxExpansions: number;
}

export interface MatchQuery extends Common {
  readonly kind: 'match';
  readonly field: string;
  readonly value: Scalar;
  readonly options: TextOptions;
}

export interface MatchPhraseQuery extends Common {
  readonly kind: 'match_phrase';
  readonly field: string;
  readonly value: Scalar;
  /** match_phrase_prefix: the last word is a prefix. */
  readonly prefix: boolean;
  readonly options: TextOptions;
}

export interface MatchBoolPrefixQuery extends Common {
  readonly kind: 'match_bool_prefix';
  readonly field: string;
  readonly value: Scalar;
  readonly options: TextOptions;
}

export interface MultiMatchQuery extends Common {
  readonly kind: 'multi_match';
  readonly value: Scalar;
  readonly fields: readonly WeightedField[];
  readonly type: 'best_fields' | 'most_fields' | 'cross_fields' | 'phrase' | 'phrase_prefix' | 'bool_prefix';
  /** undefined: lenient only where the fields are `*`. */
  readonly lenient?: boolean;
  readonly options: TextOptions;
}

/** A field name or pattern as `fields` lists it, with its `^boost`. */
export interface WeightedField {
  readonly pattern: string;
  readonly boost: number;
}

export interface MatchAllQuery extends Common {
  readonly kind: 'match_all';
}

export interface MatchNoneQuery extends Common {
  readonly kind: 'match_none';
}

export interface QueryStringQuery extends Common {
  readonly kind: 'query_string';
  readonly text: string;
  readonly fields: readonly WeightedField[];
  readonly defaultField?: string;
  readonly operator: 'or' | 'and';
  readonly type: MultiMatchQuery['type'];
  /** Changes nothing; refused by the index where it is none. */
  readonly rewrite?: string;
  readonly analyzer?: string;
  readonly quoteAnalyzer?: string;
  readonly quoteFieldSuffix?: string;
  readonly lenient?: boolean;
  readonly allowLeadingWildcard: boolean;
  readonly analyzeWildcard: boolean;
  readonly minimumShouldMatch?: string;
  readonly phraseSlop: number;
  readonly fuzziness: string;
  readonly fuzzyPrefixLength: number;
  readonly fuzzyTranspositions: boolean;
  readonly timeZone?: string;
  readonly escape: boolean;
}

export interface SimpleQueryStringQuery extends Common {
  readonly kind: 'simple_query_string';
  readonly text: string;
  readonly fields: readonly WeightedField[];
  readonly operator: 'or' | 'and';
  readonly analyzer?: string;
  readonly lenient?: boolean;
  readonly analyzeWildcard: boolean;
  readonly minimumShouldMatch?: string;
  readonly flags: ReadonlySet<string>;
  readonly quoteFieldSuffix?: string;
  readonly fuzzyPrefixLength: number;
  readonly fuzzyTranspositions: boolean;
}

/** prefix, wildcard and regexp: a pattern over whole terms. */
export interface PatternQuery extends Common {
  readonly kind: 'prefix' | 'wildcard' | 'regexp';
  readonly field: string;
  readonly value: string;
  readonly caseInsensitive: boolean;
  /** regexp only: the optional operators of Lucene's syntax that are on. */
  readonly flags?: string;
  /** Changes nothing; refused by the index where it is none. */
  readonly rewrite?: string;
}

export interface FuzzyQuery extends Common {
  /** Changes nothing; refused by the index where it is none. */
  readonly rewrite?: string;
  readonly kind: 'fuzzy';
  readonly field: string;
  readonly value: Scalar;
  readonly fuzziness: string;
  readonly prefixLength: number;
  readonly transpositions: boolean;
}

export interface IdsQuery extends Common {
  readonly kind: 'ids';
  readonly values: readonly string[];
}

export interface NestedQuery extends Common {
  readonly kind: 'nested';
  readonly path: string;
  readonly query: Query;
  readonly ignoreUnmapped: boolean;
}

export interface ConstantScoreQuery extends Common {
  readonly kind: 'constant_score';
  readonly filter: Query;
}

export interface DisMaxQuery extends Common {
  readonly kind: 'dis_max';
  readonly queries: readonly Query[];
}

export interface PercolateQuery extends Common {
  readonly kind: 'percolate';
  /** Where documents hold their queries. */
  readonly field: string;
  /** What is put to them; undefined while it is only named. */
  readonly documents?: readonly Document[];
  /** `index/id` of a document that was not looked up. */
  readonly elsewhere?: string;
  /** `name`: part of the name of its slots in a hit. */
  readonly slotName?: string;
}
