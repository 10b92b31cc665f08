import { createHash } from 'node:crypto';
import { isDocument } from '../base/document.ts';

/**
 * JSON with the keys of every object in code-unit order and no blanks: equal values give equal text, whatever the order
 * their writer chose. For values that came from JSON and were bounded by limits.recordDepthMax.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isDocument(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}

/** 64 hex digits: the id of a record that has none of its own. The same record gives the same id wherever it is read. */
export function contentId(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
