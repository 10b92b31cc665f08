/** Deeper values are cut off as `null`: hostile input must not exhaust the stack. */
const logDepthMax = 200;

/** The event as the wodle writes it: Python's `json.dumps` with its spaces and `\uXXXX` (specs/wazuh.md §1.5.9). */
export function logText(event: unknown): string {
  return valueText(event, 0);
}

function valueText(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object' || value === null || depth > logDepthMax) return 'null';
  return Array.isArray(value) ? listText(value, depth) : objectText(value as { [key: string]: unknown }, depth);
}

function listText(list: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < list.length; index++) {
    if (index > 0) text += ', ';
    text += valueText(list[index], depth + 1);
  }
  return `${text}]`;
}

function objectText(object: { readonly [key: string]: unknown }, depth: number): string {
  let text = '{';
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    if (text.length > 1) text += ', ';
    text += keyText(key) + valueText(value, depth + 1);
  }
  return `${text}}`;
}

/** `"key": `, remembered: a trail has some hundred names. */
function keyText(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    text = `${quoted(key)}: `;
    if (keyTexts.size >= keyTextsMax) keyTexts.clear();
    if (key.length <= keyLengthMax) keyTexts.set(key, text);
  }
  return text;
}

const keyTexts = new Map<string, string>();
const keyTextsMax = 4096;
const keyLengthMax = 100;

function quoted(text: string): string {
  if (!special.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(foreigners, escaped);
}

/** What does not stand in Python's JSON as it is. */
const special = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const foreigners = /[^\x20-\x7e]/g;

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Python writes whole numbers out and uses an exponent below 0.0001. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : String(BigInt(value));
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
