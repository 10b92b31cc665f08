import type { DeliveryNote } from '../notify/notifier.ts';
import type { Store } from '../store/store.ts';
import { withAttempt } from './action-run.ts';
import type { ActionMemory, Alert } from './alert.ts';
import type { AlertBook } from './alert-book.ts';
import { actionErrorPrefix, masked, pushed } from './alert-state.ts';
import { locked, type Watch } from './watch.ts';

/**
 * Writes what became of a message into its alert, if that is still open: the try among the action's results, and the state as
 * the original has it. An alert whose message could not be sent is in state ERROR; sent at last, it is ACTIVE again.
 */
export async function noteDelivery(
  note: DeliveryNote,
  watch: Watch | undefined,
  { alerts, store }: { readonly alerts: AlertBook; readonly store: Store },
): Promise<void> {
  if (!watch) return;
  await locked(watch, async () => {
    if (watch.removed) return;
    const current = await alerts.get(note.origin.alertId);
    if (!current) return;
    const open = noted(current, note);
    const change = { reason: 'held' as const, open, closed: undefined };
    await store.write(alerts.operations(change, current, note.attempt.at));
  });
}

/** The alert with the try in it. Pure. */
export function noted(alert: Alert, { origin, attempt, error }: DeliveryNote): Alert {
  const blank: ActionMemory = {
    actionId: origin.actionId,
    lastExecutionTime: attempt.at,
    throttledCount: 0,
    attempts: [],
  };
  const known = alert.actionResults.some(({ actionId }) => actionId === origin.actionId);
  const results = known ? alert.actionResults : [...alert.actionResults, blank];
  const actionResults = results.map((memory) =>
    memory.actionId === origin.actionId ? { ...memory, attempts: withAttempt(memory.attempts, attempt) } : memory,
  );
  const kept = { ...alert, actionResults };
  // As in the original: only a query-level alert tells by its state that its message failed.
  if (alert.state === 'ACKNOWLEDGED' || alert.bucket || alert.findingIds.length > 0) return kept;
  const failedBefore = alert.errorMessage?.startsWith(actionErrorPrefix) === true;
  if (error === null) return failedBefore ? { ...kept, state: 'ACTIVE', errorMessage: null } : kept;
  if (alert.state === 'ERROR' && !failedBefore) return kept;
  const message = masked(`${actionErrorPrefix}${error}`);
  if (message === alert.errorMessage) return kept;
  return {
    ...kept,
    state: 'ERROR',
    errorMessage: message,
    history: pushed(alert.history, { timestamp: attempt.at, message }),
  };
}
