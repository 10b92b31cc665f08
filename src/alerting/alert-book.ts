import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Store } from '../store/store.ts';
import { type Alert, alertJson, storedAlert } from './alert.ts';
import type { Next } from './alert-state.ts';
import { alertsIndex, alertsPattern, ensureIndex, historyIndex } from './system-index.ts';

/** The open alerts. The store holds them; memory only knows which one is open for a trigger. */
export interface AlertBook {
  /** The open alert of a trigger as it is stored now. */
  open(monitorId: string, triggerId: string): Promise<Alert | undefined>;
  /** Any open alert by its id. */
  get(id: string): Promise<Alert | undefined>;
  /** All open alerts of a monitor, whatever trigger made them. */
  ofMonitor(monitorId: string): Promise<readonly Alert[]>;
  /** The operations that make a change durable; `note` after they were written. */
  operations(change: Next, current: Alert | undefined, at: Instant): readonly Operation[];
  /** Makes the indices that the operations need. */
  prepare(operations: readonly Operation[]): Promise<void>;
  note(changes: Iterable<Next>): void;
  /** Alerts there are, open and ended. */
  count(): Promise<number>;
}

/** Reads which alerts are open. */
export async function openAlertBook(store: Store): Promise<AlertBook> {
  const openIds = new Map<string, string>();
  const key = (monitorId: string, triggerId: string): string => JSON.stringify([monitorId, triggerId]);
  const remember = (alert: Alert): void => void openIds.set(key(alert.monitorId, alert.triggerId), alert.id);
  await ensureIndex(store, alertsIndex);
  for (const alert of await search(store, { match_all: {} })) remember(alert);

  const get = async (id: string): Promise<Alert | undefined> => {
    const stored = await store.get(alertsIndex, id);
    return stored && storedAlert(stored);
  };
  return {
    async open(monitorId, triggerId) {
      const id = openIds.get(key(monitorId, triggerId));
      return id === undefined ? undefined : get(id);
    },
    get,
    ofMonitor: (monitorId) => search(store, { term: { monitor_id: monitorId } }),
    operations: (change, current, at) => alertOperations(change, current, at),
    async prepare(operations) {
      for (const index of new Set(operations.map((operation) => operation.index))) await ensureIndex(store, index);
    },
    note(changes) {
      for (const { open, closed } of changes) {
        if (closed) openIds.delete(key(closed.monitorId, closed.triggerId));
        if (open) remember(open);
      }
    },
    async count() {
      const body = parseSearchBody({ size: 0, track_total_hits: true });
      return (await store.search(alertsPattern, body, { ignoreUnavailable: true })).total;
    },
  };
}

function alertOperations({ open, closed }: Next, current: Alert | undefined, at: Instant): readonly Operation[] {
  const operations: Operation[] = [];
  if (closed) {
    const { id } = closed;
    operations.push({ action: 'index', index: historyIndex(at), id, document: alertDocument(closed) });
    if (current) operations.push({ action: 'delete', index: alertsIndex, id });
  }
  if (open && open !== current) {
    operations.push({ action: 'index', index: alertsIndex, id: open.id, document: alertDocument(open) });
  }
  return operations;
}

/** The version is the stored document's own, so the original keeps -1 in it. */
function alertDocument(alert: Alert): Operation['document'] & object {
  return { ...alertJson(alert), version: -1 };
}

async function search(store: Store, query: object): Promise<readonly Alert[]> {
  const body = parseSearchBody({ query, size: limits.resultWindowMax, track_total_hits: true });
  const { hits } = await store.search(alertsIndex, body, { ignoreUnavailable: true });
  return hits.map(storedAlert);
}
