import type { Clock } from '../base/clock.ts';
import { elapsedMs, systemClock } from '../base/clock.ts';
import { own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { writeJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { executeSearch } from '../query/execute.ts';
import type { Found } from '../query/found.ts';
import { mentionsNow } from '../query/mentions-now.ts';
import type { SearchBody } from '../query/search-body.ts';
import type { BoundedCache } from './bounded-cache.ts';
import { boundedCache } from './bounded-cache.ts';
import type { Catalog, IndexState } from './catalog.ts';
import type { KeptAggregations } from './kept-aggregations.ts';
import type { AllKeptTops } from './kept-tops.ts';
import type { PartRows } from './part-blocks.ts';
import type { Reader } from './reader.ts';
import { searchableIndex } from './scan.ts';
import type { SegmentResults } from './scan-scope.ts';
import { withinTime } from './search-time.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import type { Segments } from './segment/segments.ts';
import type { ColumnCache } from './segment-columns.ts';
import { sharedHits } from './shared-hits.ts';
import type { Shelf } from './shelf.ts';
import type { ArrivalWindow, Position, SearchOptions, SearchResult } from './store.ts';

/** What the reading part of a store works on. */
export interface SearchWorld {
  readonly shelf: Shelf;
  readonly catalog: Catalog;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly position: () => Position;
  /** Changes when blocks of an index went because nothing in them was alive. */
  readonly purges: (index: number) => number;
  readonly results: ResultCache;
  readonly segments: Segments | undefined;
  readonly segmentResults: SegmentResults;
  readonly columns: ColumnCache;
  readonly keptAggregations: KeptAggregations;
  readonly keptTops: AllKeptTops;
  readonly partRows: PartRows;
  /** How the search lets others run. */
  readonly pass: () => Promise<void>;
}

/** Answers by the state of the indices and the body as it came. */
export type ResultCache = BoundedCache<string, SearchResult>;

export function makeResultCache(): ResultCache {
  return boundedCache(limits.cachedResultsMax);
}

/** A longer body is not worth remembering. */
const keyMax = 16 * 1024;
/** An answer with many hits holds on to their documents. */
const hitsMax = 20;

export async function searchIndices(
  world: SearchWorld,
  expression: string,
  body: SearchBody,
  options: SearchOptions,
): Promise<SearchResult> {
  const elapsed = elapsedMs();
  const indices = world.catalog.resolve(expression, { ...options, openOnly: true });
  const key = resultKey(world, expression, body, options);
  const known = key === undefined ? undefined : world.results.get(key);
  if (known) return { ...known, tookMs: Math.round(elapsed()) };

  // The machine's time, also in a replay: there the store's clock runs ahead while a search works.
  const found = await withinTime(systemClock, options.signal, (signal) =>
    findIn(world, indices, expression, body, { ...options, signal }),
  );
  const result: SearchResult = {
    total: found.total ?? 0,
    relation: found.relation,
    maxScore: found.maxScore,
    hits: found.hits.map(({ candidate: { index, id, version, seqNo }, source, ...hit }) => ({
      index,
      id,
      version,
      seqNo,
      source: source ?? {},
      ...(hit.text === undefined ? {} : { text: hit.text }),
      score: hit.score,
      ...(hit.sort ? { sort: hit.sort } : {}),
      ...(hit.fields ? { fields: hit.fields } : {}),
      ...(hit.highlight ? { highlight: hit.highlight } : {}),
      ...(hit.matchedQueries ? { matchedQueries: hit.matchedQueries } : {}),
    })),
    ...(found.aggregations ? { aggregations: found.aggregations } : {}),
    tookMs: Math.round(elapsed()),
    shards: indices.length,
    ...(found.failures ? { failures: found.failures } : {}),
    ...(found.terminatedEarly ? { terminatedEarly: true } : {}),
  };
  if (key !== undefined && result.hits.length <= hitsMax) {
    // Text of an aggregation's answer stands for some four times its length in objects.
    const buckets = found.aggregations ? writeJson(found.aggregations).length * 4 : 0;
    world.results.set(key, result, key.length + 1024 * (1 + result.hits.length * 4) + buckets);
  }
  return result;
}

function findIn(
  world: SearchWorld,
  indices: readonly IndexState[],
  expression: string,
  body: SearchBody,
  options: SearchOptions,
): Promise<Found> {
  const upTo = world.position();
  const window = options.window
    ? { after: options.window.after, upTo: Math.min(options.window.upTo, upTo) }
    : { after: 0, upTo };
  const scan = {
    shelf: world.shelf,
    reader: world.reader,
    segments: world.segments,
    results: world.segmentResults,
    hits: sharedHits(),
    columns: world.columns,
    partRows: world.partRows,
    queryKey: queryKey(body),
    aggregationKey: aggregationKey(body),
    keptAggregations: world.keptAggregations,
    keptTops: world.keptTops,
    purges: world.purges,
    window,
    signal: options.signal,
    pass: world.pass,
    whole: !options.window,
    exists: (index: IndexState) => world.catalog.byName.get(index.stored.name)?.stored.number === index.stored.number,
  };
  const boosts = boostsOf(world, body, options);
  return undamaged(() =>
    executeSearch(
      body,
      reached(indices, window).map((index) => {
        const boost = boosts.get(index.stored.name);
        const searchable = searchableIndex(index, world.catalog.aliasFilter(expression, index), scan);
        return boost === undefined ? searchable : { ...searchable, boost };
      }),
      { at: world.clock.now(), pass: world.pass, ...(options.signal ? { signal: options.signal } : {}) },
    ),
  );
}

/** Those that something arrived in since the window began, of months of indices mostly one; one at least, to refuse what is wrong. */
function reached(indices: readonly IndexState[], { after }: ArrivalWindow): readonly IndexState[] {
  const touched = indices.filter(({ tally }) => tally.last > after);
  return touched.length > 0 ? touched : indices.slice(0, 1);
}

/** More damaged segments than this in one search, and the search fails. */
const damagesMax = 100;

/** A segment that proves damaged while it is counted from is dropped: the search begins anew, over its documents. */
async function undamaged<T>(search: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await search();
    } catch (error) {
      if (!(error instanceof SegmentDamage)) throw error;
      if (tries >= damagesMax) throw new TrailhoundError('data-folder-broken', error.message);
    }
  }
}

/** `indices_boost`: the first expression that means an index counts. Throws for one that means none. */
function boostsOf(
  { catalog }: SearchWorld,
  { indicesBoost }: SearchBody,
  options: SearchOptions,
): ReadonlyMap<string, number> {
  const boosts = new Map<string, number>();
  for (const [expression, factor] of indicesBoost) {
    for (const { stored } of catalog.resolve(expression, options)) {
      if (!boosts.has(stored.name)) boosts.set(stored.name, factor);
    }
  }
  return boosts;
}

/** Date math, in the body or in the queries that documents hold. */
function changesByItself(text: string): boolean {
  return mentionsNow(text) || text.includes('"percolate"');
}

/** The query alone, for results over sealed segments: size, sort and aggregations do not change what matches. */
function queryKey({ json }: SearchBody): string | undefined {
  const text = jsonText(own(json, 'query') ?? null);
  return text.length > keyMax || changesByItself(text) ? undefined : text;
}

/** undefined where there are none, or they must not be kept. */
function aggregationKey({ aggregations }: SearchBody): string | undefined {
  const text = aggregations && jsonText(aggregations);
  return text === undefined || text.length > keyMax || changesByItself(text) ? undefined : text;
}

/** A number beyond 2^53 was read as a bigint, which JSON does not know: `n` keeps it apart from the same digits as text. */
function jsonText(json: unknown): string {
  return JSON.stringify(json, (_key, value) => (typeof value === 'bigint' ? { n: String(value) } : value));
}

/** undefined where an answer must not be remembered: date math makes it depend on the time of asking. */
function resultKey(
  { catalog }: SearchWorld,
  expression: string,
  { json }: SearchBody,
  { window, ignoreUnavailable, allowNoIndices, wildcards }: SearchOptions,
): string | undefined {
  const text = jsonText(json);
  if (text.length > keyMax || changesByItself(text) || expression.includes('{now')) return undefined;
  const indices = catalog.resolve(expression, { ignoreUnavailable: true, ...(wildcards ? { wildcards } : {}) });
  const range = window ? `${window.after}-${window.upTo}` : '';
  const how = JSON.stringify([ignoreUnavailable, allowNoIndices, wildcards]);
  return [catalog.generation(indices), range, how, expression, text].join('\n');
}
