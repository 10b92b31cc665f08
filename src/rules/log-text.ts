import { isDocument } from '../base/document.ts';

/** Deeper values are cut off as `null`: hostile input must not exhaust the stack. */
const logDepthMax = 200;

/** The event as the wodle writes it: Python's `json.dumps` with its spaces and `\uXXXX` (specs/wazuh.md §1.5.9). */
export function logText(event: unknown): string {
  return write(event, 0);
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth > logDepthMax) return 'null';
  if (Array.isArray(value)) return `[${value.map((member) => write(member, depth + 1)).join(', ')}]`;
  if (!isDocument(value)) return 'null';
  let text = '{';
  for (const key of Object.keys(value)) {
    text += `${text.length > 1 ? ', ' : ''}${quoted(key)}: ${write(value[key], depth + 1)}`;
  }
  return `${text}}`;
}

function quoted(text: string): string {
  const json = JSON.stringify(text);
  if (!/[^\x20-\x7e]/.test(json)) return json;
  return json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Python writes whole numbers out and uses an exponent below 0.0001. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value + 0) : String(BigInt(value));
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
