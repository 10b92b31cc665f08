import { asText, isDocument } from '../base/document.ts';

/** Values nested deeper than this inside an array are printed as `null`: the original's parser refuses such texts whole. */
const printDepthMax = 200;

/** A JSON value as the text of a Wazuh field (specs/wazuh.md §2). Objects have no text of their own. */
export function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return printFormatted(value, 0);
  return asText(value);
}

/** `%i` for a whole number of 32 bits, else `%f`. */
export function numberText(value: number): string {
  if (isInt32(value)) return String(value + 0);
  if (Math.abs(value) < 1e21) return fixedText(value);
  return `${BigInt(value)}.000000`;
}

/** `%f`: of two texts equally near, which only odd multiples of 1/128 have, C takes the even one, JavaScript the larger. */
function fixedText(value: number): string {
  if (Number.isInteger(value * 128) && !Number.isInteger(value * 64)) {
    const exact = value.toFixed(7);
    if (Number(exact.at(-2)) % 2 === 0) return exact.slice(0, -1);
  }
  return value.toFixed(6);
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
}

/** cJSON's formatted print: arrays on one line, objects over lines with tabs. */
function printFormatted(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return printNumber(value);
  if (depth > printDepthMax) return 'null';
  if (Array.isArray(value)) return `[${value.map((member) => printFormatted(member, depth + 1)).join(', ')}]`;
  if (!isDocument(value)) return String(value);
  const tabs = '\t'.repeat(depth);
  const members = Object.keys(value).map(
    (key) => `${tabs}\t${JSON.stringify(key)}:\t${printFormatted(value[key], depth + 1)}`,
  );
  return members.length === 0 ? `{\n${tabs}}` : `{\n${members.join(',\n')}\n${tabs}}`;
}

/** `%d`, else `%1.15g`, or `%1.17g` where that would not read back. */
function printNumber(value: number): string {
  if (isInt32(value)) return String(value + 0);
  const short = general(value, 15);
  return Math.abs(Number(short) - value) <= Math.abs(value) * Number.EPSILON ? short : general(value, 17);
}

/** C's `%g`. */
function general(value: number, precision: number): string {
  const exponential = value.toExponential(precision - 1);
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1));
  if (exponent >= -4 && exponent < precision) return trimZeros(value.toFixed(Math.max(0, precision - 1 - exponent)));
  const mantissa = trimZeros(exponential.slice(0, exponential.indexOf('e')));
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
