import type { Clock, Instant } from '../base/clock.ts';
import { asText, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, OperationResult, Store } from '../store/store.ts';
import type { AlertBook } from './alert-book.ts';
import { deleted, type Next } from './alert-state.ts';
import { type Cursor, cursorAt, cursorFor, cursorWrite, documentPosition, storedCursor } from './cursor.ts';
import { newId } from './identity.ts';
import { indicesOf, type Monitor, monitorJson, parseMonitor, storedMonitor, withUiMetadata } from './monitor.ts';
import { refusal } from './refusal.ts';
import { configIndex, cursorsIndex, ensureIndex } from './system-index.ts';
import { locked, newWatch, updateWatch, type Watch } from './watch.ts';

/** A compare-and-set on the stored monitor: `if_seq_no` and `if_primary_term`. */
export interface Expected {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** The saved monitors, in memory and in the store. */
export interface MonitorBook {
  readonly watches: ReadonlyMap<string, Watch>;
  /** True when nothing was ever saved here: no event was missed, so that counting may begin at the beginning. */
  readonly fresh: boolean;
  /** Notes that the first monitors are being saved, or all are: one that stops between is fresh still when it goes on. */
  installing(done: boolean): Promise<void>;
  /** Where counting begins for what is created now. */
  position(): Promise<number>;
  create(json: unknown, options?: { readonly id?: string; readonly from?: number }): Promise<Watch>;
  /** Throws 404 for an unknown id, 409 when `expected` is stale. */
  update(id: string, json: unknown, expected?: Expected): Promise<Watch>;
  /** Answers the version that the deletion has. */
  remove(id: string): Promise<number>;
}

export interface MonitorBookPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly alerts: AlertBook;
  /** Told of each change, after it is stored. */
  changed(watch: Watch): void;
  problem(problem: Problem): void;
}

/** No monitor is called so. */
const installingId = '~installing';

/** Reads the saved monitors; one that cannot be read is a problem and stays out. */
export async function openMonitorBook(ports: MonitorBookPorts): Promise<MonitorBook> {
  const { store } = ports;
  const watches = new Map<string, Watch>();
  const cursors = await readCursors(store);
  await ensureIndex(store, configIndex);
  await ensureIndex(store, cursorsIndex);
  await readMonitors(ports, cursors, watches);
  const known = (id: string): Watch => {
    const watch = watches.get(id);
    if (!watch) throw notFound(id);
    return watch;
  };
  return {
    watches,
    fresh: (watches.size === 0 && cursors.size === 0) || cursors.has(installingId),
    async installing(done) {
      const action = done ? 'delete' : 'index';
      await store.write([{ action, index: cursorsIndex, id: installingId, ...(done ? {} : { document: {} }) }]);
    },
    position: () => store.position(),
    create: (json, { id = newId(), from } = {}) => create(json, id, from, watches, ports),
    update: async (id, json, expected) => {
      const watch = known(id);
      return locked(watch, () => update(watch, json, expected, ports));
    },
    remove: async (id) => {
      const watch = known(id);
      return locked(watch, () => remove(watch, watches, ports));
    },
  };
}

async function create(
  json: unknown,
  id: string,
  from: number | undefined,
  watches: Map<string, Watch>,
  { store, clock, alerts, changed }: MonitorBookPorts,
): Promise<Watch> {
  const now = clock.now();
  const monitor = parseMonitor(json, now);
  if (watches.size >= limits.monitorsMax) {
    throw refusal(`This request would create more than the allowed monitors [${limits.monitorsMax}].`);
  }
  if (from === undefined) await checkIndices(store, monitor);
  const cursor = cursorAt(counters(monitor), from ?? (await store.position()));
  const operations = [configWrite(id, monitor), cursorWrite(id, cursor)];
  await alerts.prepare(operations);
  const { version, seqNo } = written((await store.write(operations))[0], id);
  const watch = newWatch({ id, monitor, version, seqNo }, cursor, now);
  watches.set(id, watch);
  changed(watch);
  return watch;
}

async function update(
  watch: Watch,
  json: unknown,
  expected: Expected | undefined,
  { store, clock, alerts, changed }: MonitorBookPorts,
): Promise<Watch> {
  if (watch.removed) throw notFound(watch.id);
  checkExpected(watch, expected);
  const now = clock.now();
  const monitor = updated(parseMonitor(json, now), watch.monitor, json, now);
  await checkIndices(store, monitor);
  const cursor = await updatedCursor(watch, monitor, store);
  const dropped = await droppedAlerts(watch, monitor, alerts);
  const operations: Operation[] = [
    configWrite(watch.id, monitor, { ifSeqNo: watch.seqNo }),
    cursorWrite(watch.id, cursor),
    ...dropped.flatMap((next) => alerts.operations(next, next.closed, now)),
  ];
  await alerts.prepare(operations);
  const { version, seqNo } = written((await store.write(operations))[0], watch.id);
  alerts.note(dropped);
  updateWatch(watch, { id: watch.id, monitor, version, seqNo }, cursor, now);
  changed(watch);
  return watch;
}

async function remove(
  watch: Watch,
  watches: Map<string, Watch>,
  { store, clock, alerts, changed }: MonitorBookPorts,
): Promise<number> {
  const { id } = watch;
  if (watch.removed) throw notFound(id);
  const now = clock.now();
  const closed = (await alerts.ofMonitor(id)).map(deletion);
  const operations: Operation[] = [
    { action: 'delete', index: configIndex, id },
    { action: 'delete', index: cursorsIndex, id },
    ...closed.flatMap((next) => alerts.operations(next, next.closed, now)),
  ];
  await alerts.prepare(operations);
  const { version } = written((await store.write(operations))[0], id);
  alerts.note(closed);
  watch.removed = true;
  watches.delete(id);
  changed(watch);
  return version;
}

function triggerIds(monitor: Monitor): readonly string[] {
  return monitor.triggers.map(({ id }) => id);
}

/** The names under which the monitor's cursor counts. */
function counters(monitor: Monitor): readonly string[] {
  return monitor.documents ? [documentPosition] : triggerIds(monitor);
}

function notFound(id: string): TrailhoundError {
  return refusal(`Monitor with ${id} is not found`, 404);
}

function checkExpected(watch: Watch, expected: Expected | undefined): void {
  if (!expected || (expected.seqNo === watch.seqNo && expected.primaryTerm === 1)) return;
  throw refusal(
    `[${watch.id}]: version conflict, required seqNo [${expected.seqNo}], primary term [${expected.primaryTerm}]. ` +
      `current document has seqNo [${watch.seqNo}] and primary term [1]`,
    409,
  );
}

/** The new version: the phase of a monitor that stays enabled does not move; our settings survive a client that drops them. */
function updated(next: Monitor, before: Monitor, json: unknown, now: Instant): Monitor {
  const enabledTime = !next.enabled ? null : before.enabled ? before.enabledTime : now;
  const kept = own(before.uiMetadata, 'trailhound');
  const given = own(own(json, 'ui_metadata'), 'trailhound');
  const monitor = { ...next, enabledTime, lastUpdateTime: now, schemaVersion: 8 };
  // The mark of the file it came from is not a client's to send back.
  const file = own(kept, 'file');
  const trailhound = isDocument(given) ? { ...(file === undefined ? {} : { file }), ...given } : kept;
  return trailhound === undefined ? monitor : withUiMetadata(monitor, { ...next.uiMetadata, trailhound });
}

/** Counting goes on where it was; from now for a new trigger, another way of counting, or after a pause. */
async function updatedCursor(watch: Watch, monitor: Monitor, store: Store): Promise<Cursor> {
  const position = await store.position();
  const anew = monitor.evaluate !== watch.monitor.evaluate || (monitor.enabled && !watch.monitor.enabled);
  return anew
    ? cursorAt(counters(monitor), position, watch.cursor.opened)
    : cursorFor(watch.cursor, counters(monitor), position);
}

/** Open alerts whose trigger the new version does not have: all of them, where the original forgets some. */
async function droppedAlerts(watch: Watch, monitor: Monitor, alerts: AlertBook): Promise<readonly Next[]> {
  const kept = new Set(triggerIds(monitor));
  if (triggerIds(watch.monitor).every((id) => kept.has(id))) return [];
  return (await alerts.ofMonitor(watch.id)).filter(({ triggerId }) => !kept.has(triggerId)).map(deletion);
}

function deletion(alert: Parameters<typeof deleted>[0]): Next {
  return { reason: 'cleared', open: undefined, closed: deleted(alert) };
}

/** A name that is no pattern must be there, as in the original. */
async function checkIndices(store: Store, monitor: Monitor): Promise<void> {
  const expression = indicesOf(monitor).join(',');
  if (!expression) return;
  try {
    await store.indices(expression);
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.code !== 'index-not-found') throw error;
    const index = asText(error.fields.index ?? expression);
    const cause = `org.opensearch.index.IndexNotFoundException: no such index [${index}]`;
    throw refusal(`Configured indices are not found: [${index}]`, 404, cause);
  }
}

function configWrite(id: string, monitor: Monitor, condition: { readonly ifSeqNo?: number } = {}): Operation {
  const guard = condition.ifSeqNo === undefined ? {} : { ifSeqNo: condition.ifSeqNo, ifPrimaryTerm: 1 };
  return { action: 'index', index: configIndex, id, document: { monitor: monitorJson(monitor) }, ...guard };
}

function written(result: OperationResult | undefined, id: string): { version: number; seqNo: number } {
  if (result && !('error' in result)) return result;
  if (result?.error === 'conflict') throw refusal(`[${id}]: version conflict, ${result.reason}`, 409);
  throw new TrailhoundError('internal', `monitor ${id} could not be stored: ${result?.reason ?? 'no answer'}`);
}

async function readCursors(store: Store): Promise<ReadonlyMap<string, Cursor>> {
  const body = parseSearchBody({ size: limits.resultWindowMax });
  const { hits } = await store.search(cursorsIndex, body, { ignoreUnavailable: true });
  return new Map(hits.map((hit) => [hit.id, storedCursor(hit.source)]));
}

async function readMonitors(
  { store, clock, problem }: MonitorBookPorts,
  cursors: ReadonlyMap<string, Cursor>,
  watches: Map<string, Watch>,
): Promise<void> {
  const body = parseSearchBody({ size: limits.resultWindowMax });
  const { hits } = await store.search(configIndex, body);
  const now = clock.now();
  const position = await store.position();
  for (const { id, version, seqNo, source } of hits) {
    const json = own(source, 'monitor');
    if (json === undefined) continue;
    try {
      const monitor = storedMonitor(json, now);
      const cursor = cursorFor(cursors.get(id) ?? cursorAt([], position), counters(monitor), position);
      watches.set(id, newWatch({ id, monitor, version, seqNo }, cursor, now));
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
      problem({ place: `${configIndex}/${id}`, message: `this monitor cannot run: ${error.message}` });
    }
  }
}
