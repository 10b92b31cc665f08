import type {
  AcknowledgeAnswer,
  AlertsAnswer,
  DocumentAnswer,
  ExecuteAnswer,
  Monitor,
  MonitorAnswer,
  MonitorInput,
  MonitorSearchAnswer,
  UiMetadata,
} from '../../../src/api/wire.ts';
import { get, post, put, remove } from './client.ts';

const base = '/_plugins/_alerting/monitors';

/** Alerts that one call asks for: newest first, the page says so when there are more. */
export const alertsMax = 1000;

export interface AlertFilter {
  /** A state, or ALL. */
  readonly state: string;
  /** '1' to '5', or ALL. */
  readonly severity: string;
  readonly search: string;
  readonly monitorId?: string;
}

export function fetchAlerts(filter: AlertFilter, signal?: AbortSignal): Promise<AlertsAnswer> {
  const parameters = new URLSearchParams({
    size: String(alertsMax),
    sortString: 'start_time',
    sortOrder: 'desc',
    alertState: filter.state,
    severityLevel: filter.severity,
  });
  const words = searchWords(filter.search);
  if (words) parameters.set('searchString', words);
  if (filter.monitorId) parameters.set('monitorId', filter.monitorId);
  return get(`${base}/alerts?${parameters}`, signal);
}

/** `leaky get` → `*leaky* *get*`, as Dashboards asks; what the query language would read is taken as text. */
export function searchWords(search: string): string {
  const words = search.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => `*${word.replace(/[+\-=&|!(){}[\]^"~*?:\\/<>]/g, '\\$&')}*`).join(' ');
}

export function acknowledge(monitorId: string, alertIds: readonly string[]): Promise<AcknowledgeAnswer> {
  return post(`${base}/${encodeURIComponent(monitorId)}/_acknowledge/alerts`, { alerts: alertIds });
}

export function fetchMonitors(signal?: AbortSignal): Promise<MonitorSearchAnswer> {
  return post(
    `${base}/_search`,
    { size: 1000, version: true, seq_no_primary_term: true, query: { match_all: {} } },
    signal,
  );
}

/** The monitor with its `ui_metadata`, which the monitor API hides from browsers as OpenSearch does. */
export async function fetchMonitor(id: string, signal?: AbortSignal): Promise<MonitorAnswer> {
  const answer = await get<MonitorAnswer>(`${base}/${encodeURIComponent(id)}`, signal);
  if (answer.monitor.ui_metadata) return answer;
  const metadata = await storedMetadata(id, signal);
  return metadata ? { ...answer, monitor: { ...answer.monitor, ui_metadata: metadata } } : answer;
}

export function createMonitor(monitor: MonitorInput): Promise<MonitorAnswer> {
  return post(base, monitor);
}

/** Writes over what `read` answered, and only over that: somebody else's change in between is a 409. */
export function updateMonitor(read: MonitorAnswer, monitor: MonitorInput): Promise<MonitorAnswer> {
  const parameters = new URLSearchParams({
    if_seq_no: String(read._seq_no),
    if_primary_term: String(read._primary_term),
  });
  return put(`${base}/${encodeURIComponent(read._id)}?${parameters}`, monitor);
}

export async function enableMonitor(id: string, enabled: boolean): Promise<MonitorAnswer> {
  const read = await fetchMonitor(id);
  return updateMonitor(read, { ...read.monitor, enabled });
}

export function deleteMonitor(id: string): Promise<unknown> {
  return remove(`${base}/${encodeURIComponent(id)}`);
}

export function runMonitor(id: string, dryrun: boolean): Promise<ExecuteAnswer> {
  return post(`${base}/${encodeURIComponent(id)}/_execute?dryrun=${dryrun}`, {});
}

/** Runs what is being written; nothing is stored or sent. */
export function previewMonitor(monitor: MonitorInput): Promise<ExecuteAnswer> {
  return post(`${base}/_execute?dryrun=true`, monitor);
}

async function storedMetadata(id: string, signal?: AbortSignal): Promise<UiMetadata | undefined> {
  const path = `/.opendistro-alerting-config/_doc/${encodeURIComponent(id)}`;
  const stored = await get<DocumentAnswer<{ readonly monitor?: Monitor }>>(path, signal);
  return stored._source?.monitor?.ui_metadata;
}
