import { AutomatonTooLarge } from '../base/automaton.ts';
import { editAutomaton } from '../base/edit-automaton.ts';
import { codePoints, withinEdits } from '../base/edit-distance.ts';
import { limits } from '../base/limits.ts';
import { allRegexpFlags, luceneRegexp, type RegexpFlags, RegexpSyntaxError } from '../base/lucene-regexp.ts';
import { literalsOf } from '../base/regex-literals.ts';
import { foldAscii, wildcard } from '../base/wildcard.ts';
import type { Analyzer } from './analysis/token.ts';
import type { Field } from './field.ts';
import { type Lucene, ValueRefusal } from './lucene.ts';
import { nearLiterals, prefixLiterals, wildcardLiterals } from './pattern-literals.ts';
import { shardError } from './refusal.ts';

/** How the text of a pattern is treated before it is compared. */
export interface PatternOptions {
  readonly ignoreCase: boolean;
  /**
   * query_string lowercases patterns as the field's analyzer would, or as the one that it names; the clauses do so for
   * keyword normalizers only.
   */
  readonly normalize: 'analyzer' | 'normalizer' | Analyzer;
}

export function prefixQuery(field: Field, text: string, { ignoreCase, normalize }: PatternOptions): Lucene {
  checkTerms(field, 'prefix');
  const prefix = normalized(field, text, normalize);
  const folded = foldAscii(prefix);
  return {
    kind: 'pattern',
    field,
    text: `${prefix}*`,
    syntax: ignoreCase ? 'prefix i' : 'prefix',
    literals: prefixLiterals(prefix, ignoreCase),
    test: ignoreCase ? (term) => foldAscii(term).startsWith(folded) : (term) => term.startsWith(prefix),
  };
}

/** `*`, `?` and `\`. An empty pattern matches nothing (only the empty term, which a wildcard never finds). */
export function wildcardQuery(field: Field, text: string, { ignoreCase, normalize }: PatternOptions): Lucene {
  checkTerms(field, 'wildcard');
  const pattern = normalized(field, text, normalize);
  const { test } = wildcard(pattern, ignoreCase);
  const syntax = ignoreCase ? 'wildcard i' : 'wildcard';
  const literals = wildcardLiterals(pattern, ignoreCase);
  return { kind: 'pattern', field, text: pattern, syntax, literals, test: pattern === '' ? () => false : test };
}

export function regexpQuery(
  field: Field,
  text: string,
  { ignoreCase, normalize }: PatternOptions,
  flags: RegexpFlags = allRegexpFlags,
  lengthMax = 1000,
): Lucene {
  // query_string asks the terms of any field; numbers and dates have none.
  if (normalize === 'normalizer') checkTerms(field, 'regexp');
  if (text.length > lengthMax) {
    throw shardError(
      `failed to create query: The length of regex [${text.length}] used in the Regexp Query request has exceeded the allowed maximum of [${lengthMax}]. This maximum can be set by changing the [index.max_regex_length] index level setting.`,
    );
  }
  const prefix = pathPrefix(field);
  const pattern = `${prefix}${normalize === 'normalizer' ? text : normalized(field, text, normalize)}`;
  try {
    const automaton = luceneRegexp(pattern, ignoreCase, flags);
    return {
      kind: 'pattern',
      field,
      ...(prefix === '' ? {} : { of: 'paths' }),
      text: `/${pattern}/`,
      literals: { texts: literalsOf(automaton.root), start: '' },
      syntax: `regexp ${ignoreCase ? 'i ' : ''}${[...flags].sort()}`,
      test: remembering(field, (term) => guarded(pattern, () => automaton.test(term))),
    };
  } catch (thrown) {
    if (thrown instanceof RegexpSyntaxError) throw shardError(`failed to create query: ${thrown.message}`);
    throw tooLarge(pattern, thrown);
  }
}

/** A pattern that texts and query_string ask a flat_object itself: the index has its keys under that name. */
export function ofKeys(query: Lucene): Lucene {
  return query.kind === 'pattern' ? { ...query, of: 'keys', syntax: `${query.syntax} keys` } : query;
}

/** What stands before the values of a name inside a flat_object: `fo.a.b=`. Empty for all other fields. */
export function pathPrefix(field: Field): string {
  return field.kind === 'flat_object' && field.leaf !== undefined ? `${field.path}=` : '';
}

/** `edits`: how far a term may be from the text; inside a flat_object both begin with its `pathPrefix`. */
export function fuzzyQuery(field: Field, text: string, edits: number, prefixLength: number, swaps: boolean): Lucene {
  checkTerms(field, 'fuzzy');
  const automaton = editAutomaton(text, edits, prefixLength, swaps);
  const word = codePoints(text);
  return {
    kind: 'pattern',
    field,
    ...(pathPrefix(field) === '' ? {} : { of: 'paths' }),
    literals: nearLiterals(word, edits, prefixLength, swaps),
    text: `${text}~${edits}`,
    syntax: `fuzzy ${prefixLength} ${swaps}`,
    ...(automaton
      ? { automaton, test: automaton.test }
      : { test: remembering(field, nearTest(text, word, edits, prefixLength, swaps)) }),
  };
}

/** Of words that are too long for an automaton, and where none but the text itself is near. */
function nearTest(
  text: string,
  word: readonly number[],
  edits: number,
  prefixLength: number,
  swaps: boolean,
): (term: string) => boolean {
  // To no word at all nothing else is near; a character is one or two units of a text.
  const near = (term: string): boolean =>
    edits > 0 &&
    word.length > 0 &&
    term.length >= word.length - edits &&
    term.length <= 2 * (word.length + edits) &&
    withinEdits(word, codePoints(term), edits, prefixLength, swaps);
  return (term) => term === text || near(term);
}

/** What texts and query_string ask the index itself: throws for a field that is only kept in columns. */
export function checkIndexed(field: Field): void {
  if (!hasTerms(field) || field.parameters.index !== false) return;
  throw new ValueRefusal(
    'illegal_argument_exception',
    `Cannot search on field [${field.path}] since it is not indexed.`,
  );
}

/** The words of texts come again and again: what was found of a word is kept, of so many. Other values seldom do. */
function remembering(field: Field, test: (term: string) => boolean): (term: string) => boolean {
  if (field.kind !== 'text') return test;
  const known = new Map<string, boolean>();
  return (term) => {
    const before = known.get(term);
    if (before !== undefined) return before;
    const answer = test(term);
    if (known.size < limits.patternWordsMax) known.set(term, answer);
    return answer;
  };
}

/** `AUTO`, `AUTO:3,6` or a number, cut to 0, 1 or 2 edits, for a word. */
export function editsOf(fuzziness: string, word: string): number {
  const length = [...word].length;
  const auto = /^auto(?::(\d+),(\d+))?$/i.exec(fuzziness);
  if (auto) {
    const [low, high] = [Number(auto[1] ?? 3), Number(auto[2] ?? 6)];
    return length < low ? 0 : length < high ? 1 : 2;
  }
  return Math.min(2, Math.trunc(Number(fuzziness)));
}

function normalized(field: Field, text: string, by: PatternOptions['normalize']): string {
  if (typeof by === 'object') return by.normalize(text);
  if (field.kind === 'keyword' && field.normalizer) return field.normalizer.normalize(text);
  if (field.kind === 'text' && by === 'analyzer') return field.searchAnalyzer.normalize(text);
  return text;
}

/** True for the kinds whose values are words that patterns can be asked of. */
export function hasTerms({ kind }: Field): boolean {
  return kind === 'keyword' || kind === 'text' || kind === 'flat_object';
}

function checkTerms(field: Field, name: string): void {
  if (hasTerms(field)) return;
  throw wrongType(name, field.path, field.type);
}

/** A pattern is asked of a field that has no terms. */
function wrongType(name: string, field: string, type: string): Error {
  const reason = `Can only use ${name} queries on keyword and text fields - not on [${field}] which is of type [${type}]`;
  return name === 'fuzzy' ? new ValueRefusal('illegal_argument_exception', reason) : shardError(reason);
}

function guarded(pattern: string, run: () => boolean): boolean {
  try {
    return run();
  } catch (thrown) {
    throw tooLarge(pattern, thrown);
  }
}

function tooLarge(pattern: string, thrown: unknown): unknown {
  if (!(thrown instanceof AutomatonTooLarge)) return thrown;
  return shardError(
    `failed to create query: Determinizing automaton of [${pattern}] would require more than 10000 effort.`,
  );
}
