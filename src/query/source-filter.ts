import { asText, type Document, isDocument, put } from '../base/document.ts';
import { nameTest } from './dynamic-template.ts';
import { parsingError } from './refusal.ts';

/** Which part of `_source` a hit carries. Patterns are dotted paths with `*`; excludes win. */
export interface SourceFilter {
  readonly enabled: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** `_source`: true, false, a pattern, a list, or {includes, excludes}. */
export function parseSourceFilter(json: unknown): SourceFilter {
  if (json === undefined || json === null || json === true) return all;
  if (json === false) return { ...all, enabled: false };
  if (typeof json === 'string' || Array.isArray(json)) return { ...all, includes: patterns(json) };
  if (!isDocument(json))
    throw parsingError(
      'Expected one of [VALUE_BOOLEAN, VALUE_STRING, START_ARRAY, START_OBJECT] but found [VALUE_NUMBER]',
    );
  for (const key of Object.keys(json)) {
    if (!['include', 'includes', 'exclude', 'excludes'].includes(key)) {
      throw parsingError(`Unknown key for a START_ARRAY in [${key}].`);
    }
  }
  return {
    enabled: true,
    includes: patterns(json.includes ?? json.include ?? []),
    excludes: patterns(json.excludes ?? json.exclude ?? []),
  };
}

const all: SourceFilter = { enabled: true, includes: [], excludes: [] };

/** The part of a document that the filter leaves; a pattern that names an object takes all of it. */
export function filterSource(source: Document, filter: SourceFilter): Document {
  if (filter.includes.length === 0 && filter.excludes.length === 0) return source;
  const included = tester(filter.includes);
  const excluded = tester(filter.excludes);
  const visit = (value: unknown, path: string, taken: boolean): unknown => {
    // What no pattern can take a part of is left as it is.
    if (taken && path !== '' && !filter.excludes.some((pattern) => reaches(pattern, `${path}.`))) return value;
    if (Array.isArray(value)) {
      const kept = value
        .map((item) => visit(item, path, taken))
        .filter((item) => item !== undefined && !isEmptied(item));
      return kept.length > 0 || taken ? kept : undefined;
    }
    if (!isDocument(value)) return taken ? value : undefined;
    const kept: { [key: string]: unknown } = {};
    let empty = true;
    for (const [key, inner] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (excluded(at)) continue;
      const part = visit(inner, at, taken || included(at));
      if (part === undefined) continue;
      put(kept, key, part);
      empty = false;
    }
    return empty && !taken && path !== '' ? undefined : kept;
  };
  return visit(source, '', filter.includes.length === 0) as Document;
}

/** An object or a list in a list goes when nothing is left of it. */
function isEmptied(left: unknown): boolean {
  if (Array.isArray(left)) return left.length === 0;
  return isDocument(left) && Object.keys(left).length === 0;
}

/** True where a pattern may match what begins with `start`. */
function reaches(pattern: string, start: string): boolean {
  let places = new Set([0]);
  for (const char of start) {
    const next = new Set<number>();
    for (const place of skipStars(pattern, places)) {
      if (pattern[place] === '*') next.add(place);
      else if (pattern[place] === char) next.add(place + 1);
    }
    places = next;
  }
  return places.size > 0;
}

/** A `*` may stand for nothing: the place after it counts, too. */
function skipStars(pattern: string, places: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set<number>();
  for (let place of places) {
    all.add(place);
    while (pattern[place] === '*') all.add(++place);
  }
  return all;
}

/** A path is meant by its own name and by that of any object around it; a dotted key names objects, too. */
function tester(list: readonly string[]): (path: string) => boolean {
  const tests = list.map((pattern) => nameTest(pattern));
  return (path) => {
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      if (tests.some((test) => test(path.slice(0, dot)))) return true;
    }
    return tests.some((test) => test(path));
  };
}

function patterns(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(asText);
}
