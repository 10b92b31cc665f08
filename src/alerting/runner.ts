import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { withSignals } from '../base/joined-signal.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Operation, Position, SearchResult, Store } from '../store/store.ts';
import type { AlertBook } from './alert-book.ts';
import { prepareBucketRun } from './bucket-run.ts';
import { compileMonitor } from './compiled.ts';
import { cursorStart, cursorWrite } from './cursor.ts';
import { prepareDocumentRun } from './document-run.ts';
import { indexStates, recalled, remember, type Seen } from './memo.ts';
import type { Monitor } from './monitor.ts';
import { type Judged, type Order, type Prepared, prepareQueryRun, type RunPorts, type Subject } from './run.ts';
import type { MonitorType } from './trigger.ts';
import { locked, type Watch } from './watch.ts';

export interface RunnerPorts {
  readonly store: Store;
  readonly alerts: AlertBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier: Notifier;
  /** What alerting was told of (memo.ts). */
  readonly seen: Seen;
  /** See AlertingParts. */
  readonly reached?: (() => Position) | undefined;
}

/** How each kind of monitor runs. */
const kinds: Readonly<Record<MonitorType, typeof prepareQueryRun>> = {
  query_level_monitor: prepareQueryRun,
  bucket_level_monitor: prepareBucketRun,
  doc_level_monitor: prepareDocumentRun,
};

/**
 * Runs a saved monitor and stores what it led to, in one write: alerts, history and cursor are there together or not at all.
 * Answers the run's result. Throws when the store does, and when `signal` aborts before it stores anything: a search that was cut
 * off says nothing about the events.
 */
export async function runWatch(
  watch: Watch,
  order: Order,
  given: RunnerPorts,
  signal?: AbortSignal,
): Promise<Document> {
  const ports = { ...given, store: askedFor(given.store, order, signal) };
  const { alerts, clock } = ports;
  const prepare = (): Promise<Prepared> => prepareRun(watch, order, ports);
  const version = watch.version;
  const cursor = watch.cursor;
  const prepared = await prepare();
  signal?.throwIfAborted();
  return locked(watch, async () => {
    // Updated, or counted by another run, while the search ran: what was fetched answers an older question.
    const stale = watch.version !== version || watch.cursor !== cursor;
    const run = stale ? await prepare() : prepared;
    signal?.throwIfAborted();
    const judged = await run.judge((triggerId) => alerts.open(watch.id, triggerId));
    signal?.throwIfAborted();
    if (!order.dryRun && !watch.removed) await commit(watch, judged, run.at, ports);
    watch.lastExecution = clock.now();
    return judged.result;
  });
}

/** Searches of a run that nobody asked for let those go first that somebody waits for. */
function askedFor(store: Store, { kind }: Order, signal: AbortSignal | undefined): Store {
  const background = kind !== 'asked';
  return {
    ...store,
    search(expression, body, options = {}) {
      const search = (either: AbortSignal): Promise<SearchResult> =>
        store.search(expression, body, { ...options, background, signal: either });
      return withSignals([options.signal, signal], search);
    },
  };
}

/** Asks the monitor's question, unless the last answer is still right. */
async function prepareRun(watch: Watch, order: Order, ports: RunnerPorts): Promise<Prepared> {
  const { store, seen } = ports;
  const known = await recalled(watch, order, store, seen);
  const upTo = await endOf(watch, order, ports);
  if (known) return prepareQueryRun(watch, order, upTo, portsOf(ports), known);
  watch.memo = undefined;
  watch.woken = false;
  const states = await indexStates(watch, store, seen);
  const prepared = await kinds[watch.monitor.type](watch, order, upTo, portsOf(ports));
  if (states && prepared.fetched && !order.dryRun) remember(watch, prepared.fetched, states);
  return prepared;
}

/** How far the run counts: never back behind what was counted. */
async function endOf({ cursor }: Watch, { kind }: Order, { store, reached }: RunnerPorts): Promise<Position> {
  if (!reached || kind === 'asked') return store.position();
  return Math.max(reached(), ...cursor.positions.values());
}

/** Runs a monitor that is not saved: it has no alerts and leaves nothing behind. */
export async function runUnsaved(monitor: Monitor, order: Order, ports: RunnerPorts): Promise<Document> {
  const subject: Subject = { id: '', version: -1, monitor, compiled: compileMonitor(monitor), cursor: undefined };
  const run = await kinds[monitor.type](subject, order, await ports.store.position(), portsOf(ports));
  return (await run.judge(async () => [])).result;
}

function portsOf({ store, clock, notifier }: RunnerPorts): RunPorts {
  return { search: store.search, indices: store.indices, clock, notifier };
}

async function commit(watch: Watch, judged: Judged, at: number, { store, alerts, log }: RunnerPorts): Promise<void> {
  const changes = judged.changes.flatMap(({ next, current, writes = 1 }) =>
    Array(writes)
      .fill(alerts.operations(next, current, at))
      .flat(),
  );
  const { cursor } = judged;
  if (!cursor) return;
  const far = cursorStart(cursor) - cursorStart(watch.storedCursor) >= limits.cursorLagMax;
  if (changes.length === 0 && judged.operations.length === 0 && !far) {
    // Nothing matched: counting this stretch again after a crash gives nothing again, so it is stored only when it is long.
    watch.cursor = cursor;
    return;
  }
  const operations: readonly Operation[] = [...judged.operations, ...changes, cursorWrite(watch.id, cursor)];
  await alerts.prepare(operations);
  const results = await store.write(operations);
  const refused = results.find((result) => 'error' in result);
  if (refused && 'error' in refused) {
    log.error(`monitor ${watch.monitor.name}: its alert could not be stored: ${refused.reason}`);
    return;
  }
  watch.cursor = cursor;
  watch.storedCursor = cursor;
  alerts.note(judged.changes.map(({ next }) => next));
}

/** Stores how far monitors have counted where that is not stored: the next start need not look at it again. */
export async function storeCursors(
  watches: Iterable<Watch>,
  { store, log }: Pick<RunnerPorts, 'store' | 'log'>,
): Promise<void> {
  const ahead = [...watches].filter(({ removed, cursor, storedCursor }) => !removed && cursor !== storedCursor);
  if (ahead.length === 0) return;
  try {
    await store.write(ahead.map(({ id, cursor }) => cursorWrite(id, cursor)));
    for (const watch of ahead) watch.storedCursor = watch.cursor;
  } catch (error) {
    log.warn(`how far monitors have counted could not be stored, so the next start looks again: ${reasonOf(error)}`);
  }
}
