/** One token of an analyzed text. Offsets are UTF-16 positions in the text; `position` counts words from 0. */
export interface Token {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  readonly type: string;
  readonly position: number;
  /** More than 1 only for synonyms of several words. */
  readonly length?: number;
}

export interface Tokenizer {
  (text: string): Token[];
  /** Words are what lies between characters that match it; absent where they are found otherwise. */
  readonly separator?: RegExp;
}

/** Changes, drops or adds tokens. */
export type TokenFilter = (tokens: Token[]) => Token[];

/** A filter and, where it works on single characters, what it does to the text of a wildcard (`normalize`). */
export interface Filter {
  readonly apply: TokenFilter;
  readonly normalize?: (text: string) => string;
  /** Which words of lower-case ASCII it changes, where that can be told; it never drops one. */
  readonly alters?: { readonly longerThan?: number; readonly words?: readonly string[] };
}

/** Text → tokens. */
export interface Analyzer {
  readonly name: string;
  analyze(text: string): Token[];
  /** What becomes of the text of a wildcard, prefix or range end: its characters change, it is not taken apart. */
  normalize(text: string): string;
  /** For those that only split at single characters and lowercase, but for some words. */
  readonly split?: WordSplit;
}

/** What an analyzer does to a text of ASCII characters, in short: it splits, lowercases, and alters only some words. */
export interface WordSplit {
  readonly separates: (char: string) => boolean;
  /** Longer words are altered. */
  readonly longest: number;
  /** These words, in lower case, are altered. */
  readonly altered: readonly string[];
}

/** A keyword's whole value → the indexed value. */
export interface Normalizer {
  readonly name: string;
  normalize(text: string): string;
}
