import { limits } from '../../base/limits.ts';
import { QuerySyntaxError, type QueryToken, type RangeToken, readTokens, type TokenKind } from './lexer.ts';

/** A query_string as written: nothing is resolved yet but which field each word was given. */
export type QueryNode =
  | { readonly kind: 'clauses'; readonly clauses: readonly QueryClause[] }
  | { readonly kind: 'boost'; readonly node: QueryNode; readonly boost: number }
  | LeafNode;

export type LeafNode = { readonly field: string | undefined } & (
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string; readonly slop: string | undefined }
  | { readonly kind: 'prefix'; readonly text: string }
  /** Escapes are kept: the wildcard reads them. */
  | { readonly kind: 'wildcard'; readonly text: string }
  | { readonly kind: 'regexp'; readonly text: string }
  | { readonly kind: 'fuzzy'; readonly text: string; readonly distance: string }
  | { readonly kind: 'range'; readonly range: RangeToken }
);

export interface QueryClause {
  readonly conjunction: 'none' | 'and' | 'or';
  readonly modifier: 'none' | '+' | '-';
  readonly node: QueryNode;
  /** Several words in a row, given to each field as one text. */
  readonly run: boolean;
}

/** Lucene's classic grammar (QueryParser.jj) as OpenSearch uses it, runs of words included. Throws QuerySyntaxError. */
export function parseQueryString(text: string): QueryNode {
  const reader: Reader = { text, tokens: readTokens(text), at: 0, depth: 0 };
  const node = readQuery(reader, undefined);
  if (kindAt(reader) !== 'end') throw unexpected(reader);
  return node;
}

interface Reader {
  readonly text: string;
  readonly tokens: readonly QueryToken[];
  at: number;
  depth: number;
}

function readQuery(reader: Reader, field: string | undefined): QueryNode {
  if (++reader.depth > limits.queryDepthMax) throw new QuerySyntaxError('too many nested groups');
  const clauses: QueryClause[] = [];
  do {
    const first = clauses.length === 0;
    if (startsRun(reader)) {
      clauses.push({ conjunction: 'none', modifier: 'none', node: readRun(reader, field), run: true });
      continue;
    }
    const conjunction = first ? 'none' : readConjunction(reader);
    const modifier = readModifier(reader);
    clauses.push({ conjunction, modifier, node: readClause(reader, field), run: false });
  } while (kindAt(reader) !== 'end' && kindAt(reader) !== 'close');
  reader.depth--;
  return { kind: 'clauses', clauses };
}

/** What may not stand behind the last word of a run: then that word is a clause of its own. */
const endsRun: ReadonlySet<TokenKind> = new Set(['colon', 'star', 'fuzzy', 'boost', 'and', 'or']);

function startsRun(reader: Reader): boolean {
  return kindAt(reader) === 'term' && continuesRun(reader, 1);
}

function continuesRun(reader: Reader, ahead: number): boolean {
  return kindAt(reader, ahead) === 'term' && !endsRun.has(kindAt(reader, ahead + 1));
}

function readRun(reader: Reader, field: string | undefined): QueryNode {
  const words = [imageAt(reader)];
  reader.at++;
  while (continuesRun(reader, 0)) {
    words.push(imageAt(reader));
    reader.at++;
  }
  return { kind: 'word', field, text: unescaped(words.join(' ')) };
}

function readConjunction(reader: Reader): QueryClause['conjunction'] {
  const kind = kindAt(reader);
  if (kind !== 'and' && kind !== 'or') return 'none';
  reader.at++;
  return kind;
}

function readModifier(reader: Reader): QueryClause['modifier'] {
  const kind = kindAt(reader);
  if (kind !== 'plus' && kind !== 'minus' && kind !== 'not') return 'none';
  reader.at++;
  return kind === 'plus' ? '+' : '-';
}

function readClause(reader: Reader, outer: string | undefined): QueryNode {
  let field = outer;
  const kind = kindAt(reader);
  if ((kind === 'term' || kind === 'star') && kindAt(reader, 1) === 'colon') {
    field = kind === 'star' ? '*' : unescaped(imageAt(reader));
    reader.at += 2;
  }
  if (kindAt(reader) !== 'open') return readTerm(reader, field);
  reader.at++;
  const node = readQuery(reader, field);
  if (kindAt(reader) !== 'close') throw unexpected(reader);
  reader.at++;
  return kindAt(reader) === 'boost' ? { kind: 'boost', node, boost: readBoost(reader) } : node;
}

function readTerm(reader: Reader, field: string | undefined): QueryNode {
  const token = reader.tokens[reader.at] as QueryToken;
  const leaf = readLeaf(token, field);
  if (!leaf) throw unexpected(reader);
  reader.at++;
  let boost = kindAt(reader) === 'boost' ? readBoost(reader) : undefined;
  let node: QueryNode = leaf;
  if (kindAt(reader) === 'fuzzy' && leaf.kind !== 'range') {
    const distance = imageAt(reader);
    const unread = distance !== '' && Number.isNaN(Number(distance));
    // Of patterns the distance is not looked at, and a phrase passes over one that does not read.
    if (unread && leaf.kind === 'word') {
      throw new QuerySyntaxError(`Cannot parse '${reader.text}': For input string: "${distance}"`);
    }
    reader.at++;
    if (leaf.kind === 'quoted' && !unread) node = { ...leaf, slop: distance };
    else if (leaf.kind === 'word') node = { kind: 'fuzzy', field, text: leaf.text, distance };
  }
  if (boost === undefined && kindAt(reader) === 'boost') boost = readBoost(reader);
  return boost === undefined ? node : { kind: 'boost', node, boost };
}

function readLeaf({ kind, image, range }: QueryToken, field: string | undefined): LeafNode | undefined {
  switch (kind) {
    case 'term':
    case 'bare':
      return { kind: 'word', field, text: unescaped(image) };
    case 'star':
    case 'wildcard':
      return { kind: 'wildcard', field, text: image };
    case 'prefix':
      return { kind: 'prefix', field, text: unescaped(image.slice(0, -1)) };
    case 'quoted':
      return { kind: 'quoted', field, text: unescaped(image), slop: undefined };
    case 'regexp':
      return { kind: 'regexp', field, text: image };
    case 'range':
      return range && { kind: 'range', field, range };
    default:
      return undefined;
  }
}

function readBoost(reader: Reader): number {
  const boost = Number(imageAt(reader));
  reader.at++;
  return boost;
}

/** Removes `\` before a character and reads `\\u0041`. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') {
      result += text[at];
    } else if (text[at + 1] === 'u') {
      const digits = text.slice(at + 2, at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) {
        throw new QuerySyntaxError('Truncated or non-hex character in a unicode escape sequence.');
      }
      result += String.fromCharCode(Number.parseInt(digits, 16));
      at += 5;
    } else {
      at++;
      if (at >= text.length) throw new QuerySyntaxError('Term can not end with escape character.');
      result += text[at];
    }
  }
  return result;
}

function kindAt(reader: Reader, ahead = 0): TokenKind {
  return reader.tokens[reader.at + ahead]?.kind ?? 'end';
}

function imageAt(reader: Reader): string {
  return reader.tokens[reader.at]?.image ?? '';
}

function unexpected(reader: Reader): QuerySyntaxError {
  const token = reader.tokens[reader.at];
  const shown = token?.kind === 'end' ? '<EOF>' : (token?.image ?? '');
  return new QuerySyntaxError(`Cannot parse '${reader.text.slice(0, 1000)}': Encountered "${shown}".`);
}
