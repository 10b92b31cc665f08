import type { Analyzer, Token } from './analysis/token.ts';
import type { Field } from './field.ts';
import { anyOf, type Bool, everything, type Lucene, nothing, type PhraseSlot } from './lucene.ts';
import { minimumShouldMatch } from './minimum-should-match.ts';
import { editsOf, fuzzyQuery, prefixQuery } from './pattern-query.ts';
import type { Scalar, TextOptions } from './query.ts';
import { shardError } from './refusal.ts';
import { termQuery, type ValueScope } from './value-query.ts';

export const defaultTextOptions: TextOptions = {
  operator: 'or',
  prefixLength: 0,
  transpositions: true,
  zeroTermsAll: false,
  lenient: false,
  slop: 0,
  maxExpansions: 50,
};

/** `match` on one field: analysed words on a text, the whole value elsewhere. */
export function matchText(field: Field, value: Scalar, options: TextOptions, scope: ValueScope): Lucene {
  const text = String(value);
  if (field.kind !== 'text') {
    if (field.kind === 'keyword' && options.fuzziness !== undefined) return fuzzyWord(field, text, options);
    return termQuery(field, value, scope);
  }
  const slots = slotsOf(chosenAnalyzer(field.searchAnalyzer, options, scope).analyze(text));
  if (slots.length === 0) return options.zeroTermsAll ? everything : nothing();
  const words = slots.map(({ terms }) => word(field, terms, options));
  return words.length === 1 ? (words[0] as Lucene) : joined(words, options);
}

/** `match_phrase`: words one after the other; elsewhere the whole value. */
export function matchPhrase(
  field: Field,
  value: Scalar,
  prefix: boolean,
  options: TextOptions,
  scope: ValueScope,
): Lucene {
  const text = String(value);
  if (field.kind !== 'text') {
    if (prefix) {
      throw shardError(
        `failed to create query: Can only use phrase prefix queries on text fields - not on [${field.path}] which is of type [${field.type}]`,
      );
    }
    return termQuery(field, value, scope);
  }
  const slots = slotsOf(chosenAnalyzer(field.quoteAnalyzer, options, scope).analyze(text));
  const [first] = slots;
  if (!first) return options.zeroTermsAll ? everything : nothing();
  if (slots.length === 1) {
    if (!prefix) return word(field, first.terms, { ...options, fuzziness: undefined });
    return anyOf(first.terms.map((term) => prefixQuery(field, term, { ignoreCase: false, normalize: 'normalizer' })));
  }
  return { kind: 'phrase', field, slots, slop: options.slop, prefix };
}

/** `match_bool_prefix`: any word, the last one as a prefix. */
export function matchBoolPrefix(field: Field, value: Scalar, options: TextOptions, scope: ValueScope): Lucene {
  const text = String(value);
  if (field.kind !== 'text') return prefixQuery(field, text, { ignoreCase: false, normalize: 'normalizer' });
  const slots = slotsOf(chosenAnalyzer(field.searchAnalyzer, options, scope).analyze(text));
  const words = slots.map(({ terms }, index) =>
    index < slots.length - 1
      ? word(field, terms, options)
      : anyOf(terms.map((term) => prefixQuery(field, term, { ignoreCase: false, normalize: 'normalizer' }))),
  );
  if (words.length === 0) return nothing();
  return words.length === 1 ? (words[0] as Lucene) : joined(words, options);
}

type Options = Omit<TextOptions, 'fuzziness'> & { readonly fuzziness?: string | undefined };

function word(field: Field, terms: readonly string[], options: Options): Lucene {
  if (options.fuzziness !== undefined) return anyOf(terms.map((term) => fuzzyWord(field, term, options)));
  return anyOf(terms.map((term) => ({ kind: 'term', field, term })));
}

function fuzzyWord(field: Field, term: string, options: Options): Lucene {
  const edits = editsOf(options.fuzziness ?? '0', term);
  return fuzzyQuery(field, term, edits, options.prefixLength, options.transpositions);
}

function joined(words: readonly Lucene[], options: TextOptions): Bool {
  const occur = options.operator === 'and' ? '+' : '';
  const clauses = words.map((query) => ({ occur, query }) as const);
  if (occur === '+') return { kind: 'bool', clauses, minimum: 0 };
  const wanted =
    options.minimumShouldMatch === undefined ? 0 : minimumShouldMatch(options.minimumShouldMatch, words.length);
  return { kind: 'bool', clauses, minimum: Math.max(1, wanted), ...(wanted > 0 ? { explicit: true } : {}) };
}

function chosenAnalyzer(own: Analyzer, { analyzer }: TextOptions, { mapping }: ValueScope): Analyzer {
  if (analyzer === undefined) return own;
  try {
    return mapping.analysis.analyzer(analyzer);
  } catch {
    throw shardError(`[match] analyzer [${analyzer}] not found`);
  }
}

/** Tokens by position: synonyms share one. */
export function slotsOf(tokens: readonly Token[]): PhraseSlot[] {
  const slots = new Map<number, string[]>();
  for (const { term, position } of tokens) {
    const terms = slots.get(position);
    if (!terms) slots.set(position, [term]);
    else if (!terms.includes(term)) terms.push(term);
  }
  return [...slots].map(([position, terms]) => ({ position, terms }));
}
