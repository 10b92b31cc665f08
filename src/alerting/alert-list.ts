import type { Document } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { SearchHit, Store } from '../store/store.ts';
import { alertJson, storedAlert } from './alert.ts';
import { type PageQuery, pageSearch } from './list-page.ts';
import { alertsIndex, alertsPattern } from './system-index.ts';

/** The parameters of `GET monitors/alerts`, as text where the URL has text. */
export interface AlertQuery extends PageQuery {
  readonly searchString?: string;
  readonly severityLevel?: string;
  readonly alertState?: string;
  readonly monitorId?: string;
  readonly workflowIds?: readonly string[];
}

/** Open and ended alerts as they are on the wire, and how many there are without paging. */
export async function listAlerts(
  store: Store,
  query: AlertQuery,
): Promise<{ readonly alerts: readonly Document[]; readonly totalAlerts: number }> {
  const body = alertSearch(query);
  const found = await store.search(alertsPattern, parseSearchBody(body), { ignoreUnavailable: true });
  const hits = withoutMoved(found.hits);
  const totalAlerts = found.total - (found.hits.length - hits.length);
  return { alerts: hits.map((hit) => alertJson(storedAlert(hit))), totalAlerts };
}

/** On a cluster an alert that just ended may for a moment be found among the open ones too: how it ended counts. */
function withoutMoved(hits: readonly SearchHit[]): readonly SearchHit[] {
  const ended = new Set(hits.filter(({ index }) => index !== alertsIndex).map(({ id }) => id));
  return hits.filter(({ index, id }) => index !== alertsIndex || !ended.has(id));
}

/** Fields of an alert that a list can be sorted by; the original knows them by its mapping. */
const sortFields = new Set([
  'id',
  'monitor_id',
  'monitor_name.keyword',
  'monitor_version',
  'trigger_id',
  'trigger_name.keyword',
  'severity',
  'state',
  'start_time',
  'end_time',
  'acknowledged_time',
  'last_notification_time',
  'execution_id',
  'workflow_id',
  'workflow_name',
]);

function alertSearch(query: AlertQuery): Document {
  const filter: Document[] = [];
  const state = query.alertState ?? 'ALL';
  filter.push(state === 'ALL' ? { bool: { must_not: [{ term: { state: 'AUDIT' } }] } } : { term: { state } });
  const severity = query.severityLevel ?? 'ALL';
  if (severity !== 'ALL') filter.push({ term: { severity } });
  if (query.monitorId !== undefined) filter.push({ term: { monitor_id: query.monitorId } });
  if (query.workflowIds && query.workflowIds.length > 0) filter.push({ terms: { workflow_id: query.workflowIds } });
  const words = query.searchString ?? '';
  if (words !== '') {
    const fields = ['monitor_name', 'trigger_name'];
    filter.push({ query_string: { query: words, fields, default_operator: 'and' } });
  }
  return pageSearch(query, { fields: sortFields, byDefault: 'monitor_name.keyword' }, filter);
}
