/** A pattern of `*` (any text), `?` (one character) and `\` (the next character as it stands), over the whole text. */
export interface Wildcard {
  test(text: string): boolean;
  /** The text before the first `*` or `?`, without escapes. */
  readonly prefix: string;
  /** True without any `*` or `?`: then `prefix` is the only text that matches. */
  readonly plain: boolean;
}

const many = -1;
const one = -2;

/** Linear for one `*`, at worst pattern × text: going back only ever returns to the last `*`. */
export function wildcard(pattern: string, ignoreCase = false): Wildcard {
  const codes: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '*') {
      if (codes.at(-1) !== many) codes.push(many);
    } else if (char === '?') codes.push(one);
    else {
      if (char === '\\' && at + 1 < pattern.length) at++;
      codes.push(pattern.charCodeAt(at));
    }
  }
  const special = codes.findIndex((code) => code < 0);
  const literal = codes.slice(0, special < 0 ? codes.length : special);
  const prefix = String.fromCharCode(...literal.slice(0, 10_000));
  const folded = ignoreCase ? codes.map((code) => (code < 0 ? code : fold(code))) : codes;
  return {
    prefix,
    plain: special < 0,
    test: (text) => (ignoreCase || text.startsWith(prefix)) && matches(folded, text, ignoreCase),
  };
}

function matches(codes: readonly number[], text: string, ignoreCase: boolean): boolean {
  let at = 0;
  let position = 0;
  let star = -1;
  let retry = 0;
  while (position < text.length) {
    const code = codes[at];
    const char = text.charCodeAt(position);
    if (code === many) {
      star = at++;
      retry = position;
      if (at === codes.length) return true;
    } else if (code === one) {
      at++;
      position += width(text, position);
    } else if (code !== undefined && code === (ignoreCase ? fold(char) : char)) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      retry += width(text, retry);
      position = retry;
    } else {
      return false;
    }
  }
  while (codes[at] === many) at++;
  return at === codes.length;
}

function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Lower case of A to Z; other letters are left as they are, as Lucene does. */
export function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function fold(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
