import { isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { parseKnownJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { parseSearchBody } from '../../query/search-body.ts';
import type { SearchResult } from '../store.ts';
import type { ArrivalRange } from './arrival-map.ts';
import type { EngineClient } from './engine-client.ts';
import { type EngineSearch, searchEngine } from './engine-read.ts';
import { expressionPath, optionsQuery } from './index-names.ts';
import { arrivedInAllShards } from './windowed-aggregation.ts';
import { arrivedIn, filtered, joinedResult, needsOneSearch, windowedSearches } from './windowed-search.ts';

/** What is asked, of whom. */
type Asked = Pick<EngineSearch, 'expression' | 'body' | 'options' | 'signal'>;

/**
 * A search over what arrived in a window. What is counted by it is not counted again, so a shard of it that does not answer is an
 * error, where a plain search answers without it.
 */
export async function searchArrived(
  asked: Asked,
  ranges: readonly ArrivalRange[],
  client: EngineClient,
): Promise<SearchResult> {
  const { body } = asked;
  const search = (one: Omit<EngineSearch, keyof Asked>, some = ranges): Promise<SearchResult> =>
    searchWhole({ ...asked, ...one }, some, client);
  if (needsOneSearch(body, ranges)) {
    const filter = await arrivedInAllShards(ranges, (some, most) => findIds(asked, some, most, client));
    return search({ json: filtered(body, filter) });
  }
  const searches = windowedSearches(body, ranges);
  return joinedResult(body, await Promise.all(searches.map((one) => search(one))));
}

/** A query that an index refuses is refused once more, and what the others found stands; a shard that is away is an error. */
async function searchWhole(
  search: EngineSearch,
  ranges: readonly ArrivalRange[],
  client: EngineClient,
): Promise<SearchResult> {
  const found = await searchEngine(search, client);
  if (found.failedShards === 0) return found;
  try {
    return await searchEngine({ ...search, expression: await narrowed(search, ranges, client), strict: true }, client);
  } catch (error) {
    if (error instanceof TrailhoundError && (error.status ?? 0) < 500 && error.code !== 'engine-unavailable')
      return found;
    throw error;
  }
}

/** Only the indices in which something arrived: an old one that is lost for good takes nothing from the count. */
async function narrowed(
  { expression, options }: EngineSearch,
  ranges: readonly ArrivalRange[],
  client: EngineClient,
): Promise<string> {
  const path = `/${expressionPath(expression)}/_settings/index.uuid?${optionsQuery(options)}&filter_path=*.settings.index.uuid`;
  const meant: unknown = parseKnownJson(await client.text({ method: 'GET', path }));
  const names = new Set(isDocument(meant) ? Object.keys(meant) : []);
  const arrived = [...new Set(ranges.map(({ index }) => index))].filter((index) => names.has(index)).join(',');
  return arrived === '' || arrived.length > limits.enginePathMax ? expression : arrived;
}

/** What the body's query finds in these ranges, or undefined where that is more than so much. */
async function findIds(
  asked: Asked,
  ranges: readonly ArrivalRange[],
  most: number,
  client: EngineClient,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const { query } = asked.body.json;
  const found = new Map<string, string[]>();
  let left = most;
  for (const shard of new Set(ranges.map((range) => range.shard))) {
    const filter = arrivedIn(ranges.filter((range) => range.shard === shard));
    const plain = {
      ...(query === undefined ? {} : { query }),
      _source: false,
      size: idsPageSize,
      track_total_hits: false,
    };
    for (let after: readonly unknown[] | undefined; ; ) {
      const json = {
        ...plain,
        sort: [{ _index: 'asc' }, { _seq_no: 'asc' }],
        ...(after ? { search_after: after } : {}),
      };
      const body = parseSearchBody(json);
      const { hits } = await searchWhole({ ...asked, body, shard, json: filtered(body, filter) }, ranges, client);
      left -= hits.length;
      if (left < 0) return undefined;
      for (const { index, id } of hits) {
        const ids = found.get(index);
        if (ids) ids.push(id);
        else found.set(index, [id]);
      }
      after = hits.at(-1)?.sort;
      if (!after || hits.length < idsPageSize) break;
    }
  }
  return found;
}

const idsPageSize = 5000;
