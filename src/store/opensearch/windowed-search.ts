import { type Document, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { SearchBody } from '../../query/search-body.ts';
import { compareSort, type SortValue } from '../../query/sort.ts';
import type { SearchHit, SearchResult } from '../store.ts';
import type { ArrivalRange } from './arrival-map.ts';

/**
 * One search over what arrived in a window, as searches that a cluster can answer. `_seq_no` counts within one shard, so shards of
 * different numbers are asked apart; nearly all indices have one. Answers are joined: totals added, hits in the body's order.
 */
export function windowedSearches(
  body: SearchBody,
  ranges: readonly ArrivalRange[],
): readonly { readonly json: Document; readonly shard: number }[] {
  const groups = new Map<number, ArrivalRange[][]>();
  for (const range of ranges) {
    const lists = groups.get(range.shard) ?? [[]];
    if ((lists.at(-1)?.length ?? 0) >= limits.arrivalIndicesMax) lists.push([]);
    lists.at(-1)?.push(range);
    groups.set(range.shard, lists);
  }
  const searches = [...groups].flatMap(([shard, lists]) => lists.map((list) => ({ shard, filter: filterOf(list) })));
  if (searches.length === 0) searches.push({ shard: 0, filter: { match_none: {} } });
  const parts = searches.length > 1;
  if (parts && body.aggregations !== undefined) {
    throw new TrailhoundError(
      'not-supported',
      'aggregations over what arrived since the last run need indices of one shard, and at most ' +
        `${limits.arrivalIndicesMax} of them: give the monitor a narrower pattern, or evaluate as OpenSearch does`,
    );
  }
  return searches.map(({ shard, filter }) => ({ shard, json: filtered(body, filter, parts) }));
}

/** The answer that all parts make together. */
export function joinedResult(body: SearchBody, results: readonly SearchResult[]): SearchResult {
  const [first] = results;
  if (!first) throw new Error('no part of a search was answered');
  if (results.length === 1) return first;
  const scores = results.flatMap(({ maxScore }) => (maxScore === null ? [] : [maxScore]));
  const failures = results.flatMap((result) => result.failures ?? []);
  const hits = results.flatMap((result) => result.hits).sort((a, b) => compareHits(body, a, b));
  return {
    total: results.reduce((sum, { total }) => sum + total, 0),
    relation: results.some(({ relation }) => relation === 'gte') ? 'gte' : 'eq',
    maxScore: scores.length === 0 ? null : Math.max(...scores),
    hits: hits.slice(body.from, body.from + body.size),
    tookMs: Math.max(...results.map(({ tookMs }) => tookMs)),
    shards: Math.max(...results.map(({ shards }) => shards)),
    ...(failures.length > 0 ? { failures } : {}),
  };
}

function filterOf(ranges: readonly ArrivalRange[]): Document {
  const should = ranges.map(({ index, low, high }) => ({
    bool: { filter: [{ term: { _index: index } }, { range: { _seq_no: { gte: low, lte: high } } }] },
  }));
  return { bool: { should, minimum_should_match: 1 } };
}

/** `parts`: of several searches each must bring all that could be among the hits. */
function filtered(body: SearchBody, filter: Document, parts: boolean): Document {
  const query = own(body.json, 'query');
  const json = {
    ...body.json,
    query: { bool: { ...(query === undefined ? {} : { must: [query] }), filter: [filter] } },
  };
  return parts ? { ...json, from: 0, size: body.from + body.size } : json;
}

function compareHits({ sort }: SearchBody, a: SearchHit, b: SearchHit): number {
  if (sort.length > 0) return compareSort(sort, (a.sort ?? []) as SortValue[], (b.sort ?? []) as SortValue[]);
  return (b.score ?? 0) - (a.score ?? 0);
}
