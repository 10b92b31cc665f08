import { isDocument } from '../base/document.ts';

/**
 * `str(value)` of Python for a JSON value: the wodle stores bodies that are no objects as this text, and rules match it.
 * `['a', 'b']`, `True`, `None`. Numbers are as JSON.parse gives them: an integer written `1.0` shows as `1`.
 */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : represent(value);
}

function represent(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(represent).join(', ')}]`;
  if (!isDocument(value)) return String(value);
  return `{${Object.keys(value)
    .map((key) => `${quoted(key)}: ${represent(value[key])}`)
    .join(', ')}}`;
}

function number(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  // Python writes at least two digits of exponent, and turns to it below 1e-4, where JavaScript waits until 1e-6.
  const [digits = '', exponent] = (Math.abs(value) < 1e-4 ? value.toExponential() : String(value)).split('e');
  return exponent === undefined ? digits : `${digits}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of value) {
    if (character === quote || character === '\\') out += `\\${character}`;
    else out += printable(character) ? character : escaped(character);
  }
  return out + quote;
}

/** Python prints letters, marks, numbers, punctuation and symbols of any script, and of the blanks only the space. */
function printable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

const shortEscapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(character: string): string {
  const short = shortEscapes.get(character);
  if (short) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
