/**
 * Patterns of policies: `*` is any text, `?` one character, `${key}` what the request says of the key. They are kept as codes,
 * so that a value of the request can never act as a wildcard, and so that the search (policy-witness.ts) can walk them.
 */
export interface Pattern {
  readonly codes: readonly number[];
  /** Letters match in either case. */
  readonly fold: boolean;
}

export const many = -1;
export const one = -2;
/** The same within one part of an ARN: neither crosses a colon. */
export const manyInPart = -3;
export const oneInPart = -4;

/**
 * What `${key}` stands for: the request's text; undefined when the request says nothing (then nothing matches, as in IAM);
 * `anything` where a search asks for all requests at once.
 */
export type Resolve = (key: string) => string | undefined | typeof anything;
export const anything = Symbol('anything');

export interface PatternOptions {
  /** `*` and `?` are wildcards (StringLike, actions, resources), or stand for themselves (StringEquals). */
  readonly wild: boolean;
  readonly fold?: boolean;
  /** Compare part by part, as ArnLike does. */
  readonly arn?: boolean;
  /** Left out: `${` is text, as in policies of Version 2008-10-17. */
  readonly resolve?: Resolve | undefined;
}

/** undefined when a variable has no value: such a pattern matches nothing. */
export function compilePattern(text: string, options: PatternOptions): Pattern | undefined {
  const codes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const variable = options.resolve && text.startsWith('${', at) ? variableAt(text, at) : undefined;
    if (variable && options.resolve) {
      const value = variable.literal ?? options.resolve(variable.key) ?? variable.otherwise;
      if (value === undefined) return undefined;
      if (value === anything) codes.push(many);
      else for (const code of charCodes(value)) codes.push(code);
      at = variable.end;
      continue;
    }
    const char = text[at];
    if (options.wild && char === '*') codes.push(many);
    else if (options.wild && char === '?') codes.push(one);
    else codes.push(text.charCodeAt(at));
    at++;
  }
  return { codes: options.arn ? inParts(codes) : codes, fold: options.fold ?? false };
}

/** Linear in pattern × text whatever the pattern: all places that a match could have reached are followed at once. */
export function matchesPattern({ codes, fold }: Pattern, text: string): boolean {
  let places = closure(codes, [0]);
  for (const code of charCodes(text)) {
    places = step(codes, fold, places, code);
    if (places.length === 0) return false;
  }
  return places.at(-1) === codes.length;
}

/** The places after one more character; places are ascending and hold all that are reached without a character. */
export function step(codes: readonly number[], fold: boolean, places: readonly number[], char: number): number[] {
  const next: number[] = [];
  for (const place of places) {
    const code = codes[place];
    if (code === undefined) continue;
    if (code === many || (code === manyInPart && char !== colon)) next.push(place);
    if (code === one || (code === oneInPart && char !== colon)) next.push(place + 1);
    else if (code >= 0 && (code === char || (fold && lower(code) === lower(char)))) next.push(place + 1);
  }
  return closure(codes, next);
}

/** Adds the places behind wildcards that match nothing. */
export function closure(codes: readonly number[], places: readonly number[]): number[] {
  const reached = new Set<number>();
  for (let place of places) {
    for (;;) {
      if (reached.has(place)) break;
      reached.add(place);
      if (codes[place] !== many && codes[place] !== manyInPart) break;
      place++;
    }
  }
  return [...reached].sort((a, b) => a - b);
}

export function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

const colon = 58;

function charCodes(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** `${key}`, `${key, 'otherwise'}`, and `${*}`, `${?}`, `${$}` for these characters themselves. */
function variableAt(
  text: string,
  at: number,
): { readonly key: string; readonly otherwise?: string; readonly literal?: string; readonly end: number } | undefined {
  const close = text.indexOf('}', at);
  if (close < 0) return undefined;
  const inside = text.slice(at + 2, close);
  if (inside === '*' || inside === '?' || inside === '$') return { key: inside, literal: inside, end: close + 1 };
  const otherwise = /^\s*([^,]+?)\s*,\s*'([^']*)'\s*$/.exec(inside);
  if (otherwise) return { key: otherwise[1] ?? '', otherwise: otherwise[2] ?? '', end: close + 1 };
  return { key: inside.trim(), end: close + 1 };
}

/** Wildcards of the first five parts stay in their part; the last part may hold colons. A shorter pattern ends in its last part. */
function inParts(codes: readonly number[]): number[] {
  const last = Math.min(5, codes.filter((code) => code === colon).length);
  let part = 0;
  return codes.map((code) => {
    if (code === colon && part < last) part++;
    if (part >= last) return code;
    return code === many ? manyInPart : code === one ? oneInPart : code;
  });
}
