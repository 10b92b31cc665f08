import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { ArrivalWindow, Position, SearchHit } from '../store/store.ts';
import { type DocumentQuery, queryClause } from './document-input.ts';
import { ask, type InputPorts } from './inputs.ts';
import { indicesOf, type Monitor } from './monitor.ts';

/** What the queries of a document-level monitor found. */
export interface FoundDocuments {
  /** Query → the names of its documents, in order of arrival; only queries that found something. */
  readonly byQuery: ReadonlyMap<DocumentQuery, readonly string[]>;
  /** Name (`id|index`) → the document. */
  readonly documents: ReadonlyMap<string, SearchHit>;
  /** Up to where everything was looked at; less than was asked for when there was too much for one run. */
  readonly upTo: Position;
}

/** As the original names a document in alerts and results. */
export function documentName({ id, index }: Pick<SearchHit, 'id' | 'index'>): string {
  return `${id}|${index}`;
}

/** Puts the monitor's queries to what arrived in the window. Throws what the store throws. */
export async function fetchArrived(
  monitor: Monitor,
  window: ArrivalWindow,
  ports: InputPorts,
): Promise<FoundDocuments> {
  let { upTo } = window;
  // Too much for one run: take the older half and leave the rest to the next, as the original does.
  while (upTo - window.after > 1 && (await count(monitor, { ...window, upTo }, ports)) > limits.documentsPerRunMax) {
    upTo = window.after + Math.ceil((upTo - window.after) / 2);
  }
  const found: [DocumentQuery, readonly SearchHit[]][] = [];
  for (const query of monitor.documents?.queries ?? []) {
    found.push([query, await hitsOf(monitor, query, { ...window, upTo }, ports)]);
  }
  return gathered(found, upTo);
}

/** A dry run looks at the newest documents of each index, whether they were looked at before or not. */
export async function fetchNewest(monitor: Monitor, upTo: Position, ports: InputPorts): Promise<FoundDocuments> {
  const indices = await ports.indices(indicesOf(monitor).join(','));
  const newest = new Set<string>();
  for (const { name } of indices) {
    const body = parseSearchBody({ size: newestMax, sort: [{ _seq_no: 'desc' }], _source: false });
    for (const hit of (await ports.search(name, body)).hits) newest.add(documentName(hit));
  }
  const found: [DocumentQuery, readonly SearchHit[]][] = [];
  for (const query of monitor.documents?.queries ?? []) {
    const hits = await hitsOf(
      monitor,
      query,
      undefined,
      ports,
      [...newest].map((name) => name.slice(0, name.lastIndexOf('|'))),
    );
    found.push([query, hits.filter((hit) => newest.has(documentName(hit)))]);
  }
  return gathered(found, upTo);
}

/** Documents of each index that a dry run looks at, as in the original. */
const newestMax = 10;

async function count(monitor: Monitor, window: ArrivalWindow, ports: InputPorts): Promise<number> {
  const queries = monitor.documents?.queries ?? [];
  const any = { bool: { should: queries.map(queryClause), minimum_should_match: 1 } };
  if (queries.length === 0) return 0;
  return (await ask(monitor, parseSearchBody({ size: 0, track_total_hits: true, query: any }), window, ports)).total;
}

async function hitsOf(
  monitor: Monitor,
  query: DocumentQuery,
  window: ArrivalWindow | undefined,
  ports: InputPorts,
  ids?: readonly string[],
): Promise<readonly SearchHit[]> {
  const hits: SearchHit[] = [];
  const filter = [queryClause(query), ...(ids ? [{ terms: { _id: ids } }] : [])];
  let after: readonly unknown[] | undefined;
  do {
    const page = {
      query: { bool: { filter } },
      size: limits.documentPage,
      sort: [{ _index: 'asc' }, { _seq_no: 'asc' }],
    };
    const body = parseSearchBody(after ? { ...page, search_after: after } : page);
    const found = await ask(monitor, body, window, ports);
    hits.push(...found.hits);
    after = found.hits.length < limits.documentPage ? undefined : found.hits.at(-1)?.sort;
  } while (after);
  return hits;
}

function gathered(found: readonly (readonly [DocumentQuery, readonly SearchHit[]])[], upTo: Position): FoundDocuments {
  const documents = new Map<string, SearchHit>();
  const byQuery = new Map<DocumentQuery, readonly string[]>();
  for (const [query, hits] of found) {
    if (hits.length > 0) byQuery.set(query, hits.map(documentName));
    for (const hit of hits) documents.set(documentName(hit), hit);
  }
  return { byQuery, documents, upTo };
}
