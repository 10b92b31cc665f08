import { type Document, isDocument, own } from '../base/document.ts';

/**
 * What stands at a path as highlighters read it: the first key on the way that is there is taken, `o` before `o.k`, and there is no
 * way back from it. Lists are opened.
 */
export function rawValues(source: Document, path: readonly string[]): readonly unknown[] {
  const found: unknown[] = [];
  walk(source, path, 0, found);
  // Values of lists in lists come after those beside them: the list grows while it is gone through.
  for (const value of found) if (Array.isArray(value)) for (const item of value) if (item !== null) found.push(item);
  return found.filter((value) => typeof value !== 'object');
}

function walk(part: Document, path: readonly string[], from: number, found: unknown[]): void {
  for (let to = from + 1; to <= path.length; to++) {
    const value = own(part, path.slice(from, to).join('.'));
    if (value === undefined || value === null) continue;
    open(value, path, to, found);
    return;
  }
}

function open(value: unknown, path: readonly string[], at: number, found: unknown[]): void {
  if (Array.isArray(value) && at < path.length) for (const item of value) open(item, path, at, found);
  else if (isDocument(value)) walk(value, path, at, found);
  else if (value !== null) found.push(value);
}
