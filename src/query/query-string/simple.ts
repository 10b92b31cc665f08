import { limits } from '../../base/limits.ts';
import { type BoolClause, everything, type Lucene, nothing } from '../lucene.ts';
import { eachField, fellAway, textInFields } from '../many-fields.ts';
import { minimumShouldMatch } from '../minimum-should-match.ts';
import { fuzzyQuery, prefixQuery } from '../pattern-query.ts';
import type { SimpleQueryStringQuery, TextOptions } from '../query.ts';
import { type ChosenField, chooseFields, isAllFields } from '../query-fields.ts';
import { shardError } from '../refusal.ts';
import { checkAnalyzer, defaultTextOptions } from '../text-query.ts';
import { termQuery, unmapped, type ValueScope } from '../value-query.ts';

/**
 * simple_query_string: never a syntax error. `+` and, `|` or, `-` not, `"…"`, `word*`, `word~1`, `"…"~2`, `( )`; what does
 * not fit is taken as text. White space ends a word for every kind of field.
 */
export function lowerSimple(query: SimpleQueryStringQuery, scope: ValueScope): Lucene {
  checkAnalyzer(query.analyzer, 'simple_query_string', scope);
  if (query.text.trim() === '') return nothing();
  if (query.text.trim() === '*') return everything;
  const defaults = scope.mapping.settings.defaultFields.map((pattern) => ({ pattern, boost: 1 }));
  const wanted = query.fields.length > 0 ? query.fields : defaults;
  const fields = chooseFields(scope.mapping, wanted);
  const reader: Reader = {
    query,
    scope,
    fields,
    missing: unmapped(wanted.map(({ pattern }) => pattern).join(', ')),
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
    const occur = pending ?? (reader.query.operator === 'and' ? '+' : '');
    if (!top) top = query;
    else if (top.kind === 'bool' && topOccur === occur) top = extended(top.clauses, occur, query);
    else {
      top = extended([{ occur, query: top }], occur, query);
      topOccur = occur;
    }
  };
  const reset = (): void => {
    pending = undefined;
    not = 0;
  };
  while (reader.at < reader.end) {
    const char = text[reader.at] as string;
    if (/\s/.test(char) && on(reader, 'WHITESPACE')) {
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
      reset();
    } else if (char === ')' && on(reader, 'PRECEDENCE')) {
      reader.at++;
      if (depth > 0) return top ?? nothing();
    } else {
      push(char === '"' && on(reader, 'PHRASE') ? readPhrase(reader) : readWord(reader));
      reset();
    }
  }
  return top ?? nothing();
}

function extended(clauses: readonly BoolClause[], occur: '+' | '', query: Lucene): Lucene {
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

function readWord(reader: Reader): Lucene {
  const { query, fields, text, scope, missing } = reader;
  let raw = '';
  while (reader.at < reader.end) {
    const char = query.text[reader.at] as string;
    if (char === '\\' && on(reader, 'ESCAPE') && reader.at + 1 < reader.end) {
      raw += query.text.slice(reader.at, reader.at + 2);
      reader.at += 2;
      continue;
    }
    if (raw !== '' && endsWord(reader, char)) break;
    raw += char;
    reader.at++;
  }
  if (fields.length === 0) return missing;
  const options = text.lenient;
  const patterns = { ignoreCase: false, normalize: 'analyzer' } as const;
  if (raw.length > 1 && raw.endsWith('*') && !raw.endsWith('\\*') && on(reader, 'PREFIX')) {
    return eachField(fields, options, ({ field }) => prefixQuery(field, plain(raw.slice(0, -1)), patterns));
  }
  const fuzzy = /^(.+)~(\d*)$/s.exec(raw);
  if (fuzzy && on(reader, 'FUZZY')) {
    const edits = Math.min(2, fuzzy[2] === '' ? 2 : Number(fuzzy[2]));
    return eachField(fields, options, ({ field }) => {
      const word =
        field.kind === 'text' ? field.searchAnalyzer.normalize(plain(fuzzy[1] ?? '')) : plain(fuzzy[1] ?? '');
      if (edits === 0) return termQuery(field, word, scope);
      return fuzzyQuery(field, word, edits, query.fuzzyPrefixLength, query.fuzzyTranspositions);
    });
  }
  return textInFields(fields, plain(raw), 'best_fields', text, scope);
}

function endsWord(reader: Reader, char: string): boolean {
  if (/\s/.test(char)) return on(reader, 'WHITESPACE');
  if (char === '"') return on(reader, 'PHRASE');
  if (char === '|') return on(reader, 'OR');
  if (char === '+') return on(reader, 'AND');
  return (char === '(' || char === ')') && on(reader, 'PRECEDENCE');
}

function plain(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
