import type { Document } from '../base/document.ts';
import { isDocument, put } from '../base/document.ts';
import { RawJson } from '../base/json.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { list, type Parameters } from './parameters.ts';

export const sourceParameters = ['_source', '_source_includes', '_source_excludes'] as const;

/** Which part of `_source` an answer carries. Dotted paths with `*`; a path of an object takes all below it; excludes win. */
export interface SourceFilter {
  readonly enabled: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

export function sourceFilterOf(query: Parameters): SourceFilter {
  const given = query._source;
  const plain = given === undefined || given === '' || given === 'true' || given === 'false';
  return {
    enabled: given !== 'false',
    includes: [...(plain ? [] : (list(query, '_source') ?? [])), ...(list(query, '_source_includes') ?? [])],
    excludes: list(query, '_source_excludes') ?? [],
  };
}

/** The same where single documents are read: who asks for stored fields gets no `_source` unless it is named too. */
export function readFilterOf(query: Parameters): SourceFilter {
  const stored = list(query, 'stored_fields');
  const filter = sourceFilterOf(query);
  const asked = sourceParameters.some((name) => query[name] !== undefined);
  return stored && !asked && !stored.includes('_source') ? { ...filter, enabled: false } : filter;
}

/** The `_source` of a `_mget` entry or an update request: true, a pattern, patterns, or includes and excludes. */
export function parseSourceFilter(json: unknown): SourceFilter {
  if (json === undefined || json === true) return { enabled: true, includes: [], excludes: [] };
  if (json === false) return { enabled: false, includes: [], excludes: [] };
  if (isDocument(json)) {
    return {
      enabled: true,
      includes: patterns(json.includes ?? json.include),
      excludes: patterns(json.excludes ?? json.exclude),
    };
  }
  return { enabled: true, includes: patterns(json), excludes: [] };
}

/** The document as the filter leaves it; undefined when none is wanted. */
export function filterSource(source: Document, filter: SourceFilter): Document | undefined {
  if (!filter.enabled) return undefined;
  if (filter.includes.length === 0 && filter.excludes.length === 0) return source;
  const includes = filter.includes.map(pathPattern);
  const excludes = filter.excludes.map(pathPattern);
  return pick(source, '', includes, excludes, includes.length === 0) ?? {};
}

/** `_source` of an answer: unfiltered it is the text that was sent, letter for letter. */
export function sourceAnswer(
  { source, text }: { readonly source: Document; readonly text?: string },
  filter: SourceFilter,
): unknown {
  const whole = filter.enabled && filter.includes.length === 0 && filter.excludes.length === 0;
  return whole && text !== undefined ? new RawJson(text) : filterSource(source, filter);
}

function patterns(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw illegal('_source takes true, false, a path or a list of paths');
}

interface PathPattern {
  /** The path itself is meant, and with it all below. */
  matches(path: string): boolean;
  /** Something below the path may be meant. */
  reaches(path: string): boolean;
}

function pathPattern(pattern: string): PathPattern {
  const star = pattern.indexOf('*');
  const start = star < 0 ? pattern : pattern.slice(0, star);
  return {
    matches: (path) => globMatches(pattern, path),
    reaches: (path) => start.startsWith(`${path}.`) || (star >= 0 && `${path}.`.startsWith(start)),
  };
}

function pick(
  value: Document,
  path: string,
  includes: readonly PathPattern[],
  excludes: readonly PathPattern[],
  included: boolean,
): Document | undefined {
  const kept: { [field: string]: unknown } = {};
  for (const [key, member] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (excludes.some((exclude) => exclude.matches(at))) continue;
    const wanted = included || includes.some((include) => include.matches(at));
    const part = pickMember(member, at, includes, excludes, wanted);
    if (part !== undefined) put(kept, key, part);
  }
  return Object.keys(kept).length === 0 && !included ? undefined : kept;
}

function pickMember(
  member: unknown,
  at: string,
  includes: readonly PathPattern[],
  excludes: readonly PathPattern[],
  wanted: boolean,
): unknown {
  if (!wanted && !includes.some((include) => include.reaches(at))) return undefined;
  if (Array.isArray(member)) {
    const parts = member
      .map((entry) => pickMember(entry, at, includes, excludes, wanted))
      .filter((part) => part !== undefined);
    return parts.length === 0 && !wanted ? undefined : parts;
  }
  if (isDocument(member)) return pick(member, at, includes, excludes, wanted);
  return wanted ? member : undefined;
}
