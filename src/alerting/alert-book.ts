import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Store } from '../store/store.ts';
import { type Alert, alertJson, storedAlert } from './alert.ts';
import type { Next } from './alert-state.ts';
import { alertsIndex, alertsPattern, ensureIndex, historyIndex } from './system-index.ts';

/** The open alerts. The store holds them; memory only knows which ones are open for a trigger. */
export interface AlertBook {
  /** The open alerts of a trigger as they are stored now; those of documents are not followed and left out. */
  open(monitorId: string, triggerId: string): Promise<readonly Alert[]>;
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
  const openIds = new Map<string, Set<string>>();
  const key = (monitorId: string, triggerId: string): string => JSON.stringify([monitorId, triggerId]);
  const remember = (alert: Alert): void => {
    // An alert of a document never changes by a run, and there may be very many.
    if (alert.findingIds.length > 0) return;
    const name = key(alert.monitorId, alert.triggerId);
    const ids = openIds.get(name);
    if (ids) ids.add(alert.id);
    else openIds.set(name, new Set([alert.id]));
  };
  const forget = (alert: Alert): void => {
    const name = key(alert.monitorId, alert.triggerId);
    const ids = openIds.get(name);
    ids?.delete(alert.id);
    if (ids?.size === 0) openIds.delete(name);
  };
  await ensureIndex(store, alertsIndex);
  for await (const alert of all(store, { match_all: {} })) remember(alert);

  const get = async (id: string): Promise<Alert | undefined> => {
    const stored = await store.get(alertsIndex, id);
    return stored && storedAlert(stored);
  };
  return {
    async open(monitorId, triggerId) {
      const found: Alert[] = [];
      for (const id of openIds.get(key(monitorId, triggerId)) ?? []) {
        const alert = await get(id);
        if (alert) found.push(alert);
      }
      return found;
    },
    get,
    async ofMonitor(monitorId) {
      const found: Alert[] = [];
      for await (const alert of all(store, { term: { monitor_id: monitorId } })) found.push(alert);
      return found;
    },
    operations: (change, current, at) => alertOperations(change, current, at),
    async prepare(operations) {
      const indices = [...new Set(operations.map(({ index }) => index))];
      await Promise.all(indices.map((index) => ensureIndex(store, index)));
    },
    note(changes) {
      for (const { open, closed } of changes) {
        if (closed) forget(closed);
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

/** However many there are, a page at a time. */
async function* all(store: Store, query: Document): AsyncGenerator<Alert> {
  let after: readonly unknown[] | undefined;
  do {
    const body = { query, size: pageSize, track_total_hits: false, sort: [{ _id: 'asc' }] };
    const page = parseSearchBody(after ? { ...body, search_after: after } : body);
    const { hits } = await store.search(alertsIndex, page, { ignoreUnavailable: true });
    for (const hit of hits) yield storedAlert(hit);
    after = hits.length < pageSize ? undefined : hits.at(-1)?.sort;
  } while (after);
}

const pageSize = 1000;
