import type { Instant } from '../base/clock.ts';
import { asText, type Document, isDocument, put } from '../base/document.ts';
import { malformed, tokenOf } from './aggregations/body.ts';
import type { Candidate } from './candidate.ts';
import { lowerQuery } from './compile.ts';
import { nameTest } from './dynamic-template.ts';
import type { KeywordField, TextField } from './field.ts';
import { keywordValue, scalarText } from './field-value.ts';
import type { Lucene, Phrase } from './lucene.ts';
import { withinBounds } from './lucene-match.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { parseQuery } from './parse.ts';
import { rawValues } from './raw-values.ts';
import { parsingError, shardError } from './refusal.ts';

/** What `highlight` asks of one field, or of those that a pattern names. */
export interface HighlightField {
  readonly pattern: string;
  readonly options: Document;
}

const known =
  'fields type pre_tags post_tags number_of_fragments fragment_size no_match_size require_field_match order encoder ' +
  'highlight_query boundary_scanner boundary_scanner_locale boundary_chars boundary_max_scan max_analyzer_offset ' +
  'tags_schema fragmenter phrase_limit force_source fragment_offset matched_fields options';

/** Reads `highlight`: options for all fields, and fields with their own. */
export function parseHighlight(json: unknown): readonly HighlightField[] {
  if (json === undefined || json === null) return [];
  if (!isDocument(json)) throw parsingError('Unknown key for a VALUE in [highlight].');
  for (const key of Object.keys(json)) {
    if (!known.split(' ').includes(key)) {
      throw parsingError(`[highlight] unknown field [${key}]`, 'x_content_parse_exception');
    }
  }
  const { fields = {}, ...common } = json;
  checkOptions(common);
  return [fields].flat().flatMap((item) => {
    if (!isDocument(item))
      throw parsingError('[highlight] failed to parse field [fields]', 'x_content_parse_exception');
    return Object.entries(item).map(([pattern, own]) => {
      if (!isDocument(own)) throw failedFields(`Expected START_OBJECT but was: ${tokenOf(own)}`);
      const unknown = Object.keys(own).find((key) => !known.split(' ').includes(key));
      if (unknown !== undefined) throw failedFields(`unknown field [${unknown}]`);
      checkOptions(own);
      return { pattern, options: { ...common, ...own } };
    });
  });
}

function failedFields(why: string): Error {
  return malformed(`[highlight_field] ${why}`);
}

const scanners = ['chars', 'word', 'sentence'];

function checkOptions(options: Document): void {
  if (options.pre_tags !== undefined && options.post_tags === undefined) {
    throw parsingError('pre_tags are set but post_tags are not set');
  }
  const { boundary_scanner: scanner } = options;
  if (scanner !== undefined && !scanners.includes(asText(scanner).toLowerCase())) {
    throw malformed('[highlight] failed to parse field [boundary_scanner]');
  }
}

/** Marks the words of a hit that the query is about, as the unified highlighter does; undefined where there are none. */
export type Highlighter = (candidate: Candidate) => Document | undefined;

/** Compiled once for an index. */
export function makeHighlighter(
  wanted: readonly HighlightField[],
  query: Lucene,
  mapping: Mapping,
  at: Instant,
): Highlighter | undefined {
  if (wanted.length === 0) return undefined;
  const chosen = new Map<string, (candidate: Candidate) => readonly string[]>();
  for (const { pattern, options } of wanted) {
    const test = nameTest(pattern);
    for (const path of mapping.fields.keys()) {
      const field = fieldAt(mapping, path);
      if (!test(path) || (field?.kind !== 'text' && field?.kind !== 'keyword')) continue;
      const anyField = options.require_field_match === false || options.require_field_match === 'false';
      const about =
        options.highlight_query === undefined
          ? query
          : lowerQuery(parseQuery(options.highlight_query, 'highlight_query'), mapping, at);
      const marks = marksOf(about, anyField ? undefined : field.path);
      const read = readOptions(options);
      checkType(options, path);
      if (marks.length > 0 || read.unmarked > 0) chosen.set(path, fragmentsOf(field, marks, read));
    }
  }
  return (candidate) => {
    const found: { [field: string]: unknown } = {};
    for (const [path, read] of chosen) {
      const fragments = read(candidate);
      if (fragments.length > 0) put(found, path, fragments);
    }
    return Object.keys(found).length === 0 ? undefined : found;
  };
}

/** Told by the shard, with the first field. */
function checkType({ type }: Document, path: string): void {
  if (type === undefined || type === 'unified' || type === 'plain') return;
  throw shardError(
    type === 'fvh'
      ? `the field [${path}] should be indexed with term vector with position offsets to be used with fast vector highlighter`
      : `unknown highlighter type [${asText(type)}] for the field [${path}]`,
    'illegal_argument_exception',
  );
}

interface Options {
  readonly pre: string;
  readonly post: string;
  /** 0: the whole value. */
  readonly fragments: number;
  /** 0: each sentence, or each word, for itself. */
  readonly size: number;
  readonly byWord: boolean;
  /** How much of a field is shown where nothing in it is marked. */
  readonly unmarked: number;
}

function readOptions(options: Document): Options {
  const first = (value: unknown, fallback: string): string =>
    value === undefined ? fallback : asText(Array.isArray(value) ? (value[0] ?? fallback) : value);
  return {
    pre: first(options.pre_tags, options.tags_schema === 'styled' ? '<em class="hlt1">' : '<em>'),
    post: first(options.post_tags, '</em>'),
    fragments: Number(options.number_of_fragments ?? 5),
    size: options.boundary_scanner === 'word' ? 0 : Number(options.fragment_size ?? 100),
    byWord: options.boundary_scanner === 'word',
    unmarked: Number(options.no_match_size ?? 0),
  };
}

interface Word {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  readonly position: number;
}

/** Chooses the words of a value that are marked. */
type Mark = (words: readonly Word[]) => readonly Word[];

/** What the query looks for in a field (in any, where it is undefined); what must not match marks nothing. */
function marksOf(query: Lucene, path: string | undefined): Mark[] {
  switch (query.kind) {
    case 'bool':
      return query.clauses.flatMap((clause) => (clause.occur === '-' ? [] : marksOf(clause.query, path)));
    case 'dismax':
      return query.queries.flatMap((inner) => marksOf(inner, path));
    case 'boost':
      // The negative part of `boosting`.
      return query.boost === 0 ? [] : marksOf(query.query, path);
    case 'constant':
    case 'nested':
      return marksOf(query.query, path);
    case 'term':
    case 'terms':
    case 'pattern':
      if (path !== undefined && query.field.path !== path) return [];
      // Observed: a term of a field that is not indexed is found by its doc values, which tell highlighters nothing.
      if (query.kind === 'term' && asText(query.field.parameters.index) === 'false') return [];
      return [(words) => words.filter(({ term }) => hasTerm(query, term))];
    case 'term-range': {
      if (path !== undefined && query.field.path !== path) return [];
      const inside = withinBounds(query);
      return [(words) => words.filter(({ term }) => inside(term))];
    }
    case 'phrase':
      return path === undefined || query.field.path === path ? [(words) => phraseWords(query, words)] : [];
    default:
      return [];
  }
}

function hasTerm(query: Extract<Lucene, { kind: 'term' | 'terms' | 'pattern' }>, term: string): boolean {
  if (query.kind === 'term') return query.term === term;
  return query.kind === 'terms' ? query.terms.has(term) : query.test(term);
}

/** The words of each place where the phrase stands; with slop, all of its words. */
function phraseWords({ slots, slop, prefix }: Phrase, words: readonly Word[]): readonly Word[] {
  const fits = (slot: number, term: string): boolean => {
    const terms = slots[slot]?.terms ?? [];
    return prefix && slot === slots.length - 1 ? terms.some((start) => term.startsWith(start)) : terms.includes(term);
  };
  if (slop > 0) return words.filter(({ term }) => slots.some((_, slot) => fits(slot, term)));
  const marked = new Set<Word>();
  const at = new Map<number, Word[]>();
  for (const word of words) at.set(word.position, [...(at.get(word.position) ?? []), word]);
  for (const first of words) {
    if (!fits(0, first.term)) continue;
    const base = first.position - (slots[0]?.position ?? 0);
    const run = slots.map(({ position }, slot) => at.get(base + position)?.find(({ term }) => fits(slot, term)));
    if (run.every((word) => word !== undefined)) for (const word of run) if (word) marked.add(word);
  }
  return [...marked];
}

function fragmentsOf(
  field: TextField | KeywordField,
  marks: readonly Mark[],
  options: Options,
): (candidate: Candidate) => readonly string[] {
  return ({ source }) => {
    const found: string[] = [];
    let head: string | undefined;
    for (const leaf of rawValues(source, field.source)) {
      // Observed: what a normalizer made of a keyword is shown, not what was written; what is too long for it is not.
      const text = field.kind === 'keyword' ? keywordValue(field, leaf) : scalarText(leaf);
      if (text === undefined) continue;
      head ||= text;
      const words = wordsOf(field, text);
      const marked = [...new Set(marks.flatMap((mark) => mark(words)))].sort((a, b) => a.start - b.start);
      if (marked.length > 0) found.push(...fragments(text, marked, options));
      if (options.fragments > 0 && found.length >= options.fragments) break;
    }
    if (found.length === 0 && head !== undefined && options.unmarked > 0) {
      // Of blanks nothing is shown.
      const shown = headOf(head, options.unmarked);
      return shown === '' ? [] : [shown];
    }
    return options.fragments > 0 ? found.slice(0, options.fragments) : found;
  };
}

/** The beginning of a text, up to the first end of a word beyond the size. */
function headOf(text: string, size: number): string {
  return text.slice(0, following(boundaries(text, 'word'), size)).trim();
}

function wordsOf(field: TextField | KeywordField, text: string): readonly Word[] {
  if (field.kind === 'text') return field.analyzer.analyze(text);
  const term = keywordValue(field, text);
  return term === undefined ? [] : [{ term, start: 0, end: text.length, position: 0 }];
}

/** Where words or sentences end, the last one at the end of the text. */
function boundaries(text: string, granularity: 'word' | 'sentence'): readonly number[] {
  if (granularity === 'word') return [...text.matchAll(javaWords)].map(({ index, 0: word }) => index + word.length);
  return [...new Intl.Segmenter('en', { granularity }).segment(text)].map(
    ({ index, segment }) => index + segment.length,
  );
}

/**
 * The words of java.text.BreakIterator: letters with what joins them (a dash or a dot, not a colon), numbers, blanks, and all else by
 * itself.
 */
const javaWords =
  /(?:(?![\u3040-\u30ff\u4e00-\u9fff])[\p{L}\p{M}]+(?:[\p{Pd}\u00ad\u2027"'.][\p{L}\p{M}]+)*|\p{N}+(?:["',.]\p{N}+)*)+%?|[\p{Zs}\t]+|[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u4e00-\u9fff]+|\r\n|./gsu;

function following(ends: readonly number[], at: number): number {
  return ends.find((end) => end > at) ?? ends.at(-1) ?? 0;
}

function preceding(ends: readonly number[], at: number): number {
  return ends.findLast((end) => end < at) ?? 0;
}

/**
 * Sentences with marks, joined up to the size of a fragment; one that is longer is cut at words around its first mark
 * (OpenSearch's BoundedBreakIteratorScanner).
 */
function fragments(text: string, marked: readonly Word[], options: Options): string[] {
  if (options.fragments === 0) return [tagged(text, 0, text.length, marked, options)];
  const { size } = options;
  const ends = boundaries(text, options.byWord ? 'word' : 'sentence');
  let words: readonly number[] | undefined;
  const found: string[] = [];
  let [windowStart, windowEnd, end] = [-1, -1, -1];
  for (const word of marked) {
    if (word.start < end) continue;
    const at = word.start + 1;
    let start = end;
    if (at > windowStart && at < windowEnd) end = windowEnd;
    else {
      start = preceding(ends, at);
      end = following(ends, at - 1);
      for (const next of ends) if (next > end && next - start <= size) end = next;
      windowStart = start;
      windowEnd = end;
    }
    if (size > 0 && end - start > size) {
      words ??= boundaries(text, 'word');
      if (at - size > start) start = Math.max(start, preceding(words, at - size));
      const rest = Math.max(0, size - (at - start));
      if (at + rest < windowEnd) end = Math.min(windowEnd, following(words, at + rest));
    }
    found.push(tagged(text, start, end, marked, options));
  }
  return found;
}

function tagged(text: string, start: number, end: number, marked: readonly Word[], { pre, post }: Options): string {
  let shown = '';
  let at = start;
  for (const word of marked) {
    if (word.start < at || word.end > end) continue;
    shown += `${text.slice(at, word.start)}${pre}${text.slice(word.start, word.end)}${post}`;
    at = word.end;
  }
  return `${shown}${text.slice(at, end)}`.trim();
}
