import { type Document, own } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import type { SearchBody } from '../../query/search-body.ts';
import { compareSort, type SortValue } from '../../query/sort.ts';
import type { SearchHit, SearchResult } from '../store.ts';
import type { ArrivalRange } from './arrival-map.ts';

/**
 * One search over what arrived in a window, as searches that a cluster can answer. `_seq_no` counts within one shard, so shards of
 * different numbers are asked apart; nearly all indices have one. Answers are joined: totals added, hits in the body's order.
 * Aggregations cannot be joined: `needsOneSearch` tells where windowed-aggregation.ts is due.
 */
export function windowedSearches(
  body: SearchBody,
  ranges: readonly ArrivalRange[],
): readonly { readonly json: Document; readonly shard: number }[] {
  const groups = new Map<number, ArrivalRange[]>();
  for (const range of ranges) groups.set(range.shard, [...(groups.get(range.shard) ?? []), range]);
  const searches = [...groups].map(([shard, list]) => ({ shard, filter: arrivedIn(list) }));
  if (searches.length === 0) searches.push({ shard: 0, filter: { match_none: {} } });
  const parts = searches.length > 1;
  return searches.map(({ shard, filter }) => ({ shard, json: filtered(body, filter, parts) }));
}

export function needsOneSearch(body: SearchBody, ranges: readonly ArrivalRange[]): boolean {
  return body.aggregations !== undefined && new Set(ranges.map(({ shard }) => shard)).size > 1;
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

/** Operations of these ranges, in the shards that are asked. */
export function arrivedIn(ranges: readonly ArrivalRange[]): Document {
  return anyOf(
    ranges.map(({ index, low, high }) => ({
      bool: { filter: [{ term: { _index: index } }, { range: { _seq_no: { gte: low, lte: high } } }] },
    })),
  );
}

/** One list of clauses may have 1,024; of lists there may be many, for at its shard each index keeps its own clause only. */
export function anyOf(clauses: readonly Document[]): Document {
  const lists: Document[] = [];
  for (let at = 0; at < clauses.length; at += limits.arrivalIndicesMax) {
    const should = clauses.slice(at, at + limits.arrivalIndicesMax);
    lists.push({ bool: { should, minimum_should_match: 1 } });
  }
  return lists.length === 1 ? (lists[0] as Document) : { bool: { should: lists, minimum_should_match: 1 } };
}

/** `parts`: of several searches each must bring all that could be among the hits. */
export function filtered(body: SearchBody, filter: Document, parts = false): Document {
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
