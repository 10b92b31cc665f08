import { asText, type Document, isDocument, put } from '../base/document.ts';
import type { Candidate } from './candidate.ts';
import { nameTest } from './dynamic-template.ts';
import type { KeywordField, TextField } from './field.ts';
import { keywordValue, scalarText } from './field-value.ts';
import type { Lucene, Phrase } from './lucene.ts';
import { fieldAt, type Mapping } from './mapping.ts';
import { parsingError } from './refusal.ts';
import { valueReader } from './source-values.ts';

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
  return [fields].flat().flatMap((item) => {
    if (!isDocument(item))
      throw parsingError('[highlight] failed to parse field [fields]', 'x_content_parse_exception');
    return Object.entries(item).map(([pattern, own]) => ({
      pattern,
      options: { ...common, ...(isDocument(own) ? own : {}) },
    }));
  });
}

/** Marks the words of a hit that the query is about, as the unified highlighter does; undefined where there are none. */
export type Highlighter = (candidate: Candidate) => Document | undefined;

/** Compiled once for an index. */
export function makeHighlighter(
  wanted: readonly HighlightField[],
  query: Lucene,
  mapping: Mapping,
): Highlighter | undefined {
  if (wanted.length === 0) return undefined;
  const chosen = new Map<string, (candidate: Candidate) => readonly string[]>();
  for (const { pattern, options } of wanted) {
    const test = nameTest(pattern);
    for (const path of mapping.fields.keys()) {
      const field = fieldAt(mapping, path);
      if (!test(path) || (field?.kind !== 'text' && field?.kind !== 'keyword')) continue;
      const anyField = options.require_field_match === false || options.require_field_match === 'false';
      const marks = marksOf(query, anyField ? undefined : field.path);
      if (marks.length > 0) chosen.set(path, fragmentsOf(field, marks, readOptions(options), mapping));
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

interface Options {
  readonly pre: string;
  readonly post: string;
  /** 0: the whole value. */
  readonly fragments: number;
  readonly size: number;
}

function readOptions(options: Document): Options {
  const first = (value: unknown, fallback: string): string =>
    value === undefined ? fallback : asText(Array.isArray(value) ? (value[0] ?? fallback) : value);
  return {
    pre: first(options.pre_tags, '<em>'),
    post: first(options.post_tags, '</em>'),
    fragments: Number(options.number_of_fragments ?? 5),
    size: Number(options.fragment_size ?? 100) || Number.POSITIVE_INFINITY,
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
    case 'constant':
    case 'boost':
    case 'nested':
      return marksOf(query.query, path);
    case 'term':
    case 'terms':
    case 'pattern':
      if (path !== undefined && query.field.path !== path) return [];
      return [(words) => words.filter(({ term }) => hasTerm(query, term))];
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
  mapping: Mapping,
): (candidate: Candidate) => readonly string[] {
  const read = valueReader(mapping, field, field.nested);
  return ({ source }) => {
    const found: string[] = [];
    read(source, (leaf) => {
      if (leaf === null || typeof leaf === 'object') return false;
      const text = scalarText(leaf);
      const words = wordsOf(field, text);
      const marked = [...new Set(marks.flatMap((mark) => mark(words)))].sort((a, b) => a.start - b.start);
      if (marked.length > 0) found.push(...fragments(text, marked, options));
      return options.fragments > 0 && found.length >= options.fragments;
    });
    return options.fragments > 0 ? found.slice(0, options.fragments) : found;
  };
}

function wordsOf(field: TextField | KeywordField, text: string): readonly Word[] {
  if (field.kind === 'text') return field.analyzer.analyze(text);
  const term = keywordValue(field, text);
  return term === undefined ? [] : [{ term, start: 0, end: text.length, position: 0 }];
}

/** Sentences with marks, joined up to the size of a fragment; one that is longer is cut at words around its first mark. */
function fragments(text: string, marked: readonly Word[], options: Options): string[] {
  if (options.fragments === 0) return [tagged(text, 0, text.length, marked, options)];
  const ends = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)].map(
    ({ index, segment }) => index + segment.length,
  );
  const found: string[] = [];
  let done = -1;
  for (const word of marked) {
    if (word.start < done) continue;
    let start = Math.max(done, 0, ...ends.filter((end) => end <= word.start));
    let end = ends.find((one) => one >= word.end) ?? text.length;
    for (const next of ends) if (next > end && next - start <= options.size) end = next;
    if (end - start > options.size) {
      const back = word.end - options.size;
      if (back > start) start = Math.max(start, text.lastIndexOf(' ', back) + 1);
      const cut = text.indexOf(' ', Math.max(word.end, start + options.size));
      if (cut >= 0) end = Math.min(end, cut);
    }
    found.push(tagged(text, start, end, marked, options));
    done = end;
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
