import { limits } from '../../base/limits.ts';
import type { Analyzer } from '../analysis/token.ts';
import { checkClauseCount } from '../clause-count.ts';
import { type BoolClause, everything, type Lucene, nothing } from '../lucene.ts';
import { eachField, fellAway, textInFields } from '../many-fields.ts';
import { minimumShouldMatch } from '../minimum-should-match.ts';
import { checkIndexed, fuzzyQuery, ofKeys, prefixQuery } from '../pattern-query.ts';
import type { SimpleQueryStringQuery, TextOptions } from '../query.ts';
import { type ChosenField, chooseFields, defaultFields, isAllFields } from '../query-fields.ts';
import { shardError } from '../refusal.ts';
import { checkAnalyzer, defaultTextOptions } from '../text-query.ts';
import { unmapped, type ValueScope } from '../value-query.ts';
import { analyzedPrefix } from './analyzed-prefix.ts';

/**
 * simple_query_string: never a syntax error. `+` and, `|` or, `-` not, `"…"`, `word*`, `word~1`, `"…"~2`, `( )`; what does
 * not fit is taken as text. White space ends a word for every kind of field.
 */
export function lowerSimple(query: SimpleQueryStringQuery, scope: ValueScope): Lucene {
  checkAnalyzer(query.analyzer, 'simple_query_string', scope);
  if (query.text.trim() === '') return nothing();
  if (query.text.trim() === '*') return everything;
  const wanted = query.fields.length > 0 ? query.fields : defaultFields(scope.mapping);
  const fields = chooseFields(scope.mapping, wanted);
  const reader: Reader = {
    query,
    scope,
    fields,
    missing: unmapped(wanted.map(({ pattern }) => pattern).join(', ')),
    forced: query.analyzer === undefined ? undefined : scope.mapping.analysis.analyzer(query.analyzer),
    at: 0,
    end: query.text.length,
    text: {
      ...defaultTextOptions,
      operator: query.operator,
      lenient: query.lenient ?? isAllFields(wanted),
      ...(query.analyzer === undefined ? {} : { analyzer: query.analyzer }),
    },
  };
  const lowered = readGroup(reader, 0);
  if (query.minimumShouldMatch === undefined || lowered.kind !== 'bool') return lowered;
  const optional = lowered.clauses.filter(({ occur }) => occur === '').length;
  const minimum = minimumShouldMatch(query.minimumShouldMatch, optional);
  return minimum > 0 ? { ...lowered, minimum, explicit: true } : lowered;
}

interface Reader {
  readonly query: SimpleQueryStringQuery;
  readonly scope: ValueScope;
  readonly fields: readonly ChosenField[];
  readonly text: TextOptions;
  /** The analyzer that the query names: it normalizes words, whatever their field. */
  readonly forced: Analyzer | undefined;
  /** What stands for a word where none of the fields is mapped. */
  readonly missing: Lucene;
  at: number;
  readonly end: number;
}

function on(reader: Reader, flag: string): boolean {
  return reader.query.flags.has('ALL') || reader.query.flags.has(flag);
}

/** Clauses until the closing parenthesis or the end, joined from the left as Lucene's SimpleQueryParser does. */
function readGroup(reader: Reader, depth: number): Lucene {
  if (depth > limits.queryDepthMax) throw shardError('simple_query_string: too many nested groups');
  const text = reader.query.text;
  let top: Lucene | undefined;
  let topOccur: '+' | '' | undefined;
  let pending: '+' | '' | undefined;
  let not = 0;
  const push = (branch: Lucene): void => {
    if (fellAway(branch)) return;
    const query: Lucene =
      not % 2 === 1
        ? {
            kind: 'bool',
            clauses: [
              { occur: '-', query: branch },
              { occur: '', query: everything },
            ],
            minimum: 1,
          }
        : branch;
    // A word that fell away leaves the operator before it to the next.
    const occur = pending ?? (reader.query.operator === 'and' ? '+' : '');
    if (!top) top = query;
    else if (top.kind === 'bool' && topOccur === occur) top = extended(top.clauses, occur, query);
    else {
      top = extended([{ occur, query: top }], occur, query);
      topOccur = occur;
    }
    pending = undefined;
  };
  while (reader.at < reader.end) {
    const char = text[reader.at] as string;
    if (/[ \t\n\r]/.test(char) && on(reader, 'WHITESPACE')) {
      reader.at++;
      not = 0;
    } else if (char === '+' && on(reader, 'AND')) {
      reader.at++;
      if (pending === undefined && top) pending = '+';
    } else if (char === '|' && on(reader, 'OR')) {
      reader.at++;
      if (pending === undefined && top) pending = '';
    } else if (char === '-' && on(reader, 'NOT')) {
      reader.at++;
      not++;
    } else if (char === '(' && on(reader, 'PRECEDENCE')) {
      reader.at++;
      push(readGroup(reader, depth + 1));
      not = 0;
    } else if (char === ')' && on(reader, 'PRECEDENCE')) {
      reader.at++;
      if (depth > 0) return top ?? nothing();
    } else {
      push(char === '"' && on(reader, 'PHRASE') ? readPhrase(reader) : readWord(reader));
      not = 0;
    }
  }
  return top ?? nothing();
}

function extended(clauses: readonly BoolClause[], occur: '+' | '', query: Lucene): Lucene {
  checkClauseCount(clauses.length + 1);
  return { kind: 'bool', clauses: [...clauses, { occur, query }], minimum: occur === '' ? 1 : 0 };
}

function readPhrase(reader: Reader): Lucene {
  const { query, fields, text, scope, missing } = reader;
  const match = /"((?:[^"\\]|\\.)*)"(?:~(\d+))?/sy;
  match.lastIndex = reader.at;
  const found = match.exec(query.text);
  if (!found) {
    reader.at++;
    return nothing();
  }
  reader.at += found[0].length;
  const slop = found[2] !== undefined && on(reader, 'SLOP') ? Number(found[2]) : 0;
  if (fields.length === 0) return missing;
  return textInFields(fields, plain(found[1] ?? ''), 'phrase', { ...text, slop }, scope);
}

/** Lucene's way: a `~` ends the word, and what follows up to its end says how far; a `*` counts as the last character only. */
function readWord(reader: Reader): Lucene {
  const { query, fields, text, missing } = reader;
  let word = '';
  let fuzzy = false;
  let prefix = false;
  for (let escaped = false; reader.at < reader.end; reader.at++) {
    const char = query.text[reader.at] as string;
    if (!escaped) {
      if (char === '\\' && on(reader, 'ESCAPE')) {
        escaped = true;
        continue;
      }
      if (word !== '' && endsWord(reader, char)) break;
      fuzzy = word !== '' && char === '~' && on(reader, 'FUZZY');
      if (fuzzy) break;
      prefix = word !== '' && char === '*' && on(reader, 'PREFIX');
    } else prefix = false;
    escaped = false;
    word += char;
  }
  const edits = fuzzy ? readEdits(reader) : 0;
  if (fields.length === 0) return word === '' ? nothing() : missing;
  if (edits > 0) return fuzzyInFields(reader, word, edits);
  if (prefix) return prefixInFields(reader, word.slice(0, -1));
  return word === '' ? nothing() : textInFields(fields, word, 'best_fields', text, reader.scope);
}

/** What stands behind a `~`: nothing means 2; what is no number means 0. */
function readEdits(reader: Reader): number {
  let digits = '';
  for (reader.at++; reader.at < reader.end; reader.at++) {
    const char = reader.query.text[reader.at] as string;
    if (endsWord(reader, char)) break;
    digits += char;
  }
  return digits === '' ? 2 : /^[+-]?\d+$/.test(digits) ? Math.max(0, Math.min(2, Number(digits))) : 0;
}

function fuzzyInFields({ query, fields, text, forced }: Reader, word: string, edits: number): Lucene {
  return eachField(fields, text.lenient, ({ field }) => {
    if (field.kind === 'flat_object' && field.leaf !== undefined) return nothing(`no terms in [${field.path}]`);
    checkIndexed(field);
    const own = field.kind === 'text' ? field.searchAnalyzer : undefined;
    const near = (forced ?? own)?.normalize(word) ?? word;
    const found = fuzzyQuery(field, near, edits, query.fuzzyPrefixLength, query.fuzzyTranspositions);
    return field.kind === 'flat_object' ? ofKeys(found) : found;
  });
}

function prefixInFields({ query, fields, text, forced }: Reader, start: string): Lucene {
  const plainly = { ignoreCase: false, normalize: 'normalizer' } as const;
  return eachField(fields, text.lenient, ({ field }) => {
    const analyzer = forced ?? (field.kind === 'text' ? field.searchAnalyzer : undefined);
    if (query.analyzeWildcard && field.kind === 'text')
      return analyzedPrefix(field, start, analyzer ?? field.searchAnalyzer, query.operator);
    return prefixQuery(field, analyzer?.normalize(start) ?? start, plainly);
  });
}

function endsWord(reader: Reader, char: string): boolean {
  if (/[ \t\n\r]/.test(char)) return on(reader, 'WHITESPACE');
  if (char === '"') return on(reader, 'PHRASE');
  if (char === '|') return on(reader, 'OR');
  if (char === '+') return on(reader, 'AND');
  return (char === '(' || char === ')') && on(reader, 'PRECEDENCE');
}

function plain(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
