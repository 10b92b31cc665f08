/** A query_string that does not read; OpenSearch answers "Failed to parse query [...]". */
export class QuerySyntaxError extends Error {}

export type TokenKind =
  | 'and'
  | 'or'
  | 'not'
  | 'plus'
  | 'minus'
  | 'bare'
  | 'open'
  | 'close'
  | 'colon'
  | 'star'
  | 'boost'
  | 'quoted'
  | 'term'
  | 'fuzzy'
  | 'prefix'
  | 'wildcard'
  | 'regexp'
  | 'range'
  | 'end';

export interface QueryToken {
  readonly kind: TokenKind;
  /** The text as written, escapes included; of quoted and regexp what is between the marks; of boost the number. */
  readonly image: string;
  readonly range?: RangeToken;
}

export interface RangeToken {
  readonly from: RangeEnd;
  readonly to: RangeEnd;
  readonly includeFrom: boolean;
  readonly includeTo: boolean;
}

export interface RangeEnd {
  readonly text: string;
  readonly quoted: boolean;
}

const whitespace = ' \\t\\n\\r\\u3000';
const escaped = '\\\\(?:.|\\n|\\r)';
const termStart = `(?:[^${whitespace}+\\-!():^[\\]"{}~*?\\\\/]|${escaped})`;
const termChar = `(?:${termStart}|[-+])`;

const space = new RegExp(`[${whitespace}]+`, 'y');
const bare = new RegExp(`[+\\-!][${whitespace}]`, 'y');
const term = new RegExp(`${termStart}${termChar}*`, 'y');
const wild = new RegExp(`(?:${termStart}|[*?])(?:${termChar}|[*?])*`, 'y');
const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
// A backslash is a character like any other: before the last `/` it does not keep it from closing.
const regexp = /\/((?:\\\/|[^/])*)\//y;
const fuzzy = new RegExp(`~((?:${termChar})*)`, 'y');
const boost = /\^(\d+(?:\.\d+)?)/y;

const operators: Readonly<Record<string, TokenKind>> = {
  AND: 'and',
  '&&': 'and',
  OR: 'or',
  '||': 'or',
  NOT: 'not',
};
const marks: Readonly<Record<string, TokenKind>> = {
  '!': 'not',
  '+': 'plus',
  '-': 'minus',
  '(': 'open',
  ')': 'close',
  ':': 'colon',
};

/** Lucene's classic tokens: the longest one counts. */
export function readTokens(text: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const push = (kind: TokenKind, image: string, length: number): void => {
    tokens.push({ kind, image });
    at += length;
  };
  while (at < text.length) {
    const blank = take(space);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const char = text[at] as string;
    const word = take(wild);
    if (word) {
      const image = word[0];
      push(kindOfWord(image, take(term)?.[0] === image), image, image.length);
    } else if (take(bare)) push('bare', char, 1);
    else if (char === '"') between(take(quoted), 'quoted', push, text, at);
    else if (char === '/') between(take(regexp), 'regexp', push, text, at);
    else if (char === '[' || char === '{') {
      const [range, length] = readRange(text, at);
      tokens.push({ kind: 'range', image: text.slice(at, at + length), range });
      at += length;
    } else if (char === '^') between(take(boost), 'boost', push, text, at);
    else if (char === '~') between(take(fuzzy), 'fuzzy', push, text, at);
    else if (Object.hasOwn(marks, char)) push(marks[char] as TokenKind, char, 1);
    else throw lexical(text, at);
  }
  tokens.push({ kind: 'end', image: '' });
  return tokens;
}

function kindOfWord(image: string, plain: boolean): TokenKind {
  if (plain) return Object.hasOwn(operators, image) ? (operators[image] as TokenKind) : 'term';
  if (image === '*') return 'star';
  // A prefix term ends in its only wildcard.
  return prefixOnly.test(image) ? 'prefix' : 'wildcard';
}

const prefixOnly = new RegExp(`^${termStart}${termChar}*\\*$`);

function between(
  match: RegExpExecArray | null,
  kind: TokenKind,
  push: (kind: TokenKind, image: string, length: number) => void,
  text: string,
  at: number,
): void {
  if (!match) throw lexical(text, at);
  push(kind, match[1] ?? '', match[0].length);
}

const rangeEnd = '(?:"((?:[^"\\\\]|\\\\(?:.|\\n|\\r))+)"|([^ \\]}]+))';
const rangePattern = new RegExp(`([[{])\\s*${rangeEnd}\\s+TO\\s+${rangeEnd}\\s*([\\]}])`, 'y');

function readRange(text: string, at: number): [RangeToken, number] {
  rangePattern.lastIndex = at;
  const match = rangePattern.exec(text);
  if (!match) throw lexical(text, at);
  const [all, open, quotedFrom, from, quotedTo, to, close] = match;
  const end = (inQuotes: string | undefined, plain: string | undefined): RangeEnd => ({
    text: inQuotes ?? plain ?? '',
    quoted: inQuotes !== undefined,
  });
  const range = {
    from: end(quotedFrom, from),
    to: end(quotedTo, to),
    includeFrom: open === '[',
    includeTo: close === ']',
  };
  return [range, all.length];
}

function lexical(text: string, at: number): QuerySyntaxError {
  return new QuerySyntaxError(`Cannot parse '${text.slice(0, 1000)}': Lexical error at line 1, column ${at + 1}.`);
}
