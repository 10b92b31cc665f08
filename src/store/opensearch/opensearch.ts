import type { Clock } from '../../base/clock.ts';
import { asText, type Document, isDocument, own } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { parseSearchBody, type SearchBody } from '../../query/search-body.ts';
import type { Position, SearchOptions, SearchResult, Store, StoredDocument } from '../store.ts';
import { type ArrivalRecord, arrivalsIndex, makeArrivalRecord } from './arrival-record.ts';
import { type Arrivals, openArrivals } from './arrivals.ts';
import { searchArrived } from './arrived-search.ts';
import type { EngineAddress } from './engine-address.ts';
import { type EngineClient, openEngineClient } from './engine-client.ts';
import { wireError } from './engine-error.ts';
import { type EngineIndices, makeEngineIndices } from './engine-indices.ts';
import { getDocument, searchEngine } from './engine-read.ts';
import { type KnownTerms, writeBulk } from './engine-write.ts';
import { type Freshness, makeFreshness } from './freshness.ts';
import { clusterName, expressionPath } from './index-names.ts';
import { withPlaces } from './refusal-place.ts';

export interface OpenSearchOptions {
  readonly address: EngineAddress;
  readonly clock: Clock;
  /** How often event indices are refreshed by us at most; limits.engineRefreshMs without it. */
  readonly refreshMs?: number;
  /** How long a request is tried again; limits.engineDeadlineMs without it. */
  readonly deadlineMs?: number;
}

/** The store in a cluster, which other programs and other processes of this one use at the same time. */
export interface OpenSearchStore extends Store {
  readonly client: EngineClient;
  /**
   * Nobody asks for a window any more that begins before this position: the record of it may go. Answers where windows may begin,
   * which is later only where far too much would be kept.
   */
  forget(before: Position): Promise<Position>;
}

interface Parts {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly freshness: Freshness;
  readonly indices: EngineIndices;
  readonly terms: KnownTerms;
}

/**
 * Opens a cluster of OpenSearch. What the store's contract says holds, but for this: a write that throws may have written a part
 * of its operations (all may be sent again); date math and the age of deleted ids go by the cluster's clock; a search may see a
 * part of a write that is under way. Throws 'engine-unavailable' when nothing answers, 'forbidden' for a wrong login.
 */
export async function openOpenSearch({
  address,
  clock,
  refreshMs,
  deadlineMs,
}: OpenSearchOptions): Promise<OpenSearchStore> {
  const client = openEngineClient(address, clock, deadlineMs);
  try {
    await checkCluster(client, address);
    const pauseMs = refreshMs ?? limits.engineRefreshMs;
    const freshness = makeFreshness(client, clock, pauseMs);
    const parts: Parts = { client, clock, freshness, indices: makeEngineIndices(client), terms: new Map() };
    await parts.indices.putTemplate(systemTemplate);
    const record = recordOf(parts);
    const arrivals = await openArrivals({ client, clock, freshness, record, pauseMs, shards: () => shardsOf(client) });
    return makeStore(parts, arrivals);
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Our own indices are small, hidden, and have a copy where there is a second node. */
const systemTemplate = {
  name: 'trailhound-system',
  legacy: false,
  body: {
    index_patterns: ['.trailhound-*'],
    priority: 500,
    _meta: { description: "Trailhound's own indices." },
    template: { settings: { index: { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true } } },
  },
};

async function checkCluster(client: EngineClient, { url }: EngineAddress): Promise<void> {
  // Once: a wrong address is to be told at once. Whoever starts services starts them again.
  const { status, text } = await client.sendOnce({ method: 'GET', path: '/' });
  if (status >= 300) throw wireError(status, text);
  let version: unknown;
  try {
    version = own(JSON.parse(text), 'version');
  } catch {
    version = undefined;
  }
  const number = String(own(version, 'number') ?? '');
  if (own(version, 'distribution') === 'opensearch' && Number(number.split('.')[0]) >= 2) return;
  throw new TrailhoundError('bad-request', `${url} is no OpenSearch 2 or later: point --engine to one`);
}

function makeStore(parts: Parts, arrivals: Arrivals): OpenSearchStore {
  const { client, freshness, indices } = parts;
  return {
    client,
    createIndex: indices.create,
    deleteIndex: indices.remove,
    putMapping: indices.putMapping,
    updateIndices: indices.update,
    putTemplate: indices.putTemplate,
    deleteTemplate: indices.deleteTemplate,
    templates: indices.templates,
    indices: indices.list,
    async write(operations) {
      for (const { index } of operations) freshness.written(clusterName(index));
      const results = await writeBulk(operations, parts);
      // Under the name of the index where it was written by an alias.
      for (const result of results) freshness.written(clusterName(result.index), !('error' in result));
      return withPlaces(results, operations, indices);
    },
    get: (index, id) => getDocument(index, id, client),
    search: (expression, body, options = {}) => search(expression, body, options, parts, arrivals),
    ready: async () => {},
    position: arrivals.position,
    forget: arrivals.forget,
    generation: (expression) => generationOf(expression, parts),
    async refresh(expression) {
      await client.text({ method: 'POST', path: `/${expressionPath(expression)}/_refresh`, repeatable: true });
    },
    close: async () => client.close(),
  };
}

async function search(
  expression: string,
  body: SearchBody,
  { window, signal, background: _, ...options }: SearchOptions,
  { client, freshness }: Parts,
  arrivals: Arrivals,
): Promise<SearchResult> {
  signal?.throwIfAborted();
  const asked = { expression, body, options, signal };
  if (!window) {
    await freshness.fresh(expression.split(',').map(clusterName));
    return searchEngine({ ...asked, json: body.json }, client);
  }
  return searchArrived(asked, arrivals.ranges(window), client);
}

/** How far the shards of the indices have come, and the versions of what the cluster knows of the indices. */
async function generationOf(expression: string, { client }: Parts): Promise<string> {
  const path = expressionPath(expression);
  const more = 'ignore_unavailable=true&expand_wildcards=open';
  const state = 'filter_path=metadata.indices.*.version';
  const shards = 'level=shards&filter_path=indices.*.uuid,indices.*.shards.*.seq_no.max_seq_no';
  return [
    await client.text({ method: 'GET', path: `/_cluster/state/metadata/${path}?${more}&${state}` }, [404]),
    await client.text({ method: 'GET', path: `/${path}/_stats/docs?${more}&${shards}` }, [404]),
  ].join('\n');
}

/** How many shards each index has, by its uuid; also those that are closed or cannot be read for the moment. */
async function shardsOf(client: EngineClient): Promise<ReadonlyMap<string, number>> {
  const filter = '*.settings.index.uuid,*.settings.index.number_of_shards';
  const path = `/_all/_settings/index.uuid,index.number_of_shards?expand_wildcards=all&filter_path=${filter}`;
  const found: unknown = JSON.parse(await client.text({ method: 'GET', path }));
  const settings = Object.values(isDocument(found) ? found : {}).map((one) => own(own(one, 'settings'), 'index'));
  return new Map(settings.map((index) => [asText(own(index, 'uuid') ?? ''), Number(own(index, 'number_of_shards'))]));
}

function recordOf(parts: Parts): ArrivalRecord {
  const { client, freshness, indices } = parts;
  return makeArrivalRecord({
    create: indices.create,
    get: (index, id) => getDocument(index, id, client),
    write: (operations) => writeBulk(operations, parts),
    async parts(index, query) {
      await freshness.refresh([arrivalsIndex]);
      return sortedByStart(index, query, client);
    },
  });
}

async function sortedByStart(index: string, query: Document, client: EngineClient): Promise<readonly StoredDocument[]> {
  const found: StoredDocument[] = [];
  let after: readonly unknown[] | undefined;
  for (;;) {
    const json = { query, sort: [{ start: 'asc' }], size: pageSize, ...(after ? { search_after: after } : {}) };
    const body = parseSearchBody(json);
    const { hits } = await searchEngine({ expression: index, body, json, options: {} }, client);
    found.push(...hits);
    after = hits.at(-1)?.sort;
    if (!after || hits.length < pageSize) return found;
  }
}

const pageSize = 1000;
