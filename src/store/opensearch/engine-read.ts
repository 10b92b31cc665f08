import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { parseKnownJson } from '../../base/json.ts';
import type { SearchBody } from '../../query/search-body.ts';
import type { IndexOptions, SearchHit, SearchResult, StoredDocument } from '../store.ts';
import type { EngineClient } from './engine-client.ts';
import { causeError, wireError } from './engine-error.ts';
import { clusterName, expressionPath, optionsQuery, programName } from './index-names.ts';
import { rawSources } from './raw-source.ts';

/** One document by its id, as it is now: refreshed or not. Throws 'index-not-found'. */
export async function getDocument(
  index: string,
  id: string,
  client: EngineClient,
): Promise<StoredDocument | undefined> {
  if (id === '') return undefined;
  const path = `/${encodeURIComponent(clusterName(index))}/_doc/${encodeURIComponent(Buffer.from(id).toString())}`;
  const { status, text } = await client.send({ method: 'GET', path });
  const json = parseKnownJson(text);
  if (own(json, 'found') === false) return undefined;
  if (status >= 300) throw wireError(status, text);
  const [source] = rawSources(text, 'hit');
  return { ...storedDocument(json), ...(source === undefined ? {} : { text: source }) };
}

export interface EngineSearch {
  readonly expression: string;
  readonly body: SearchBody;
  /** The body's JSON, or what was made of it. */
  readonly json: Document;
  readonly options: IndexOptions;
  /** Only these shards, by their number. */
  readonly shard?: number;
  readonly signal?: AbortSignal | undefined;
  /** Every shard must answer. */
  readonly strict?: boolean;
}

/** What a search found, and how many shards did not answer, for whatever reason. */
export interface EngineResult extends SearchResult {
  readonly failedShards: number;
}

/** `_search` with the JSON as it came; asked besides for versions and _seq_no of the hits. */
export async function searchEngine(
  { expression, body, json, options, shard, signal, strict = false }: EngineSearch,
  client: EngineClient,
): Promise<EngineResult> {
  const query = [
    optionsQuery(options),
    ...(shard === undefined ? [] : [`preference=_shards:${shard}`]),
    ...(strict ? ['allow_partial_search_results=false'] : []),
  ]
    .filter((part) => part !== '')
    .join('&');
  const text = await client.text({
    method: 'POST',
    path: `/${expressionPath(expression)}/_search${query === '' ? '' : `?${query}`}`,
    body: { ...json, version: true, seq_no_primary_term: true },
    repeatable: true,
    signal,
  });
  const answer = parseKnownJson(text);
  const whole = body.sourceFilter.enabled && json._source === undefined;
  return searchResult(answer, whole ? rawSources(text, 'search') : []);
}

function searchResult(answer: unknown, texts: readonly (string | undefined)[]): EngineResult {
  const hits = own(answer, 'hits');
  const total = own(hits, 'total');
  const listed = own(hits, 'hits');
  const shards = own(answer, '_shards');
  const failures = own(shards, 'failures');
  const aggregations = own(answer, 'aggregations');
  return {
    total: Number(own(total, 'value') ?? 0),
    relation: own(total, 'relation') === 'gte' ? 'gte' : 'eq',
    maxScore: numberOrNull(own(hits, 'max_score')),
    hits: (Array.isArray(listed) ? listed : []).map((hit, at) => searchHit(hit, texts[at])),
    ...(isDocument(aggregations) ? { aggregations } : {}),
    tookMs: Number(own(answer, 'took') ?? 0),
    shards: Number(own(shards, 'total') ?? 0),
    // A shard without a living copy is among neither the failed nor the successful ones.
    failedShards: Number(own(shards, 'total') ?? 0) - Number(own(shards, 'successful') ?? 0),
    ...(own(answer, 'terminated_early') === true ? { terminatedEarly: true } : {}),
    ...(Array.isArray(failures) && failures.length > 0 ? { failures: failures.map(shardFailure) } : {}),
  };
}

function searchHit(json: unknown, text: string | undefined): SearchHit {
  const sort = own(json, 'sort');
  const named = own(json, 'matched_queries');
  const [fields, highlight] = [own(json, 'fields'), own(json, 'highlight')];
  return {
    ...storedDocument(json),
    ...(text === undefined ? {} : { text }),
    score: numberOrNull(own(json, '_score')),
    ...(Array.isArray(sort) ? { sort } : {}),
    ...(isDocument(fields) ? { fields } : {}),
    ...(isDocument(highlight) ? { highlight } : {}),
    ...(Array.isArray(named) ? { matchedQueries: named.map(asText) } : {}),
  };
}

function storedDocument(json: unknown): StoredDocument {
  const source = own(json, '_source');
  return {
    index: programName(asText(own(json, '_index'))),
    id: asText(own(json, '_id') ?? ''),
    version: Number(own(json, '_version') ?? 1),
    seqNo: Number(own(json, '_seq_no') ?? 0),
    source: isDocument(source) ? source : {},
  };
}

function shardFailure(json: unknown): { readonly index: string; readonly error: TrailhoundError } {
  const reason = own(json, 'reason');
  const index = programName(asText(own(json, 'index') ?? ''));
  return {
    index,
    error: isDocument(reason) ? causeError(500, reason) : new TrailhoundError('internal', 'a shard failed'),
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
