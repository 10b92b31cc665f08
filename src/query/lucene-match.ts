import type { Document } from '../base/document.ts';
import type { Candidate, Matcher } from './candidate.ts';
import { hasTerm, hasValue, type ScopeTest, someKey, somePathTerm, somePoint, someTerm } from './field-test.ts';
import type { Bool, Lucene, Phrase, Point, PointRange, TermBounds } from './lucene.ts';
import type { Mapping } from './mapping.ts';
import { matchesPhrase } from './phrase.ts';
import { pathReader } from './source-values.ts';
import { tokenReader } from './tokens.ts';

/** Compiles a lowered query to closures over the document. `share` may give a test that was made for an equal clause. */
export function compileLucene(query: Lucene, mapping: Mapping, share?: Share): Matcher {
  const test = compile(query, { mapping, nested: undefined, share });
  // A store parses a source when it is first read: to count everything must not.
  return readsSource(query) ? (candidate) => test(candidate.source, candidate) : (candidate) => test(null, candidate);
}

function readsSource(query: Lucene): boolean {
  switch (query.kind) {
    case 'all':
    case 'none':
    case 'ids':
    case 'index':
      return false;
    case 'constant':
    case 'boost':
      return readsSource(query.query);
    case 'bool':
      return query.clauses.some((clause) => readsSource(clause.query));
    case 'dismax':
      return query.queries.some(readsSource);
    default:
      return true;
  }
}

/** The same for one object of a nested path, or for the document itself where `nested` is undefined. */
export function compileScope(query: Lucene, mapping: Mapping, nested: string | undefined): ScopeMatcher {
  return compile(query, { mapping, nested, share: undefined });
}

/** Asked for the test of every clause; `make` makes it. `nested` is the path of the objects that it is put to. */
export type Share = (query: Lucene, nested: string | undefined, make: () => ScopeMatcher) => ScopeMatcher;

/** `scope` is the document, or the nested object that is being asked. */
export type ScopeMatcher = (scope: unknown, candidate: Candidate) => boolean;

type Test = ScopeMatcher;

interface Place {
  readonly mapping: Mapping;
  readonly nested: string | undefined;
  readonly share: Share | undefined;
}

function compile(query: Lucene, place: Place): Test {
  return place.share ? place.share(query, place.nested, () => compileAlone(query, place)) : compileAlone(query, place);
}

function compileAlone(query: Lucene, place: Place): Test {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'constant':
    case 'boost':
      return compile(query.query, place);
    case 'bool':
      return compileBool(query, place);
    case 'dismax':
      return any(query.queries.map((inner) => compile(inner, place)));
    case 'ids': {
      const { ids } = query;
      return (_scope, candidate) => ids.has(candidate.id);
    }
    case 'index': {
      const { test } = query;
      return (_scope, candidate) => test(candidate.index);
    }
    case 'percolate': {
      const { percolation } = query;
      return (_scope, candidate) => place.nested === undefined && percolation.matches(candidate);
    }
    case 'nested':
      return compileNested(query.path, query.query, place);
    default:
      // A field of a nested object is not in the document around it, nor the other way round.
      return query.field.nested === place.nested ? compileField(query, place) : () => false;
  }
}

type FieldQuery = Extract<Lucene, { readonly field: unknown }>;

function compileField(query: FieldQuery, { mapping, nested }: Place): ScopeTest {
  const { field } = query;
  switch (query.kind) {
    case 'term':
      return hasTerm(mapping, field, nested, query.term);
    case 'terms': {
      const { terms } = query;
      return someTerm(mapping, field, nested, (term) => terms.has(term));
    }
    case 'pattern':
      if (query.of === 'keys') return someKey(mapping, field, nested, query.test);
      return (query.of === 'paths' ? somePathTerm : someTerm)(mapping, field, nested, query.test);
    case 'term-range':
      return someTerm(mapping, field, nested, withinBounds(query));
    case 'points':
      return somePoint(mapping, field, nested, withinRanges(query.ranges));
    case 'exists':
      return hasValue(mapping, field, nested);
    case 'phrase':
      return compilePhrase(query, mapping, nested);
  }
}

function compilePhrase(query: Phrase, mapping: Mapping, nested: string | undefined): ScopeTest {
  if (query.field.kind !== 'text') return () => false;
  const tokens = tokenReader(mapping, query.field, nested);
  return (scope) => matchesPhrase(query, tokens(scope));
}

export function withinBounds({ from, to, includeFrom, includeTo }: TermBounds): (term: string) => boolean {
  const [low, high] = [from, to];
  return (term) => {
    if (low !== undefined) {
      const order = compareTerms(term, low);
      if (order < 0 || (order === 0 && !includeFrom)) return false;
    }
    if (high === undefined) return true;
    const order = compareTerms(term, high);
    return order < 0 || (order === 0 && includeTo);
  };
}

/** Order of the UTF-8 bytes, which is that of code points; JavaScript's differs above U+FFFF. */
export function compareTerms(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    const [high, low] = [left >= 0xd800 && left <= 0xdfff, right >= 0xd800 && right <= 0xdfff];
    return high === low ? left - right : high ? 1 : -1;
  }
  return a.length - b.length;
}

/** Whether a point lies in any of the ranges. */
export function withinRanges(ranges: readonly PointRange[]): (value: Point) => boolean {
  const [first] = ranges;
  if (first && ranges.length === 1) {
    const { from, to } = first;
    return from === to ? (value) => value === from : (value) => value >= from && value <= to;
  }
  // There may be tens of thousands: the last that begins before the point, and the farthest end up to it.
  const sorted = ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const ends: Point[] = [];
  for (const { to } of sorted) {
    const before = ends.at(-1);
    ends.push(before !== undefined && before > to ? before : to);
  }
  return (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as PointRange).from <= value) low = middle + 1;
      else high = middle;
    }
    return low > 0 && value <= (ends[low - 1] as Point);
  };
}

function compileNested(path: string, query: Lucene, place: Place): Test {
  // Inside a nested object only those that lie in it are found.
  if (place.nested !== undefined && !path.startsWith(`${place.nested}.`)) return () => false;
  const segments = path.split('.').slice(place.nested === undefined ? 0 : place.nested.split('.').length);
  const read = pathReader(segments);
  const test = compile(query, { ...place, nested: path });
  return (scope, candidate) =>
    read(scope, (child) => typeof child === 'object' && child !== null && test(child as Document, candidate));
}

function compileBool({ clauses, minimum }: Bool, place: Place): Test {
  const of = (...occurs: readonly string[]): Lucene[] =>
    clauses.filter(({ occur }) => occurs.includes(occur)).map(({ query }) => query);
  const required = of('+', '#')
    .filter((query) => query.kind !== 'all')
    .sort((a, b) => cost(a) - cost(b));
  const must = required.map((query) => compile(query, place));
  const not = of('-').map((query) => compile(query, place));
  const should = of('')
    .sort((a, b) => cost(a) - cost(b))
    .map((query) => compile(query, place));
  const positive = clauses.some(({ occur }) => occur !== '-');
  if (!positive || minimum > should.length) return () => false;
  if (minimum > 0) must.push(minimum === 1 ? any(should) : atLeast(minimum, should));
  if (not.length > 0) {
    const excluded = any(not);
    must.push((scope, candidate) => !excluded(scope, candidate));
  }
  return all(must);
}

/** Cheap questions first: texts must be analysed, nested objects walked. */
function cost(query: Lucene): number {
  switch (query.kind) {
    case 'term':
    case 'terms':
    case 'pattern':
    case 'term-range':
    case 'phrase':
      return query.field.kind === 'text' ? 20 : query.kind === 'term' ? 1 : 2;
    case 'bool':
      return 1 + query.clauses.reduce((sum, clause) => sum + cost(clause.query), 0);
    case 'dismax':
      return 1 + query.queries.reduce((sum, inner) => sum + cost(inner), 0);
    case 'constant':
    case 'boost':
      return cost(query.query);
    case 'percolate':
      return 100;
    case 'nested':
      return 10 + cost(query.query);
    default:
      return 1;
  }
}

function all(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (!first) return () => true;
  if (!second) return first;
  if (tests.length === 2) return (scope, candidate) => first(scope, candidate) && second(scope, candidate);
  return (scope, candidate) => {
    for (const test of tests) if (!test(scope, candidate)) return false;
    return true;
  };
}

function any(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (!first) return () => false;
  if (!second) return first;
  if (tests.length === 2) return (scope, candidate) => first(scope, candidate) || second(scope, candidate);
  return (scope, candidate) => {
    for (const test of tests) if (test(scope, candidate)) return true;
    return false;
  };
}

function atLeast(minimum: number, tests: readonly Test[]): Test {
  return (scope, candidate) => {
    let count = 0;
    for (const test of tests) if (test(scope, candidate) && ++count >= minimum) return true;
    return false;
  };
}
