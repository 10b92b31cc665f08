import type { Token, Tokenizer } from './token.ts';

/** The whole text as one token; an empty text is one empty token. */
export const keywordTokenizer: Tokenizer = (text) => [
  { term: text, start: 0, end: text.length, type: 'word', position: 0 },
];

export const whitespaceTokenizer: Tokenizer = (text) => matches(text, /\S{1,255}/gu);

/** Runs of letters. */
export const letterTokenizer: Tokenizer = (text) => matches(text, /\p{L}{1,255}/gu);

/** What lies between the matches of a separator (one class of characters); empty pieces are dropped. */
export function splitTokenizer(separator: RegExp): Tokenizer {
  const pattern = new RegExp(separator.source, flagsOf(separator));
  const tokenize = (text: string): Token[] => {
    const tokens: Token[] = [];
    let from = 0;
    const add = (to: number): void => {
      if (to > from) {
        tokens.push({ term: text.slice(from, to), start: from, end: to, type: 'word', position: tokens.length });
      }
    };
    for (const match of text.matchAll(pattern)) {
      add(match.index);
      from = match.index + match[0].length;
    }
    add(text.length);
    return tokens;
  };
  return Object.assign(tokenize, { separator: new RegExp(separator.source, separator.flags.replace('g', '')) });
}

/** The matches of a pattern themselves (`group` ≥ 0 of a pattern tokenizer). */
export function groupTokenizer(pattern: RegExp, group: number): Tokenizer {
  const global = new RegExp(pattern.source, flagsOf(pattern));
  return (text) => {
    const tokens: Token[] = [];
    for (const match of text.matchAll(global)) {
      const term = match[group];
      if (!term) continue;
      const start = match.index + match[0].indexOf(term);
      tokens.push({ term, start, end: start + term.length, type: 'word', position: tokens.length });
    }
    return tokens;
  };
}

function flagsOf(pattern: RegExp): string {
  return pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
}

function matches(text: string, pattern: RegExp): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    tokens.push({ term: match[0], start: match.index, end, type: 'word', position: tokens.length });
  }
  return tokens;
}
