import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Operation, Store } from '../store/store.ts';
import type { Alert } from './alert.ts';
import type { AlertBook } from './alert-book.ts';
import { completed, type Next } from './alert-state.ts';
import { locked, type Watch } from './watch.ts';

/** What became of each alert that somebody acted on; also when nothing succeeded this is an answer, not an error. */
export interface AlertAnswers {
  readonly success: readonly string[];
  readonly failed: readonly Document[];
}

/** Decides about one alert: its next state, or why not. */
type Decide = (alert: Alert | undefined, id: string, at: Instant) => Next | string;

/** ACTIVE alerts become ACKNOWLEDGED: somebody knows. */
export const acknowledged: Decide = (alert, id, at) => {
  if (!alert) return `Alert: ${id} does not exist (it may have already completed).`;
  if (alert.state === 'ACKNOWLEDGED') return 'Alert has already been acknowledged.';
  if (alert.state === 'ERROR') return 'Alert is in an error state and can not be acknowledged.';
  // As in the original an alert of a document, which no run will ever end, goes to the history.
  if (alert.findingIds.length > 0) {
    return {
      reason: 'acknowledged',
      open: undefined,
      closed: { ...alert, state: 'ACKNOWLEDGED', acknowledgedTime: at },
    };
  }
  return { reason: 'acknowledged', open: { ...alert, state: 'ACKNOWLEDGED', acknowledgedTime: at }, closed: undefined };
};

/** Our addition: any open alert is COMPLETED and goes to the history; what arrives later opens a new one. */
export const closed: Decide = (alert, id, at) => {
  if (!alert) return `Alert: ${id} does not exist (it may have already completed).`;
  return { reason: 'cleared', open: undefined, closed: completed(alert, at) };
};

/** Acts on alerts of one monitor, in one write; its runs wait, so that none of them undoes it. */
export function answerAlerts(
  watch: Watch,
  ids: readonly string[],
  decide: Decide,
  { alerts, store, at }: { readonly alerts: AlertBook; readonly store: Store; readonly at: Instant },
): Promise<AlertAnswers> {
  return locked(watch, async () => {
    const failed: Document[] = [];
    const changes: { readonly id: string; readonly next: Next }[] = [];
    const operations: Operation[] = [];
    for (const id of new Set(ids)) {
      const alert = await alerts.get(id);
      const next = decide(alert?.monitorId === watch.id ? alert : undefined, id, at);
      if (typeof next === 'string') {
        failed.push({ [id]: { failed_reason: next } });
      } else {
        changes.push({ id, next });
        operations.push(...alerts.operations(next, alert, at));
      }
    }
    if (operations.length > 0) {
      await alerts.prepare(operations);
      await store.write(operations);
      alerts.note(changes.map(({ next }) => next));
    }
    return { success: changes.map(({ id }) => id), failed };
  });
}
