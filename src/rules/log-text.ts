import { isDocument } from '../base/document.ts';

/** Deeper values are cut off as `null`: hostile input must not exhaust the stack. */
const logDepthMax = 200;

/** The event as the wodle writes it: Python's `json.dumps` with its spaces and `\uXXXX` (specs/wazuh.md §1.5.9). */
export function logText(event: unknown): string {
  try {
    return spaced(JSON.stringify(shallow(event, 0)));
  } catch {
    // Only a nesting of thousands of levels gets here: the stack ends before the text does.
    return 'null';
  }
}

/** The value itself when it is not too deep, which is what nearly all are; else a copy that is cut off. */
function shallow(value: unknown, depth: number): unknown {
  return isDeep(value, depth) ? cut(value, depth) : value;
}

function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > logDepthMax) return true;
  if (Array.isArray(value)) return value.some((member) => isDeep(member, depth + 1));
  if (!isDocument(value)) return false;
  for (const key in value) if (isDeep(value[key], depth + 1)) return true;
  return false;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > logDepthMax) return null;
  if (Array.isArray(value)) return value.map((member) => cut(member, depth + 1));
  // fromEntries defines own properties, whatever their name.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, depth + 1)]));
}

/** Compact JSON with Python's spaces, numbers and escapes. Strings are copied whole; what stands between them is short and repeats. */
function spaced(json: string): string {
  let text = '';
  let from = 0;
  for (let quote = json.indexOf('"'); quote >= 0; quote = json.indexOf('"', from)) {
    text += between(json.slice(from, quote));
    const end = stringEnd(json, quote);
    text += json.slice(quote, end);
    from = end;
  }
  text += between(json.slice(from));
  return foreign.test(text) ? text.replace(foreigners, escaped) : text;
}

const foreign = /[^\x20-\x7e]/;
const foreigners = /[^\x20-\x7e]/g;

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The place after the closing quote. */
function stringEnd(json: string, open: number): number {
  let end = json.indexOf('"', open + 1);
  while (json.charCodeAt(end - 1) === backslash && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end + 1;
}

const backslash = 0x5c;

function isEscaped(json: string, at: number): boolean {
  let slashes = 0;
  while (json.charCodeAt(at - 1 - slashes) === backslash) slashes++;
  return slashes % 2 === 1;
}

function between(json: string): string {
  if (json === ':') return ': ';
  if (json === ',') return ', ';
  const text = json.replace(/[:,]/g, '$& ');
  return /\de|0\.0000/.test(text)
    ? text.replace(/-?\d[\d.]*(?:e[+-]\d+)?/g, (number) => numberText(Number(number)))
    : text;
}

/** Python writes whole numbers out and uses an exponent below 0.0001. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : String(BigInt(value));
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
