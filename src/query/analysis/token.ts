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

export type Tokenizer = (text: string) => Token[];

/** Changes, drops or adds tokens. */
export type TokenFilter = (tokens: Token[]) => Token[];

/** Text → tokens. */
export interface Analyzer {
  readonly name: string;
  analyze(text: string): Token[];
  /** What becomes of the text of a wildcard, prefix or range end: its characters change, it is not taken apart. */
  normalize(text: string): string;
}

/** A keyword's whole value → the indexed value. */
export interface Normalizer {
  readonly name: string;
  normalize(text: string): string;
}
