import { isAscii } from 'node:buffer';
import { bestOf, type Literals } from '../base/regex-literals.ts';
import type { Field } from '../query/field.ts';
import type { Bool, Lucene, Pattern } from '../query/lucene.ts';
import { isUnchangedKeyword, nearFilter } from './near-words.ts';

/** Says of a document's JSON text, as bytes, whether it may match: where it says no, it need not be parsed. */
export type TextFilter = (text: Buffer) => boolean;

/**
 * What a matching document must hold somewhere in its text, looked for before it is parsed: that takes a third of the time. A
 * pattern names fewer certain letters than a term, and they may stand in either case; so this asks no more than that some of them
 * are there. undefined where nothing is certain.
 */
export function textFilter(query: Lucene): TextFilter | undefined {
  const known = filters.get(query);
  if (known) return known === 'none' ? undefined : known;
  const made = madeFilter(query);
  filters.set(query, made ?? 'none');
  return made;
}

const filters = new WeakMap<Lucene, TextFilter | 'none'>();

function madeFilter(query: Lucene): TextFilter | undefined {
  const needles = bestOf(needlesOf(query));
  const holds = needles && filterOf(needles);
  const near = nearFilters(query);
  if (!near) return holds;
  // A word's letters are often there where the word is not.
  return (text) => (!holds || holds(text)) && near.some((test) => test(text));
}

function nearFilters(query: Lucene): readonly TextFilter[] | undefined {
  const near = nearIn(query);
  if (!near || near.length > nearMax) return undefined;
  const tests = near.flatMap((pattern) => nearFilter(pattern) ?? []);
  return tests.length === near.length ? tests : undefined;
}

/** Words that are asked for by what is near, one after the other: more take longer than they save. */
const nearMax = 4;

/** Fuzzy patterns of which every match matches one at least. */
function nearIn(query: Lucene): readonly Pattern[] | undefined {
  switch (query.kind) {
    case 'constant':
    case 'boost':
      return nearIn(query.query);
    case 'bool':
      return nearOfBool(query);
    case 'dismax':
      return nearOfAny(query.queries);
    case 'pattern':
      return query.automaton && query.field.nested === undefined ? [query] : undefined;
    default:
      return undefined;
  }
}

function nearOfBool({ clauses, minimum }: Bool): readonly Pattern[] | undefined {
  for (const { occur, query } of clauses) {
    const near = occur === '+' || occur === '#' ? nearIn(query) : undefined;
    if (near) return near;
  }
  return minimum < 1 ? undefined : nearOfAny(clauses.flatMap(({ occur, query }) => (occur === '' ? [query] : [])));
}

function nearOfAny(queries: readonly Lucene[]): readonly Pattern[] | undefined {
  const lists = queries.map(nearIn);
  if (lists.some((list) => !list)) return undefined;
  // Of keywords all that is asked is the text: that of a thousand fields is one question.
  const byQuestion = new Map(lists.flatMap((list) => (list ?? []).map((pattern) => [questionOf(pattern), pattern])));
  return [...byQuestion.values()];
}

function questionOf({ field, text, syntax, of }: Pattern): string {
  return JSON.stringify([field.kind, isUnchangedKeyword(field) ? '' : field.path, text, syntax, of ?? null]);
}

function filterOf(needles: readonly string[]): TextFilter {
  // Any character may be written as an escape, also one that need not be.
  const pattern = new RegExp([...needles.map(escaped), '\\\\u'].join('|'), 'i');
  return (text) => !isAscii(text) || pattern.test(text.toString('latin1'));
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9 _]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Alternatives of one list, of all texts that are known: more take longer than they save. */
const alternativesMax = 32;

/** Of each list one text at least stands in every match. */
function needlesOf(query: Lucene): Literals {
  switch (query.kind) {
    case 'constant':
    case 'boost':
    case 'nested':
      return needlesOf(query.query);
    case 'bool':
      return boolNeedles(query);
    case 'dismax':
      return anyNeedles(query.queries);
    case 'term':
      return fieldNeedles(query.field, [[query.term]]);
    case 'terms':
      return query.terms.size > alternativesMax ? [] : fieldNeedles(query.field, [[...query.terms]]);
    case 'pattern':
      return query.of || !query.literals ? [] : fieldNeedles(query.field, query.literals.texts);
    default:
      return [];
  }
}

function boolNeedles({ clauses, minimum }: Bool): Literals {
  const required = clauses.flatMap(({ occur, query }) => (occur === '+' || occur === '#' ? needlesOf(query) : []));
  if (minimum < 1) return required;
  return [...required, ...anyNeedles(clauses.flatMap(({ occur, query }) => (occur === '' ? [query] : [])))];
}

function anyNeedles(queries: readonly Lucene[]): Literals {
  const lists = queries.map((query) => bestOf(needlesOf(query)));
  const all = lists.flatMap((list) => list ?? []);
  return all.length > 0 && all.length <= alternativesMax && lists.every((list) => list) ? [all] : [];
}

/** What a field's values look like in the JSON: only where it takes them as they stand, or splits them into words. */
function fieldNeedles(field: Field, texts: Literals): Literals {
  const beside = besideOf(field);
  if (!beside) return [];
  return texts.flatMap((list) => {
    const needles = [...list, ...beside].map(longestRun);
    return needles.every((needle) => needle !== undefined) ? [needles as string[]] : [];
  });
}

/** Words of a document that become others; undefined where what stands in it may become anything. */
function besideOf(field: Field): readonly string[] | undefined {
  if (field.kind === 'flat_object') return [];
  if (field.kind === 'keyword') return isUnchangedKeyword(field) ? [] : undefined;
  if (field.kind !== 'text') return undefined;
  const { split } = field.analyzer;
  return split && split.altered.length < alternativesMax ? split.altered : undefined;
}

const shortestRun = 3;
/** Characters that are looked for: longer texts tell no more, and expressions of megabytes are refused. */
const longestNeedle = 64;

/**
 * The longest part of a text that stands in JSON as it is, but for escapes that need not be. Numbers do not: 15e-1 in the text is
 * 1.5; so a part has a letter that no number has.
 */
function longestRun(text: string): string | undefined {
  const runs = text.split(/[^ -~]|["\\/]/).sort((a, b) => b.length - a.length);
  const [longest = ''] = runs;
  const needle = longest.slice(0, longestNeedle);
  return needle.length >= shortestRun && /[^0-9eE+.-]/.test(needle) ? needle : undefined;
}
