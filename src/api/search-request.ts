import { type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { illegal } from './error.ts';
import { flag, indexParameters, integer, list, type Parameters } from './parameters.ts';
import { sourceParameters } from './source-filter.ts';

/** The URL's own little query language: `?q=eventName:GetObject`. */
export const queryStringParameters = [
  'q',
  'df',
  'default_operator',
  'analyzer',
  'analyze_wildcard',
  'lenient',
] as const;

/** URL parameters of `_search`. Those of a cluster's inner life are accepted and change nothing. */
export const searchParameters = [
  ...indexParameters,
  ...queryStringParameters,
  ...sourceParameters,
  'from',
  'size',
  'sort',
  'track_total_hits',
  'track_scores',
  'version',
  'seq_no_primary_term',
  'explain',
  'stored_fields',
  'docvalue_fields',
  'terminate_after',
  'timeout',
  'rest_total_hits_as_int',
  'typed_keys',
  'scroll',
  'search_type',
  'request_cache',
  'preference',
  'routing',
  'batched_reduce_size',
  'max_concurrent_shard_requests',
  'pre_filter_shard_size',
  'ccs_minimize_roundtrips',
  'allow_partial_search_results',
  'cancel_after_time_interval',
  'ignore_throttled',
  'search_pipeline',
  'phase_took',
  'include_named_queries_score',
  'stats',
];

/** The search body that a call means: its JSON with the URL's parameters on top, as OpenSearch joins them. */
export function searchJson(body: unknown, query: Parameters): Document {
  const json: { [field: string]: unknown } = { ...checkedBody(body) };
  const fromUrl = queryOf(query);
  if (fromUrl) json.query = fromUrl;
  for (const name of ['from', 'size', 'terminate_after']) {
    const value = integer(query, name);
    if (value !== undefined) json[name] = value;
  }
  for (const name of ['version', 'seq_no_primary_term', 'track_scores', 'explain']) {
    if (query[name] !== undefined) json[name] = flag(query, name);
  }
  if (query.timeout !== undefined) json.timeout = query.timeout;
  if (query.track_total_hits !== undefined) json.track_total_hits = totalHits(query);
  if (query.sort !== undefined) {
    const more = (list(query, 'sort') ?? []).map(sortOf).filter((key) => key !== undefined);
    json.sort = json.sort === undefined ? more : [json.sort, more].flat();
  }
  if (query.stored_fields !== undefined) json.stored_fields = list(query, 'stored_fields');
  if (query.docvalue_fields !== undefined) json.docvalue_fields = list(query, 'docvalue_fields');
  if (sourceParameters.some((name) => query[name] !== undefined)) json._source = sourceOf(query);
  return json;
}

/** `?q=` as a query; undefined where the URL asks none. */
export function queryOf(query: Parameters): Document | undefined {
  if (query.q === undefined) return undefined;
  const options: { [field: string]: unknown } = { query: query.q };
  if (query.df !== undefined) options.default_field = query.df;
  for (const name of ['default_operator', 'analyzer']) if (query[name] !== undefined) options[name] = query[name];
  for (const name of ['analyze_wildcard', 'lenient']) {
    if (query[name] !== undefined) options[name] = flag(query, name);
  }
  return { query_string: options };
}

function checkedBody(body: unknown): Document {
  if (body === undefined) return {};
  if (isDocument(body)) return body;
  const token = Array.isArray(body) ? 'START_ARRAY' : body === null ? 'VALUE_NULL' : 'VALUE';
  throw new TrailhoundError('parse-failed', `Expected [START_OBJECT] but found [${token}]`, {
    fields: { line: 1, col: 1 },
  });
}

function totalHits(query: Parameters): unknown {
  const value = query.track_total_hits ?? '';
  if (!/^[+-]?\d+$/.test(value)) return flag(query, 'track_total_hits');
  const wanted = integer(query, 'track_total_hits') ?? 0;
  if (wanted < -1) throw illegal(`[track_total_hits] parameter must be positive or equals to -1, got ${wanted}`);
  return wanted;
}

/** `field`, `field:asc` or `field:desc`. A field's own name may hold a colon before the last one. */
function sortOf(text: string): unknown {
  const match = /^(.*):([^:]*)$/s.exec(text);
  if (!match) return text;
  const [, field = '', order = ''] = match;
  // Observed: a key with any other word is passed over.
  return order === 'asc' || order === 'desc' ? { [field]: { order } } : undefined;
}

function sourceOf(query: Parameters): unknown {
  const plain = query._source;
  if (plain === 'false') return false;
  const named = plain === undefined || plain === '' || plain === 'true' ? [] : (list(query, '_source') ?? []);
  const includes = [...named, ...(list(query, '_source_includes') ?? [])];
  const excludes = list(query, '_source_excludes') ?? [];
  return includes.length === 0 && excludes.length === 0 ? true : { includes, excludes };
}
