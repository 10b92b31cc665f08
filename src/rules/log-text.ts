/** Deeper values are cut off as `null`: hostile input must not exhaust the stack. */
const logDepthMax = 200;

/** The event as the wodle writes it: Python's `json.dumps` with its spaces and `\uXXXX` (specs/wazuh.md §1.5.9). */
export function logText(event: unknown): string {
  // Joined at the end: a text that grows by pieces is a tree of them, and whoever reads it first pays for that.
  const parts: string[] = [];
  unquoted = false;
  addValue(parts, event, 0);
  addPart(parts, '');
  return parts.join('');
}

/** The last part is a text that has its opening quote and not yet the closing one: that goes into the next part. */
let unquoted = false;

function addPart(parts: string[], part: string): void {
  parts.push(unquoted ? `"${part}` : part);
  unquoted = false;
}

function addValue(parts: string[], value: unknown, depth: number): void {
  if (typeof value === 'string') addString(parts, value);
  else if (typeof value === 'number') addPart(parts, Number.isFinite(value) ? numberText(value) : 'null');
  else if (typeof value === 'boolean') addPart(parts, value ? 'true' : 'false');
  else if (typeof value !== 'object' || value === null || depth > logDepthMax) addPart(parts, 'null');
  else if (Array.isArray(value)) addList(parts, value, depth);
  else addObject(parts, value as { [key: string]: unknown }, depth);
}

function addList(parts: string[], list: readonly unknown[], depth: number): void {
  addPart(parts, '[');
  for (let index = 0; index < list.length; index++) {
    if (index > 0) addPart(parts, ', ');
    addValue(parts, list[index], depth + 1);
  }
  addPart(parts, ']');
}

function addObject(parts: string[], object: { readonly [key: string]: unknown }, depth: number): void {
  let first = true;
  for (const key in object) {
    const value = object[key];
    if (value === undefined) continue;
    const plain = typeof value === 'string' && !special.test(value);
    parts.push(keyForms(key)[(first ? 4 : 0) + (unquoted ? 2 : 0) + (plain ? 1 : 0)] as string);
    first = false;
    unquoted = plain;
    if (plain) parts.push(value);
    else addValue(parts, value, depth + 1);
  }
  addPart(parts, first ? '{}' : '}');
}

/**
 * What stands before a member's value, remembered: a trail has some hundred names. One part for all of it: with the quote of the text
 * before it (2), the brace or the comma (4: the first member), the name, and the quote of a text that follows (1).
 */
function keyForms(key: string): readonly string[] {
  let forms = known.get(key);
  if (!forms) {
    const name = quoted(key);
    forms = [', ', '", ', '{', '"{'].flatMap((before) => [`${before}${name}: `, `${before}${name}: "`]);
    if (known.size >= knownMax) known.clear();
    if (key.length <= keyLengthMax) known.set(key, forms);
  }
  return forms;
}

const known = new Map<string, readonly string[]>();
const knownMax = 1024;
const keyLengthMax = 100;

function addString(parts: string[], text: string): void {
  if (special.test(text)) addPart(parts, quoted(text));
  else {
    addPart(parts, '"');
    parts.push(text);
    unquoted = true;
  }
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
