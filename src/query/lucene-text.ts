import { ipGroups } from '../base/ip-address.ts';
import type { Field } from './field.ts';
import type { Bool, Lucene, Phrase, Point, PointRange, TermBounds } from './lucene.ts';

/** A lowered query as Lucene prints it: what `_validate/query?explain=true` answers. */
export function luceneText(query: Lucene): string {
  switch (query.kind) {
    case 'all':
      return query.shown ?? '*:*';
    case 'none':
      // A text without words leaves an empty boolean.
      return query.reason === undefined ? '' : `MatchNoDocsQuery("${query.reason}")`;
    case 'term':
      return `${query.field.path}:${query.term}`;
    case 'terms':
      return twice(query.field, `${query.field.path}:(${[...query.terms].join(' ')})`);
    case 'pattern':
      return `${query.field.path}:${query.text}`;
    case 'phrase':
      return phraseText(query);
    case 'term-range':
      return twice(query.field, `${query.field.path}:${boundsText(query)}`);
    case 'points':
      return query.ranges.map((range) => instantText(pointsText(query.field, range), query.now)).join(' ');
    case 'exists':
      return `FieldExistsQuery [field=${query.field.path}]`;
    case 'ids':
      return `_id:(${[...query.ids].join(' ')})`;
    case 'index':
      return '_index';
    case 'percolate':
      return `PercolateQuery{document_sources={${query.percolation.shown}}}`;
    case 'bool':
      return boolText(query);
    case 'dismax':
      return alternativesText(query.queries);
    case 'constant':
      return `ConstantScore(${luceneText(query.query)})`;
    case 'boost':
      return `(${luceneText(query.query)})^${javaFloat(query.boost)}`;
    case 'nested':
      return `ToParentBlockJoinQuery (${luceneText(query.query)})`;
  }
}

function boolText({ clauses, minimum, explicit }: Bool): string {
  const text = clauses.map(({ occur, query }) => `${occur}${inParentheses(query)}`).join(' ');
  return explicit ? `(${text})~${minimum}` : text;
}

/** To Lucene all queries that match nothing are one: it counts them, and shows the first for each. */
function alternativesText(queries: readonly Lucene[]): string {
  const failed = queries.flatMap((query) => (query.kind === 'none' && query.reason !== undefined ? [query] : []));
  const [first] = failed.map(luceneText).sort();
  return `(${queries.map((query) => (query.kind === 'none' && first !== undefined ? first : inParentheses(query))).join(' | ')})`;
}

function inParentheses(query: Lucene): string {
  return query.kind === 'bool' ? `(${luceneText(query)})` : luceneText(query);
}

/** Words that a phrase leaves out (stop words) are shown as `?`. */
function phraseText({ field, slots, slop, prefix }: Phrase): string {
  const words: string[] = [];
  const start = slots[0]?.position ?? 0;
  for (const [index, { terms, position }] of slots.entries()) {
    while (words.length < position - start) words.push('?');
    const shown = prefix && index === slots.length - 1 ? terms.map((term) => `${term}*`) : terms;
    words.push(shown.length === 1 ? (shown[0] as string) : `(${shown.join(' ')})`);
  }
  return `${field.path}:"${words.join(' ')}"${slop > 0 ? `~${slop}` : ''}`;
}

function boundsText({ from, to, includeFrom, includeTo }: TermBounds): string {
  const open = includeFrom ? '[' : '{';
  const close = includeTo ? ']' : '}';
  return `${open}${from ?? '*'} TO ${to ?? '*'}${close}`;
}

function instantText(text: string, now = false): string {
  return now ? `DateRangeIncludingNowQuery(${text})` : text;
}

function pointsText(field: Field, { from, to }: PointRange): string {
  const path = field.path;
  if (field.kind === 'ip') {
    const [low, high] = [String(from), String(to)];
    return both(`${path}:[${ipGroups(low)} TO ${ipGroups(high)}]`, `${path}:[${bytesText(low)} TO ${bytesText(high)}]`);
  }
  if (field.kind === 'boolean') return `${path}:[${from === 1 ? 'T' : 'F'} TO ${to === 1 ? 'T' : 'F'}]`;
  const text = `${path}:[${pointText(field, from)} TO ${pointText(field, to)}]`;
  return both(text, text);
}

/** An open end of a date is that of a long. */
function pointText(field: Field, point: Point): string {
  if (point === Number.NEGATIVE_INFINITY && field.kind === 'date') return String(-(2n ** 63n));
  if (point === Number.POSITIVE_INFINITY && field.kind === 'date') return String(2n ** 63n - 1n);
  const floating = field.kind === 'number' && /^(?:double|float|half_float)$/.test(field.numeric);
  return floating ? javaFloat(Number(point)) : String(point);
}

/** An address as the 16 bytes that Lucene compares. */
function bytesText(key: string): string {
  return `[${(key.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16).toString(16)).join(' ')}]`;
}

/** A keyword is in the index and in the column: Lucene may use either. */
function twice(field: Field, text: string): string {
  return field.kind === 'keyword' ? both(text, text) : text;
}

function both(index: string, column: string): string {
  return `IndexOrDocValuesQuery(indexQuery=${index}, dvQuery=${column})`;
}

function javaFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
