import type { Document } from '../base/document.ts';
import { asText } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { SearchHit, Store } from '../store/store.ts';
import { type PageQuery, pageSearch } from './list-page.ts';
import { findingsPattern } from './system-index.ts';

/** The parameters of `GET findings/_search`. */
export interface FindingQuery extends PageQuery {
  readonly findingId?: string;
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
  const filter: Document[] = [];
  if (query.findingId !== undefined && query.findingId !== '') filter.push({ term: { _id: query.findingId } });
  const words = query.searchString ?? '';
  if (words !== '') filter.push(anywhere(words));
  return pageSearch(query, { fields: sortFields, byDefault: 'id' }, filter);
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
