import type { Document } from '../base/document.ts';
import { asText } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { SearchHit, Store } from '../store/store.ts';
import { badRequest, unsortable } from './refusal.ts';
import { findingsPattern } from './system-index.ts';

/** The parameters of `GET findings/_search`. */
export interface FindingQuery {
  readonly findingId?: string;
  readonly sortString?: string;
  readonly sortOrder?: string;
  readonly missing?: string;
  readonly size?: number;
  readonly startIndex?: number;
  readonly searchString?: string;
}

export interface FindingAnswer {
  readonly total_findings: number;
  readonly findings: readonly Document[];
}

const sortFields = new Set(['id', 'monitor_id', 'monitor_name', 'index', 'timestamp', 'execution_id']);

/** Findings as they are on the wire, each with its documents as they are now. */
export async function listFindings(store: Store, query: FindingQuery): Promise<FindingAnswer> {
  const found = await store.search(findingsPattern, parseSearchBody(findingSearch(query)), { ignoreUnavailable: true });
  const findings: Document[] = [];
  for (const hit of found.hits) findings.push({ finding: hit.source, document_list: [await documentOf(store, hit)] });
  return { total_findings: found.total, findings };
}

function findingSearch(query: FindingQuery): Document {
  const { sortString = 'id', sortOrder = 'asc', size = 20, startIndex = 0 } = query;
  const order = sortOrder.toLowerCase();
  if (order !== 'asc' && order !== 'desc') {
    throw badRequest(`No enum constant org.opensearch.search.sort.SortOrder.${sortOrder.toUpperCase()}`);
  }
  if (size < 0) throw badRequest(`[size] parameter cannot be negative, found [${size}]`);
  if (startIndex < 0) throw badRequest(`[from] parameter cannot be negative, found [${startIndex}]`);
  if (!sortFields.has(sortString)) throw unsortable(sortString);
  const filter: Document[] = [];
  if (query.findingId !== undefined && query.findingId !== '') filter.push({ term: { _id: query.findingId } });
  const words = query.searchString ?? '';
  if (words !== '') filter.push(anywhere(words));
  const missing = query.missing === undefined || query.missing === '' ? {} : { missing: query.missing };
  return {
    query: { bool: { filter } },
    size,
    from: startIndex,
    track_total_hits: true,
    sort: [{ [sortString]: { order, ...missing } }],
  };
}

/** In any field of the finding, or in its queries' tags and names. */
function anywhere(words: string): Document {
  const fields = ['id', 'related_doc_ids', 'monitor_id', 'monitor_name', 'index', 'execution_id'];
  return {
    bool: {
      should: [
        { query_string: { query: words, fields } },
        {
          nested: {
            path: 'queries',
            query: { query_string: { query: words, fields: ['queries.tags', 'queries.name'] } },
          },
        },
      ],
      minimum_should_match: 1,
    },
  };
}

/** The document of a finding; its text is empty when it is gone. */
async function documentOf(store: Store, { source }: SearchHit): Promise<Document> {
  const index = asText(source.index);
  const [id = ''] = Array.isArray(source.related_doc_ids) ? source.related_doc_ids.map(asText) : [];
  const stored = await store.get(index, id);
  return {
    index,
    id,
    found: stored !== undefined,
    document: stored ? (stored.text ?? JSON.stringify(stored.source)) : '',
  };
}
