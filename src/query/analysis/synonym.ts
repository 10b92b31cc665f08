import type { Filter, Token } from './token.ts';

/**
 * Synonyms in Solr's notation, of single words: `a, b => c, d` replaces a and b by both c and d; `a, b` makes each
 * mean both. Synonyms of several words are not supported: undefined, and the caller refuses the filter by name.
 */
export function synonymFilter(lines: readonly string[], expand: boolean): Filter | undefined {
  const meanings = new Map<string, string[]>();
  for (const line of lines) {
    const rule = line.trim();
    if (rule === '' || rule.startsWith('#')) continue;
    const [left = '', right] = rule.split('=>');
    const from = words(left);
    const to = right === undefined ? (expand ? from : from.slice(0, 1)) : words(right);
    if ([...from, ...to].some((word) => /\s/.test(word))) return undefined;
    for (const word of from) meanings.set(word, [...(meanings.get(word) ?? []), ...to]);
  }
  return {
    apply: (tokens) => tokens.flatMap((token) => replace(token, meanings.get(token.term))),
    alters: { words: [...meanings.keys()] },
  };
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
}

function replace(token: Token, meanings: readonly string[] | undefined): Token[] {
  if (!meanings) return [token];
  return [...new Set(meanings)].map((term) => ({ ...token, term, type: term === token.term ? token.type : 'SYNONYM' }));
}
