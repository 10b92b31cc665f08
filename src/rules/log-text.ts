/** Deeper values are cut off as `null`: hostile input must not exhaust the stack. */
const logDepthMax = 200;

/** The event as the wodle writes it: Python's `json.dumps` with its spaces and `\uXXXX` (specs/wazuh.md §1.5.9). */
export function logText(event: unknown): string {
  // Joined at the end: a text that grows by pieces is a tree of them, and whoever reads it first pays for that.
  const parts: string[] = [];
  addValue(parts, event, 0);
  return parts.join('');
}

function addValue(parts: string[], value: unknown, depth: number): void {
  if (typeof value === 'string') addString(parts, value);
  else if (typeof value === 'number') parts.push(Number.isFinite(value) ? numberText(value) : 'null');
  else if (typeof value === 'boolean') parts.push(value ? 'true' : 'false');
  else if (typeof value !== 'object' || value === null || depth > logDepthMax) parts.push('null');
  else if (Array.isArray(value)) addList(parts, value, depth);
  else addObject(parts, value as { [key: string]: unknown }, depth);
}

function addList(parts: string[], list: readonly unknown[], depth: number): void {
  parts.push('[');
  for (let index = 0; index < list.length; index++) {
    if (index > 0) parts.push(', ');
    addValue(parts, list[index], depth + 1);
  }
  parts.push(']');
}

function addObject(parts: string[], object: { readonly [key: string]: unknown }, depth: number): void {
  let before = '{';
  for (const key in object) {
    const value = object[key];
    if (value === undefined) continue;
    parts.push(before, keyText(key));
    addValue(parts, value, depth + 1);
    before = ', ';
  }
  parts.push(before === '{' ? '{}' : '}');
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

function addString(parts: string[], text: string): void {
  if (special.test(text)) parts.push(quoted(text));
  else parts.push('"', text, '"');
}

function quoted(text: string): string {
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
