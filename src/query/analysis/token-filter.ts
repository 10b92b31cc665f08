import { asNumber, asText, type Document, own } from '../../base/document.ts';
import { argumentError } from '../refusal.ts';
import { synonymFilter } from './synonym.ts';
import type { Filter, Token, TokenFilter } from './token.ts';

/** Filters that need no settings. */
export const plainFilters: Readonly<Record<string, Filter>> = {
  lowercase: { ...characters(lower), alters: {} },
  uppercase: characters((text) => text.toUpperCase()),
  asciifolding: characters(fold),
  trim: { apply: (tokens) => tokens.map((token) => ({ ...token, term: token.term.trim() })) },
  reverse: { apply: (tokens) => tokens.map((token) => ({ ...token, term: [...token.term].reverse().join('') })) },
  unique: { apply: unique },
  stop: {
    apply: stopFilter(
      new Set(
        'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
          ' ',
        ),
      ),
    ),
  },
};

/** Java's lower case, char by char: a final sigma and a dotted İ keep their plain forms. */
export function lower(text: string): string {
  const lowered = text.toLowerCase();
  return lowered.length === text.length
    ? lowered.replaceAll('ς', 'σ')
    : [...text].map((char) => lowerChar(char)).join('');
}

/** A filter of `settings.analysis.filter`. Throws illegal_argument_exception for one that is not known. */
export function customFilter(name: string, settings: Document): Filter {
  const type = asText(own(settings, 'type') ?? '');
  switch (type) {
    case 'lowercase':
    case 'uppercase':
    case 'asciifolding':
    case 'trim':
    case 'reverse':
    case 'unique':
      return plainFilters[type] as Filter;
    case 'truncate': {
      const length = asNumber(own(settings, 'length') ?? 10);
      return {
        apply: (tokens) => tokens.map((token) => ({ ...token, term: token.term.slice(0, length) })),
        alters: { longerThan: length },
      };
    }
    case 'length': {
      const min = asNumber(own(settings, 'min') ?? 0);
      const max = asNumber(own(settings, 'max') ?? Number.MAX_SAFE_INTEGER);
      return { apply: (tokens) => tokens.filter(({ term }) => term.length >= min && term.length <= max) };
    }
    case 'stop':
      return { apply: stopFilter(new Set(list(own(settings, 'stopwords')))) };
    case 'synonym':
    case 'synonym_graph': {
      const filter = synonymFilter(list(own(settings, 'synonyms')), own(settings, 'expand') !== false);
      if (!filter) throw argumentError(`filter [${name}]: synonyms of several words are not supported`);
      return filter;
    }
    default:
      throw argumentError(`Unknown filter type [${type}] for [${name}]`);
  }
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : value === undefined ? [] : [asText(value)];
}

function characters(change: (text: string) => string): Filter {
  return {
    apply: (tokens) =>
      tokens.map((token) => {
        const term = change(token.term);
        return term === token.term ? token : { ...token, term };
      }),
    normalize: change,
  };
}

function lowerChar(char: string): string {
  const lowered = char.toLowerCase();
  return char === 'İ' ? 'i' : lowered;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').replaceAll('ø', 'o').replaceAll('Ø', 'O');
}

function unique(tokens: readonly Token[]): Token[] {
  const seen = new Set<string>();
  return tokens.filter(({ term }) => !seen.has(term) && seen.add(term));
}

/** Leaves a gap where a word was: positions stay. */
function stopFilter(words: ReadonlySet<string>): TokenFilter {
  return (tokens) => tokens.filter(({ term }) => !words.has(term));
}
