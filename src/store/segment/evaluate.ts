import { own } from '../../base/document.ts';
import type { Field, KeywordField, TextField } from '../../query/field.ts';
import { pointOf } from '../../query/field-test.ts';
import { booleanValue, keywordValue, scalarText } from '../../query/field-value.ts';
import type { Bool, Lucene, Point, PointRange, TermBounds } from '../../query/lucene.ts';
import { compareTerms, withinRanges } from '../../query/lucene-match.ts';
import type { Mapping } from '../../query/mapping.ts';
import { isCopied } from '../../query/source-values.ts';
import { fieldPlan } from './field-plan.ts';
import { makeKeptOfHashed } from './hashed-rows.ts';
import { patternLikeness, rangeLikeness } from './likeness.ts';
import { allRows, and, andNot, noRows, or, type Rows } from './rows.ts';
import type { ColumnIndex, Hits, Leaf, Likeness, SegmentIndex } from './segment-index.ts';
import { areShort } from './short-words.ts';
import { finish, type Steps } from './steps.ts';
import { type AskedOfWords, wordTest } from './word-test.ts';

/** The index that is asked, within a segment. */
export interface Asked {
  readonly segment: SegmentIndex;
  readonly number: number;
  readonly name: string;
  readonly mapping: Mapping;
  readonly analysis: string;
}

const none = noRows();
const all = allRows();
const nothing: Hits = { sure: none, maybe: none };
const everything: Hits = { sure: all, maybe: all };
/** What the index cannot tell: every document must be asked. */
const unknown: Hits = { sure: none, maybe: all };

/**
 * Answers a query from the index as far as it can: `sure` are matches, outside `maybe` there are none. Whatever the index does
 * not know for certain is left to the matcher, so a gap here costs time, never a wrong answer. Sets are not to be changed.
 */
export function evaluate(query: Lucene, asked: Asked): Hits {
  return finish(evaluateInSteps(query, asked));
}

/** The same, a step at a time. A growing segment may grow meanwhile: of what came since, nothing is said. */
export function* evaluateInSteps(query: Lucene, asked: Asked): Steps<Hits> {
  switch (query.kind) {
    case 'all':
      return everything;
    case 'none':
      return nothing;
    case 'constant':
    case 'boost':
      return yield* evaluateInSteps(query.query, asked);
    case 'bool':
      return yield* evaluateBool(query, asked);
    case 'dismax':
      return yield* anyOf(query.queries, asked);
    case 'index':
      return query.test(asked.name) ? everything : nothing;
    case 'ids':
    case 'nested':
    case 'percolate':
      return unknown;
    default:
      return query.field.nested === undefined ? yield* evaluateField(query, asked) : unknown;
  }
}

function* anyOf(queries: readonly Lucene[], asked: Asked): Steps<Hits> {
  let hits = nothing;
  for (const query of queries) hits = either(hits, yield* evaluateInSteps(query, asked));
  return hits;
}

type FieldQuery = Extract<Lucene, { readonly field: unknown }>;

function* evaluateField(query: FieldQuery, asked: Asked): Steps<Hits> {
  const { field } = query;
  switch (query.kind) {
    case 'term':
      return yield* terms(field, [query.term], asked);
    case 'terms':
      return yield* terms(field, query.terms, asked);
    case 'phrase': {
      if (field.kind !== 'text') return unknown;
      const slots = query.prefix ? query.slots.slice(0, -1) : query.slots;
      // The first words select well enough: a phrase may have a million.
      const hits = slots
        .slice(0, phraseSlotsMax)
        .map((slot) => words(field, slot.terms, asked))
        .reduce(both, everything);
      return query.slots.length === 1 && !query.prefix ? hits : { sure: none, maybe: hits.maybe };
    }
    case 'pattern':
      if (query.of) return unknown;
      if (field.kind === 'text') return yield* wordsLike(field, query, asked);
      return yield* byTerm(field, query.test, asked, patternLikeness(field, query));
    case 'term-range':
      if (field.kind === 'text') return yield* wordsLike(field, { test: withinBounds(query) }, asked);
      return yield* byTerm(field, withinBounds(query), asked, rangeLikeness(field, query));
    case 'points':
      return yield* points(field, query.ranges, asked);
    case 'exists':
      return yield* exists(field, asked);
  }
}

const phraseSlotsMax = 32;

/** More are not looked up one by one: each value is asked instead. */
const listedTermsMax = 512;

/** Documents with any of the terms. */
function* terms(field: Field, wanted: readonly string[] | ReadonlySet<string>, asked: Asked): Steps<Hits> {
  const list = [...wanted];
  const many = list.length > listedTermsMax;
  if (field.kind === 'text') return many ? unknown : words(field, list, asked);
  if (many || field.kind !== 'keyword' || field.normalizer) {
    const set = new Set(list);
    return yield* byTerm(field, (term) => set.has(term), asked);
  }
  const columns = keywordColumns(field, asked);
  if (!columns) return unknown;
  const kept = list.filter((term) => term.length <= field.ignoreAbove);
  const termSet = new Set(kept);
  return columns
    .map((column) => {
      const others = column.others(
        (leaf) => termSet.has(keywordValue(field, leaf) ?? '') && keywordValue(field, leaf) !== undefined,
      );
      const found = kept.map((term) => column.exact(term));
      if (!others || found.some((hits) => !hits)) return somewhere(column);
      return (found as Hits[]).reduce(either, { sure: others, maybe: others });
    })
    .reduce(either, nothing);
}

/** Documents with a term that passes: every listed value is asked. */
function* byTerm(field: Field, test: (term: string) => boolean, asked: Asked, like?: Likeness): Steps<Hits> {
  const read = termReader(field);
  const columns = read && columnsOf(field, asked);
  if (!read || !columns) return unknown;
  const passes = (leaf: Leaf): boolean => {
    const term = read(leaf);
    return term !== undefined && test(term);
  };
  let hits = nothing;
  for (const column of columns) hits = either(hits, (yield* column.matching(passes, like)) ?? somewhere(column));
  return hits;
}

/** What a field makes of a value; undefined for kinds whose terms are not whole values. */
function termReader(field: Field): ((leaf: Leaf) => string | undefined) | undefined {
  switch (field.kind) {
    case 'keyword':
      return field.nullValue === undefined ? (leaf) => keywordValue(field, leaf) : undefined;
    case 'boolean':
      if (field.nullValue !== undefined) return undefined;
      return (leaf) => {
        const value = booleanValue(field, leaf);
        return value === undefined ? undefined : value ? 'T' : 'F';
      };
    case 'flat_object':
      return scalarText;
    default:
      return undefined;
  }
}

function keywordColumns(field: KeywordField, asked: Asked): readonly ColumnIndex[] | undefined {
  return field.nullValue === undefined ? columnsOf(field, asked) : undefined;
}

/** The columns that hold all values of a field; undefined where other values count too. */
export function columnsOf(field: Field, { segment, mapping }: Asked): readonly ColumnIndex[] | undefined {
  if (segment.overflowed || isCopied(mapping, field)) return undefined;
  const path = field.source.join('.');
  if (field.kind !== 'flat_object') return segment.columns(path);
  if (field.leaf !== undefined) return segment.columns(`${path}.${field.leaf}`);
  return segment.allColumns().filter((column) => column.path.startsWith(`${path}.`));
}

function somewhere(column: ColumnIndex): Hits {
  return { sure: none, maybe: column.present() };
}

/** Documents with any of the words in a text field, as its analyzer made them when the documents came. */
function words(field: TextField, wanted: Iterable<string>, asked: Asked): Hits {
  if (!wordsHold(field.path, asked)) return unknown;
  let hits = nothing;
  for (const term of wanted) hits = either(hits, asked.segment.word(field, term));
  return hits;
}

/** Documents with a word that passes, in a text field: the words of every listed value are asked. */
function* wordsLike(field: TextField, pattern: AskedOfWords, asked: Asked): Steps<Hits> {
  if (!wordsHold(field.path, asked)) return unknown;
  const { automaton } = pattern;
  const { passes, like } = wordTest(field, pattern);
  if (automaton && field.analyzer.split && areShort(automaton)) {
    const hits = yield* wordsOfColumns(field, passes, { texts: [], odd: true }, asked);
    const short = yield* asked.segment.shortWords(field, pattern.test);
    if (short) return either(hits, { sure: short, maybe: short });
  }
  return yield* wordsOfColumns(field, passes, like, asked);
}

function* wordsOfColumns(
  field: TextField,
  passes: (leaf: Leaf) => boolean,
  like: Likeness | undefined,
  asked: Asked,
): Steps<Hits> {
  const { segment, mapping, analysis } = asked;
  let hits = nothing;
  for (const column of segment.allColumns()) {
    if (!column.hasText) continue;
    const plan = fieldPlan(mapping, column.path, analysis);
    if (plan.signature !== column.signature) {
      // Another index's: what its words went into is not known here.
      hits = either(hits, somewhere(column));
    } else if (plan.texts.some(({ path }) => path === field.path)) {
      hits = either(hits, (yield* column.matching(passes, like)) ?? somewhere(column));
    }
  }
  return hits;
}

/**
 * What an answer about the field depends on beside the segment and the field itself: two indices that see the same get the same
 * answer, which is about all rows of the segment.
 */
export function viewOf(field: Field, asked: Asked): string {
  const copied = isCopied(asked.mapping, field);
  const words = field.kind === 'text' && wordsHold(field.path, asked);
  const dates = field.kind !== 'date' || copied ? [] : (columnsOf(field, asked) ?? []);
  return `${copied ? 1 : 0}${words ? 1 : 0}${dates.map((column) => (readsHold(column, asked) ? 1 : 0)).join('')}`;
}

/** By segment, and by lineage of the mapping: what held goes on to hold when documents bring new fields. */
const held = new WeakMap<SegmentIndex, WeakMap<object, Set<string>>>();

/** Whether today's mapping would make the same words of the segment's documents as the one they came under. */
function wordsHold(field: string, { segment, mapping, number, analysis }: Asked): boolean {
  if (segment.overflowed) return false;
  const hold = (): boolean =>
    segment.allColumns().every((column) => {
      if (!column.indices.has(number)) return true;
      const plan = fieldPlan(mapping, column.path, analysis);
      return plan.signature === column.signature || (!column.hasText && plan.texts.length === 0);
    });
  // A growing segment may answer otherwise after the next document.
  if (!segment.sealed) return hold();
  const byLineage = held.get(segment) ?? new WeakMap<object, Set<string>>();
  held.set(segment, byLineage);
  const known = byLineage.get(mapping.lineage) ?? new Set();
  byLineage.set(mapping.lineage, known);
  const key = `${number} ${field}`;
  const holds = known.has(key) || hold();
  if (holds) known.add(key);
  return holds;
}

function* points(field: Field, ranges: readonly PointRange[], asked: Asked): Steps<Hits> {
  const read = pointOf(field);
  if (!read || own(field, 'nullValue') !== undefined) return unknown;
  const columns = columnsOf(field, asked);
  if (!columns) return unknown;
  const within = withinRanges(ranges);
  const inside = (point: Point | undefined): boolean => point !== undefined && within(point);
  let hits = nothing;
  for (const column of columns) {
    const found =
      column.within && field.kind === 'date' && readsHold(column, asked)
        ? column.within(inside)
        : yield* column.matching((leaf) => inside(read(leaf)));
    hits = either(hits, found ?? somewhere(column));
  }
  return hits;
}

/** Instants were read in the format that the field had when they came. */
export function readsHold(column: ColumnIndex, { mapping, analysis }: Asked): boolean {
  return fieldPlan(mapping, column.path, analysis).signature === column.signature;
}

function* exists(field: Field, asked: Asked): Steps<Hits> {
  // A value of these may be an object, whose leaves are indexed under their own paths.
  if (
    field.kind === 'flat_object' ||
    field.kind === 'opaque' ||
    field.kind === 'alias' ||
    own(field, 'nullValue') !== undefined
  )
    return unknown;
  const columns = columnsOf(field, asked);
  if (!columns) return unknown;
  // A text has a value whatever it is, of a keyword only long ones are none; of other kinds a value may be unreadable.
  if (field.kind === 'text' || (field.kind === 'keyword' && field.ignoreAbove === Number.POSITIVE_INFINITY)) {
    const present = columns.map((column) => column.present()).reduce(or, none);
    return { sure: present, maybe: present };
  }
  const read = field.kind === 'keyword' ? termReader(field) : pointOf(field);
  let hits = nothing;
  for (const column of columns) hits = either(hits, yield* existing(field, column, read, asked));
  return hits;
}

function* existing(
  field: Field,
  column: ColumnIndex,
  read: ((leaf: Leaf) => unknown) | undefined,
  asked: Asked,
): Steps<Hits> {
  if (field.kind === 'date' && column.within && readsHold(column, asked)) return column.within(() => true);
  const hits = (read && (yield* column.matching((leaf) => read(leaf) !== undefined))) ?? somewhere(column);
  if (field.kind !== 'keyword' || isEmpty(andNot(hits.maybe, hits.sure))) return hits;
  return { sure: or(hits.sure, hashedWithin(column, field.ignoreAbove)), maybe: hits.maybe };
}

/** Rows with a value that is only hashed and not longer than this: of a value that hardly repeats it is all that must be known. */
function hashedWithin(column: ColumnIndex, length: number): Rows {
  const hashed = column.ordinals()?.hashed?.(makeKeptOfHashed());
  return !hashed || hashed.longest > length ? noRows() : hashed.clear;
}

function withinBounds({ from, to, includeFrom, includeTo }: TermBounds): (term: string) => boolean {
  return (term) => {
    const low = from === undefined ? 1 : compareTerms(term, from);
    const high = to === undefined ? -1 : compareTerms(term, to);
    return (low > 0 || (low === 0 && includeFrom)) && (high < 0 || (high === 0 && includeTo));
  };
}

/** The same rules as compileBool of query/lucene-match.ts; what is found soon comes first, as it may leave nothing to find. */
function* evaluateBool({ clauses, minimum }: Bool, asked: Asked): Steps<Hits> {
  const of = (...occurs: readonly string[]): Lucene[] =>
    clauses.filter(({ occur }) => occurs.includes(occur)).map(({ query }) => query);
  const should = of('');
  if (!clauses.some(({ occur }) => occur !== '-') || minimum > should.length) return nothing;
  let hits = everything;
  for (const query of of('+', '#').sort((a, b) => work(a) - work(b))) {
    hits = both(hits, yield* evaluateInSteps(query, asked));
    if (isEmpty(hits.maybe)) return nothing;
  }
  if (minimum > 0) {
    const some = yield* anyOf(should, asked);
    hits = both(hits, minimum === 1 ? some : { sure: none, maybe: some.maybe });
  }
  for (const query of of('-')) {
    const out = yield* evaluateInSteps(query, asked);
    hits = { sure: andNot(hits.sure, out.maybe), maybe: andNot(hits.maybe, out.sure) };
  }
  return hits;
}

/** How much must be read to answer a query, about: a term is looked up, of patterns all values are asked, in texts those of many fields. */
function work(query: Lucene): number {
  switch (query.kind) {
    case 'pattern':
    case 'term-range':
      return query.field.kind === 'text' ? 100 : 10;
    case 'bool':
      return query.clauses.reduce((sum, clause) => sum + work(clause.query), 1);
    case 'dismax':
      return query.queries.reduce((sum, inner) => sum + work(inner), 1);
    case 'constant':
    case 'boost':
      return work(query.query);
    default:
      return 1;
  }
}

function both(a: Hits, b: Hits): Hits {
  if (a === everything) return b;
  if (b === everything) return a;
  const maybe = and(a.maybe, b.maybe);
  return { sure: and(a.sure, b.sure), maybe };
}

function either(a: Hits, b: Hits): Hits {
  if (a === nothing) return b;
  if (b === nothing) return a;
  return { sure: or(a.sure, b.sure), maybe: or(a.maybe, b.maybe) };
}

function isEmpty(rows: Rows): boolean {
  return rows.every((word) => word === 0);
}
