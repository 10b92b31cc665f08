import { type Document, isDocument, own } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { SearchResult, Store } from '../store/store.ts';
import { badRequest } from './refusal.ts';
import { alertsPattern, configIndex } from './system-index.ts';

/**
 * `monitors/_search`: a search over the saved monitors (`monitor.name`, `monitor.enabled`, …) whose hits carry the bare
 * monitor, or over alerts when `index` says so. Any other index is refused; a `_source` filter is ignored, as in the original.
 */
export async function searchMonitors(store: Store, json: unknown, index = configIndex): Promise<SearchResult> {
  if (index !== configIndex && index !== alertsPattern) throw badRequest(`Invalid index name [${index}]`);
  const { _source: _, ...asked } = isDocument(json) ? json : {};
  const query = own(asked, 'query');
  const body: Document = {
    ...asked,
    query: {
      bool: { must: query === undefined ? [] : [query], filter: index === configIndex ? [monitorsOnly] : [] },
    },
  };
  const found = await store.search(index, parseSearchBody(body), { ignoreUnavailable: true });
  return {
    ...found,
    hits: found.hits.map((hit) => {
      const monitor = own(hit.source, 'monitor');
      if (!isDocument(monitor)) return hit;
      // The text is that of the whole document: what is answered is a part of it.
      const { text: _, ...shown } = hit;
      return { ...shown, source: monitor };
    }),
  };
}

const monitorsOnly: Document = { exists: { field: 'monitor.monitor_type' } };
