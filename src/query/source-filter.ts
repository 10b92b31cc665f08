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
  if (json === undefined || json === null || json === true || json === 'true') return all;
  if (json === false || json === 'false') return { ...all, enabled: false };
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
    if (Array.isArray(value)) {
      const kept = value
        .map((item) => visit(item, path, taken))
        .filter((item, at) => item !== undefined && !isEmptied(item, value[at]));
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

/** An object of a list of which nothing is left goes from the list. */
function isEmptied(left: unknown, whole: unknown): boolean {
  return (
    left !== whole &&
    isDocument(left) &&
    isDocument(whole) &&
    Object.keys(left).length === 0 &&
    Object.keys(whole).length > 0
  );
}

function tester(list: readonly string[]): (path: string) => boolean {
  const tests = list.map((pattern) => nameTest(pattern));
  return (path) => tests.some((test) => test(path));
}

function patterns(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(asText);
}
