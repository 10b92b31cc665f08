import { isDocument, put } from '../base/document.ts';
import { RawJson } from '../base/json.ts';
import { globMatches } from './glob.ts';

/**
 * Keeps of an answer what `filter_path` asks for: a comma list of dotted paths with `*` (part of a name) and `**`
 * (any depth); a leading `-` drops. Arrays are looked through, and empty objects are left out, as OpenSearch does.
 */
export function filterPath(answer: unknown, expression: string): unknown {
  const paths = expression.split(',').filter((path) => path !== '' && path !== '-');
  const includes = paths.filter((path) => !path.startsWith('-')).map(parsePath);
  const excludes = paths.filter((path) => path.startsWith('-')).map((path) => parsePath(path.slice(1)));
  const kept = includes.length === 0 ? answer : (keep(answer, includes) ?? {});
  return excludes.length === 0 ? kept : (drop(kept, excludes) ?? {});
}

type Path = readonly string[];

function parsePath(path: string): Path {
  return path.split('.');
}

/** What of the value the paths reach; undefined where nothing does. */
function keep(given: unknown, paths: readonly Path[]): unknown {
  const value = given instanceof RawJson ? given.value() : given;
  if (paths.some((path) => path.length === 0 || (path.length === 1 && path[0] === '**'))) return value;
  if (Array.isArray(value)) {
    const kept = value.map((entry) => keep(entry, paths)).filter((entry) => entry !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (!isDocument(value)) return undefined;
  const kept: { [field: string]: unknown } = {};
  for (const [key, member] of Object.entries(value)) {
    const rest = step(paths, key);
    const part = rest.length === 0 ? undefined : keep(member, rest);
    if (part !== undefined) put(kept, key, part);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** The value without what the paths reach; undefined where nothing is left of something. */
function drop(given: unknown, paths: readonly Path[]): unknown {
  const value = given instanceof RawJson ? given.value() : given;
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return undefined;
  if (Array.isArray(value)) return value.map((entry) => drop(entry, paths)).filter((entry) => entry !== undefined);
  if (!isDocument(value)) return value;
  const left: { [field: string]: unknown } = {};
  for (const [key, member] of Object.entries(value)) {
    const part = drop(member, step(paths, key));
    if (part !== undefined) put(left, key, part);
  }
  return Object.keys(left).length === 0 && Object.keys(value).length > 0 ? undefined : left;
}

/** The paths that go on below a key. `**` stays, and may also end before it. */
function step(paths: readonly Path[], key: string): readonly Path[] {
  const next: Path[] = [];
  for (const path of paths) {
    const [head, ...tail] = path;
    if (head === undefined) continue;
    if (head === '**') {
      next.push(path);
      const after = tail[0];
      if (after !== undefined && globMatches(after, key)) next.push(tail.slice(1));
    } else if (globMatches(head, key)) next.push(tail);
  }
  return next;
}
