import { asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import type { IndexOptions } from '../store/store.ts';
import { illegal } from './error.ts';
import { invalid } from './write.ts';

export interface MsearchEntry {
  readonly index: string;
  readonly options: IndexOptions;
  readonly json: unknown;
}

/** Reads the pairs of lines of a `_msearch` body. An empty header line means the defaults. */
export function parseMsearch(body: string, index: string | undefined, defaults: IndexOptions): readonly MsearchEntry[] {
  if (!/\S/.test(body)) {
    throw new TrailhoundError('parse-failed', 'request body or source parameter is required', {
      wire: 'parse_exception',
    });
  }
  if (!body.endsWith('\n')) throw illegal('The msearch request must be terminated by a newline [\n]');
  const lines = body.split('\n').slice(0, -1);
  const entries: MsearchEntry[] = [];
  // Observed: an empty line before the first header is passed over, a last header without a body is no search.
  for (let at = lines[0] === '' ? 1 : 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const header = /^\s*$/.test(line) ? {} : parseJson(line);
    // A stray empty line at the end begins no search.
    if (/^\s*$/.test(line) && at === lines.length - 1 && entries.length > 0) break;
    const read = readHeader(header, index, defaults);
    const next = lines[++at];
    if (next === undefined) break;
    entries.push({ ...read, json: parseJson(next) });
  }
  if (entries.length === 0) throw invalid('no requests added');
  return entries;
}

const ignored = [
  'search_type',
  'preference',
  'routing',
  'request_cache',
  'ccs_minimize_roundtrips',
  'expand_wildcards',
  'ignore_throttled',
  'allow_partial_search_results',
  'cancel_after_time_interval',
  'search_pipeline',
];

function readHeader(header: unknown, index: string | undefined, defaults: IndexOptions): Omit<MsearchEntry, 'json'> {
  if (!isDocument(header)) throw illegal('An msearch header line must be an object');
  let name = index ?? '_all';
  let options = defaults;
  for (const [key, value] of Object.entries(header)) {
    if (key === 'index' || key === 'indices') name = indexOf(value);
    else if (key === 'ignore_unavailable') options = { ...options, ignoreUnavailable: truth(header, key) };
    else if (key === 'allow_no_indices') options = { ...options, allowNoIndices: truth(header, key) };
    else if (!ignored.includes(key)) throw illegal(`key [${key}] is not supported in the metadata section`);
  }
  return { index: name, options };
}

function indexOf(value: unknown): string {
  if (value === null || value === undefined) return '_all';
  if (typeof value === 'string') return value === '' ? '_all' : value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(',') || '_all';
  throw illegal('[index] in an msearch header takes a name or a list of names');
}

function truth(header: Document, key: string): boolean {
  const value = header[key];
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw illegal(`Failed to parse value [${asText(value)}] as only [true] or [false] are allowed.`);
}
