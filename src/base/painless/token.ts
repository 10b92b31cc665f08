import { ScriptError } from './script-error.ts';

export interface Token {
  readonly kind: 'name' | 'integer' | 'decimal' | 'string' | 'symbol' | 'end';
  /** As written; for strings what it says, escapes resolved. */
  readonly text: string;
  readonly offset: number;
}

/** Longest first, so that `>=` is not read as `>` and `=`. */
const symbols = [
  '>>>=',
  '===',
  '!==',
  '>>>',
  '<<=',
  '>>=',
  '==~',
  '?.',
  '?:',
  '->',
  '::',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<',
  '>>',
  '=~',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '.',
  ',',
  ';',
  '?',
  ':',
  '=',
  '<',
  '>',
  '!',
  '~',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '@',
];

const spaces = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /0[xX][0-9a-fA-F]+[lL]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[lLfFdD]?/y;

/** Cuts a script into tokens; the last one is 'end'. Throws a compile error at a character that no token starts with. */
export function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  let offset = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    offset += match(spaces)?.length ?? 0;
    if (offset >= source.length) break;
    const token = next(source, offset, match, found.at(-1));
    found.push(token.token);
    offset = token.end;
  }
  return [...found, { kind: 'end', text: '<EOF>', offset: source.length }];
}

function next(
  source: string,
  offset: number,
  match: (pattern: RegExp) => string | undefined,
  before: Token | undefined,
): { token: Token; end: number } {
  const word = match(name);
  if (word) return { token: { kind: 'name', text: word, offset }, end: offset + word.length };
  // After a dot digits are a key: in `list.0.field` nothing is a fraction.
  const digits = before?.kind === 'symbol' && before.text === '.' ? match(/\d+/y) : match(number);
  if (digits) {
    const kind = /^0[xX]/.test(digits) || !/[.eEfFdD]/.test(digits) ? 'integer' : 'decimal';
    return { token: { kind, text: digits, offset }, end: offset + digits.length };
  }
  const char = source[offset] ?? '';
  if (char === '"' || char === "'") return text(source, offset, char);
  const symbol = symbols.find((candidate) => source.startsWith(candidate, offset));
  if (symbol) return { token: { kind: 'symbol', text: symbol, offset }, end: offset + symbol.length };
  throw new ScriptError('compile error', offset, 'illegal_argument_exception', `unexpected character [${char}].`);
}

function text(source: string, offset: number, quote: string): { token: Token; end: number } {
  let said = '';
  for (let at = offset + 1; at < source.length; at++) {
    const char = source[at] ?? '';
    if (char === quote) return { token: { kind: 'string', text: said, offset }, end: at + 1 };
    if (char === '\\') {
      const escaped = source[++at] ?? '';
      if (escaped !== '\\' && escaped !== quote) {
        throw new ScriptError(
          'compile error',
          at - 1,
          'illegal_argument_exception',
          `unexpected character [\\${escaped}]. The only valid escape sequences in strings starting with [${quote}] are [\\\\] and [\\${quote}].`,
        );
      }
      said += escaped;
    } else {
      said += char;
    }
  }
  const rest = source.slice(offset, offset + 20);
  throw new ScriptError('compile error', offset, 'illegal_argument_exception', `unexpected character [${rest}].`);
}
