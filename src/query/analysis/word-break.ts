import type { Token } from './token.ts';

/**
 * Words as Lucene's StandardTokenizer finds them: Unicode word breaks (UAX #29, WB5–WB13), without a dictionary.
 * A token longer than 255 characters is cut. `Intl.Segmenter` has another tailoring (it keeps `:` apart in some locales).
 */
export function standardTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const kind = classAt(text, at);
    if (kind === single) {
      const end = singleEnd(text, at);
      push(tokens, text, at, end, typeOfSingle(text, at));
      at = end;
    } else if (kind === letter || kind === numeric || kind === katakana || kind === joiner) {
      const start = at;
      at = wordEnd(text, at);
      const type = wordType(text, start, at);
      if (type) push(tokens, text, start, at, type);
    } else {
      at += width(text, at);
    }
  }
  return tokens;
}

const other = 0;
const letter = 1;
const numeric = 2;
const katakana = 3;
const joiner = 4;
const midLetter = 5;
const midBoth = 6;
const midNumber = 7;
const single = 8;
const extend = 9;

const tokenLengthMax = 255;

/** Classes of ASCII, the text that AWS writes. */
const ascii = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z]/.test(char)) ascii[code] = letter;
  else if (/[0-9]/.test(char)) ascii[code] = numeric;
}
ascii[0x5f] = joiner;
ascii[0x3a] = midLetter;
ascii[0x2e] = midBoth;
ascii[0x27] = midBoth;
ascii[0x2c] = midNumber;
ascii[0x3b] = midNumber;

function classAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (ascii[code] as number) : classOf(text.codePointAt(at) as number);
}

const known = new Map<number, number>();

function classOf(code: number): number {
  let kind = known.get(code);
  if (kind === undefined) {
    kind = classify(code);
    if (known.size < 70_000) known.set(code, kind);
  }
  return kind;
}

function classify(code: number): number {
  const char = String.fromCodePoint(code);
  if (/[\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a]/.test(char)) return midLetter;
  if (/[\u2018\u2019\u2024\ufe52\uff07\uff0e]/.test(char)) return midBoth;
  if (/[\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]/.test(char)) return midNumber;
  if (/[\u202f\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f]/.test(char)) return joiner;
  if (/[\u3031-\u3035\u309b\u309c\u30fc\uff70]|\p{Script=Katakana}/u.test(char)) return katakana;
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(char)) return single;
  if (/\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u.test(char) && /\p{L}|\p{M}/u.test(char)) {
    return letter;
  }
  if (/\p{M}|\p{Cf}/u.test(char) && code !== 0x200b) return extend;
  if (/\p{Nd}/u.test(char)) return numeric;
  if (/\p{Alphabetic}/u.test(char)) return letter;
  return other;
}

function width(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function skipExtend(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) >= 128 && classAt(text, at) === extend) at += width(text, at);
  return at;
}

/** An ideograph with its marks; an emoji with its skin tone and what is joined to it; two letters of a flag. */
function singleEnd(text: string, start: number): number {
  const first = charAt(text, start);
  let at = start + first.length;
  if (isFlagLetter(first) && isFlagLetter(charAt(text, at))) at += charAt(text, at).length;
  at = skipExtend(text, at);
  if (!isPicture(first)) return at;
  while (at < text.length) {
    const next = charAt(text, at);
    const joined = text.charCodeAt(at - 1) === zeroWidthJoiner && isPicture(next);
    if (!joined && !/^\p{Emoji_Modifier}$/u.test(next)) return at;
    at = skipExtend(text, at + next.length);
  }
  return at;
}

const zeroWidthJoiner = 0x200d;
const isPicture = (char: string): boolean => /^\p{Extended_Pictographic}$/u.test(char);
const isFlagLetter = (char: string): boolean => /^\p{Regional_Indicator}$/u.test(char);

function charAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at) as number) : '';
}

function wordEnd(text: string, start: number): number {
  let before = classAt(text, start);
  let at = skipExtend(text, start + width(text, start));
  while (at < text.length) {
    const kind = classAt(text, at);
    if (joins(before, kind)) {
      before = kind;
      at = skipExtend(text, at + width(text, at));
      continue;
    }
    const after = middleOf(before, kind) ? skipExtend(text, at + width(text, at)) : text.length;
    if (after >= text.length || classAt(text, after) !== before) return at;
    at = skipExtend(text, after + width(text, after));
  }
  return at;
}

/** WB5, WB8–WB10, WB13, WB13a, WB13b. */
function joins(before: number, kind: number): boolean {
  if (kind === joiner) return true;
  if (before === joiner) return kind === letter || kind === numeric || kind === katakana;
  if (before === katakana || kind === katakana) return before === kind;
  return kind === letter || kind === numeric;
}

/** WB6, WB7, WB11, WB12: a mark that holds two letters or two numbers together. */
function middleOf(before: number, kind: number): boolean {
  if (before === letter) return kind === midLetter || kind === midBoth;
  return before === numeric && (kind === midNumber || kind === midBoth);
}

/** undefined for a word of joiners alone, which is no token. */
function wordType(text: string, start: number, end: number): string | undefined {
  let type: string | undefined;
  for (let at = start; at < end; at += width(text, at)) {
    const kind = classAt(text, at);
    if (kind === letter) return letterType(text, at);
    if (kind === numeric) type ??= '<NUM>';
    else if (kind === katakana) type ??= '<KATAKANA>';
  }
  return type;
}

function letterType(text: string, at: number): string {
  if (text.charCodeAt(at) < 128) return '<ALPHANUM>';
  const char = String.fromCodePoint(text.codePointAt(at) as number);
  if (/\p{Script=Hangul}/u.test(char)) return '<HANGUL>';
  if (/\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u.test(char)) return '<SOUTHEAST_ASIAN>';
  return '<ALPHANUM>';
}

function typeOfSingle(text: string, at: number): string {
  const char = String.fromCodePoint(text.codePointAt(at) as number);
  if (/\p{Script=Hiragana}/u.test(char)) return '<HIRAGANA>';
  return /\p{Script=Han}/u.test(char) ? '<IDEOGRAPHIC>' : '<EMOJI>';
}

function push(tokens: Token[], text: string, start: number, end: number, type: string): void {
  for (let from = start; from < end; from += tokenLengthMax) {
    const to = Math.min(end, from + tokenLengthMax);
    tokens.push({ term: text.slice(from, to), start: from, end: to, type, position: tokens.length });
  }
}
