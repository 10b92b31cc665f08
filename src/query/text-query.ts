import type { Analyzer, Token } from './analysis/token.ts';
import { checkClauseCount } from './clause-count.ts';
import type { Field } from './field.ts';
import { lenient } from './lenient.ts';
import { anyOf, type Bool, everything, type Lucene, nothing, type PhraseSlot, ValueRefusal } from './lucene.ts';
import { minimumShouldMatch } from './minimum-should-match.ts';
import { checkIndexed, editsOf, fuzzyQuery, ofKeys, prefixQuery } from './pattern-query.ts';
import type { Scalar, TextOptions } from './query.ts';
import { shardError } from './refusal.ts';
import { termQuery, type ValueScope, valueText } from './value-query.ts';

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
  const text = valueText(value);
  const analyzer = analyzerFor(field, 'searchAnalyzer', options, scope);
  if (!analyzer) {
    if (options.fuzziness !== undefined) return fuzzyWord(field, text, options);
    return termQuery(field, value, scope);
  }
  const slots = slotsOf(analyzer.analyze(text));
  if (slots.length === 0) return options.zeroTermsAll ? everything : nothing();
  checkClauseCount(slots.length);
  const words = slots.map(({ terms }) => word(field, terms, options, scope));
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
  const text = valueText(value);
  const analyzer = analyzerFor(field, 'quoteAnalyzer', options, scope);
  if (!analyzer) {
    if (prefix) throw noPhrasePrefix(field);
    return termQuery(field, value, scope);
  }
  const slots = slotsOf(analyzer.analyze(text));
  const [first] = slots;
  if (!first) return options.zeroTermsAll ? everything : nothing();
  if (prefix && field.kind !== 'text') throw noPhrasePrefix(field);
  if (slots.length === 1) {
    if (!prefix) return word(field, first.terms, { ...options, fuzziness: undefined }, scope);
    return anyOf(first.terms.map((term) => prefixQuery(field, term, { ignoreCase: false, normalize: 'normalizer' })));
  }
  if (field.kind !== 'text') {
    const reason = `field:[${field.path}] was indexed without position data; cannot run PhraseQuery`;
    throw new ValueRefusal('illegal_state_exception', reason);
  }
  return { kind: 'phrase', field, slots, slop: options.slop, prefix };
}

function noPhrasePrefix(field: Field): Error {
  return shardError(
    `failed to create query: Can only use phrase prefix queries on text fields - not on [${field.path}] which is of type [${field.type}]`,
  );
}

/** `match_bool_prefix`: any word, the last one as a prefix. */
export function matchBoolPrefix(field: Field, value: Scalar, options: TextOptions, scope: ValueScope): Lucene {
  const text = valueText(value);
  const analyzer = analyzerFor(field, 'searchAnalyzer', options, scope);
  if (!analyzer) {
    if (field.kind !== 'keyword') return termQuery(field, value, scope);
    return prefixQuery(field, text, { ignoreCase: false, normalize: 'normalizer' });
  }
  const tokens = analyzer.analyze(text);
  const slots = slotsOf(tokens);
  // What stands behind the last word (a blank, a full stop) says that it is whole; several words of one meaning are, too.
  const open = tokens.at(-1)?.end === text.length;
  checkClauseCount(slots.length);
  const words = slots.map(({ terms }, index) => {
    const [term] = terms;
    if (index < slots.length - 1 || !open || terms.length > 1 || term === undefined)
      return word(field, terms, options, scope);
    return prefixQuery(field, term, { ignoreCase: false, normalize: 'normalizer' });
  });
  if (words.length === 0) return nothing();
  return words.length === 1 ? (words[0] as Lucene) : joined(words, options);
}

type Options = Omit<TextOptions, 'fuzziness'> & { readonly fuzziness?: string | undefined };

export function word(field: Field, terms: readonly string[], options: Options, scope: ValueScope): Lucene {
  const [term] = terms;
  if (terms.length !== 1 || term === undefined) return synonyms(field, terms);
  if (field.kind === 'text' && options.fuzziness === undefined) return { kind: 'term', field, term };
  return lenient(options.lenient, field.path, () =>
    options.fuzziness === undefined ? termQuery(field, term, scope) : fuzzyWord(field, term, options),
  );
}

/** Several words of one place are looked up as they stand, whatever the field and the fuzziness: numbers have none. */
function synonyms(field: Field, terms: readonly string[]): Lucene {
  const indexed = (field.kind === 'text' || field.kind === 'keyword') && field.parameters.index !== false;
  return indexed ? anyOf(terms.map((term) => ({ kind: 'term', field, term }))) : nothing(`no terms in [${field.path}]`);
}

function fuzzyWord(field: Field, term: string, options: Options): Lucene {
  if (field.kind === 'flat_object' && field.leaf !== undefined) return nothing(`no terms in [${field.path}]`);
  checkIndexed(field);
  const edits = editsOf(options.fuzziness ?? '0', term);
  const near = fuzzyQuery(field, term, edits, options.prefixLength, options.transpositions);
  return field.kind === 'flat_object' ? ofKeys(near) : near;
}

export function joined(words: readonly Lucene[], options: TextOptions): Bool {
  const occur = options.operator === 'and' ? '+' : '';
  const clauses = words.map((query) => ({ occur, query }) as const);
  // Where all words are required none is optional: a minimum of these cannot be met.
  const optional = occur === '+' ? 0 : words.length;
  const wanted =
    options.minimumShouldMatch === undefined ? 0 : minimumShouldMatch(options.minimumShouldMatch, optional);
  return {
    kind: 'bool',
    clauses,
    minimum: Math.max(Math.min(1, optional), wanted),
    ...(wanted > 0 ? { explicit: true } : {}),
  };
}

/** The analyzer that the query names, for any field; else that of a text. Other fields take the value whole. */
export function analyzerFor(
  field: Field,
  kind: 'searchAnalyzer' | 'quoteAnalyzer',
  { analyzer }: TextOptions,
  { mapping }: ValueScope,
): Analyzer | undefined {
  if (analyzer !== undefined) return mapping.analysis.analyzer(analyzer);
  if (field.kind === 'keyword' && field.parameters.split_queries_on_whitespace === true) {
    return mapping.analysis.analyzer('whitespace');
  }
  return field.kind === 'text' ? field[kind] : undefined;
}

/** A clause that names an analyzer is refused where the index lacks it, whatever field it asks. */
export function checkAnalyzer(
  name: string | undefined,
  clause: string,
  { mapping }: Pick<ValueScope, 'mapping'>,
  option = 'analyzer',
): void {
  if (name === undefined) return;
  try {
    mapping.analysis.analyzer(name);
  } catch {
    throw shardError(`[${clause}] ${option} [${name}] not found`);
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
