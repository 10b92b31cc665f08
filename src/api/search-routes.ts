import { elapsedMs } from '../base/clock.ts';
import { asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseSearchBody, type SearchBody } from '../query/search-body.ts';
import type { ArrivalWindow, IndexOptions, SearchResult, Store } from '../store/store.ts';
import { illegal, itemError } from './error.ts';
import { withDocuments } from './looked-up.ts';
import { parseMsearch } from './msearch.ts';
import { flag, indexOptions, indexParameters, integer } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import { searchAnswer, shardsOf } from './search-answer.ts';
import { queryOf, queryStringParameters, searchJson, searchParameters } from './search-request.ts';
import type { Services } from './services.ts';
import { atShard } from './shard-error.ts';
import { invalid } from './write.ts';

type Needs = Pick<Services, 'store' | 'scrolls' | 'pits'>;

const countParameters = [
  ...indexParameters,
  ...queryStringParameters,
  'min_score',
  'terminate_after',
  'preference',
  'routing',
  'ignore_throttled',
];

const msearchParameters = [
  ...indexParameters,
  'rest_total_hits_as_int',
  'typed_keys',
  'search_type',
  'max_concurrent_searches',
  'max_concurrent_shard_requests',
  'pre_filter_shard_size',
  'ccs_minimize_roundtrips',
  'cancel_after_time_interval',
];

export const searchRoutes: readonly Route<Needs>[] = [
  ...['/_search', '/:index/_search'].map(
    (path): Route<Needs> => ({ methods: ['GET', 'POST'], path, query: searchParameters, body: 'json', handle: search }),
  ),
  ...['/_count', '/:index/_count'].map(
    (path): Route<Needs> => ({ methods: ['GET', 'POST'], path, query: countParameters, body: 'json', handle: count }),
  ),
  ...['/_msearch', '/:index/_msearch'].map(
    (path): Route<Needs> => ({
      methods: ['GET', 'POST'],
      path,
      query: msearchParameters,
      body: 'ndjson',
      handle: msearch,
    }),
  ),
];

async function search({ params, query, body, signal }: Call, needs: Needs): Promise<Answer> {
  const { store, scrolls } = needs;
  if (!/^(?:dfs_)?query_then_fetch$/.test(query.search_type ?? 'query_then_fetch')) {
    throw illegal(`No search type for [${query.search_type}]`);
  }
  const json = await withDocuments(searchJson(body, query), store);
  const totalAsInt = flag(query, 'rest_total_hits_as_int');
  const shown = { totalAsInt, typedKeys: flag(query, 'typed_keys') };
  if (totalAsInt) checkExactTotal(json);
  const parsed = parseSearchBody(json);
  const expression = params.index ?? '_all';
  const options = indexOptions(query);
  if (query.scroll !== undefined) {
    if (json.pit !== undefined) throw invalid('using [point in time] is not allowed in a scroll context');
    if (query.request_cache === 'true') {
      const size = parsed.size === 0 ? ['[size] cannot be [0] in a scroll context'] : [];
      throw invalid(...size, '[request_cache] cannot be used in a scroll context');
    }
    const { scrollId, result } = await scrolls.open(expression, json, query.scroll, { ...options, signal });
    return { status: 200, body: searchAnswer(result, parsed, { ...shown, scrollId }) };
  }
  const target = targetOf(params.index, options, json, needs);
  const result = await runSearch(store, target.expression, parsed, { ...target.options, signal });
  return { status: 200, body: searchAnswer(result, parsed, { ...shown, ...target.shown }) };
}

interface Target {
  readonly expression: string;
  readonly options: SearchOptions;
  readonly shown: { readonly pitId?: string };
}

type SearchOptions = IndexOptions & { readonly window?: ArrivalWindow };

/** Where a search looks: what its path names, or what its point in time saw. */
function targetOf(
  index: string | undefined,
  options: IndexOptions,
  json: Document,
  { pits }: Pick<Needs, 'pits'>,
): Target {
  const { pit } = json;
  if (!isDocument(pit)) return { expression: index ?? '_all', options, shown: {} };
  if (pit.id === undefined) throw illegal('point int time id is not provided');
  if (index !== undefined) throw invalid('[indices] cannot be used with point in time');
  const point = pits.use(asText(pit.id), pit.keep_alive === undefined ? undefined : asText(pit.keep_alive));
  const window = { after: -1, upTo: point.upTo };
  return { expression: point.expression, options: { ...point.options, window }, shown: { pitId: point.id } };
}

async function count({ params, query, body, signal }: Call, { store }: Needs): Promise<Answer> {
  if (body !== undefined && !isDocument(body)) throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]');
  for (const key of Object.keys(body ?? {})) {
    if (key !== 'query') {
      throw new TrailhoundError('parse-failed', `request does not support [${key}]`, { fields: { line: 1, col: 2 } });
    }
  }
  const minScore = query.min_score === undefined ? {} : { min_score: Number(query.min_score) };
  const terminateAfter = integer(query, 'terminate_after');
  const asked = queryOf(query) ?? (isDocument(body) ? body.query : undefined) ?? { match_all: {} };
  const parsed = parseSearchBody({
    query: await withDocuments(asked, store),
    size: 0,
    track_total_hits: true,
    ...minScore,
    ...(terminateAfter === undefined ? {} : { terminate_after: terminateAfter }),
  });
  const result = await runSearch(store, params.index ?? '_all', parsed, { ...indexOptions(query), signal });
  const early =
    terminateAfter === undefined || terminateAfter === 0 ? {} : { terminated_early: result.terminatedEarly === true };
  return { status: 200, body: { count: result.total, ...early, _shards: shardsOf(result) } };
}

/** Many searches in one call. A body that does not parse refuses all; one that fails in its run fails alone. */
async function msearch({ params, query, body, signal }: Call, needs: Needs): Promise<Answer> {
  const took = elapsedMs();
  const totalAsInt = flag(query, 'rest_total_hits_as_int');
  const shown = { totalAsInt, typedKeys: flag(query, 'typed_keys') };
  const entries = parseMsearch(typeof body === 'string' ? body : '', params.index, indexOptions(query));
  const wanted = entries.map((entry) => {
    const json = searchJson(entry.json, {});
    if (totalAsInt) checkExactTotal(json);
    return { ...entry, json, parsed: parseSearchBody(json) };
  });
  const responses: unknown[] = [];
  for (const { index, options, json, parsed: named } of wanted) {
    try {
      const found = await withDocuments(json, needs.store);
      const parsed = found === json ? named : parseSearchBody(found);
      const target = targetOf(json.pit === undefined ? index : undefined, options, json, needs);
      const result = await runSearch(needs.store, target.expression, parsed, { ...target.options, signal });
      responses.push({ ...searchAnswer(result, parsed, { ...shown, ...target.shown }), status: 200 });
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
      responses.push({ error: itemError(error), status: error.status });
    }
  }
  return { status: 200, body: { took: Math.round(took()), responses } };
}

/** A plain number has no way to say "at least": the total must be exact, or not be asked for. */
function checkExactTotal(json: Document): void {
  const wanted = json.track_total_hits;
  if (typeof wanted !== 'number' || wanted === -1) return;
  throw illegal(`[rest_total_hits_as_int] cannot be used if the tracking of total hits is not accurate, got ${wanted}`);
}

async function runSearch(
  store: Pick<Store, 'search' | 'indices'>,
  expression: string,
  body: SearchBody,
  options: SearchOptions & { readonly signal: AbortSignal },
): Promise<SearchResult> {
  try {
    return await store.search(expression, body, options);
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.wire !== 'search_phase_execution_exception') throw error;
    const [index] = await store.indices(expression, { ignoreUnavailable: true });
    throw atShard(error, index);
  }
}
