import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Log } from '../base/log.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Operation, Store } from '../store/store.ts';
import type { Alert } from './alert.ts';
import type { AlertBook } from './alert-book.ts';
import { compileMonitor } from './compiled.ts';
import { cursorWrite } from './cursor.ts';
import type { Monitor } from './monitor.ts';
import { fetchRun, type Judged, judgeRun, type Order, type Subject } from './run.ts';
import { locked, type Watch } from './watch.ts';

export interface RunnerPorts {
  readonly store: Store;
  readonly alerts: AlertBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier: Notifier;
}

/**
 * Runs a saved monitor and stores what it led to, in one write: alerts, history and cursor are there together or not at all.
 * Answers the run's result. Throws when the store does.
 */
export async function runWatch(watch: Watch, order: Order, ports: RunnerPorts): Promise<Document> {
  const { store, alerts, clock, notifier } = ports;
  const subject = (): Subject => watch;
  const inputPorts = { search: store.search.bind(store), clock, notifier };
  const version = watch.version;
  const cursor = watch.cursor;
  const fetched = await fetchRun(subject(), order, await store.position(), inputPorts);
  return locked(watch, async () => {
    // Updated, or counted by another run, while the search ran: what was fetched answers an older question.
    const stale = watch.version !== version || watch.cursor !== cursor;
    const answers = stale ? await fetchRun(subject(), order, await store.position(), inputPorts) : fetched;
    const before = new Map<string, Alert | undefined>();
    const openAlert = async (triggerId: string): Promise<Alert | undefined> => {
      const current = await alerts.open(watch.id, triggerId);
      before.set(triggerId, current);
      return current;
    };
    const judged = await judgeRun(subject(), order, answers, openAlert, inputPorts);
    if (!order.dryRun && !watch.removed) await commit(watch, judged, before, answers.at, ports);
    watch.lastExecution = clock.now();
    return judged.result;
  });
}

/** Runs a monitor that is not saved: it has no alerts and leaves nothing behind. */
export async function runUnsaved(monitor: Monitor, order: Order, ports: RunnerPorts): Promise<Document> {
  const { store, clock, notifier } = ports;
  const inputPorts = { search: store.search.bind(store), clock, notifier };
  const subject: Subject = { id: '', version: -1, monitor, compiled: compileMonitor(monitor), cursor: undefined };
  const fetched = await fetchRun(subject, order, await store.position(), inputPorts);
  return (await judgeRun(subject, order, fetched, async () => undefined, inputPorts)).result;
}

async function commit(
  watch: Watch,
  judged: Judged,
  before: ReadonlyMap<string, Alert | undefined>,
  at: number,
  { store, alerts, log }: RunnerPorts,
): Promise<void> {
  const changes = [...judged.next].flatMap(([triggerId, next]) => alerts.operations(next, before.get(triggerId), at));
  const { cursor } = judged;
  if (!cursor) return;
  if (changes.length === 0) {
    // Nothing matched: counting this stretch again after a crash gives nothing again, so it need not be stored.
    watch.cursor = cursor;
    return;
  }
  const operations: readonly Operation[] = [...changes, cursorWrite(watch.id, cursor)];
  await alerts.prepare(operations);
  const results = await store.write(operations);
  const refused = results.find((result) => 'error' in result);
  if (refused && 'error' in refused) {
    log.error(`monitor ${watch.monitor.name}: its alert could not be stored: ${refused.reason}`);
    return;
  }
  watch.cursor = cursor;
  alerts.note(judged.next.values());
}
