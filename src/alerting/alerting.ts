import type { Clock, Instant } from '../base/clock.ts';
import { at, type Document } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { describeProblem, type Problem } from '../base/problem.ts';
import { noChannels } from '../notify/no-channels.ts';
import type { DeliveryNote, Notifier } from '../notify/notifier.ts';
import type { Position, SearchResult, Store, StoredDocument } from '../store/store.ts';
import { type AlertAnswers, acknowledged, answerAlerts, closed } from './alert-answer.ts';
import { openAlertBook } from './alert-book.ts';
import { type AlertQuery, listAlerts } from './alert-list.ts';
import { type Comments, openComments } from './comment.ts';
import { cursorStart } from './cursor.ts';
import { noteDelivery } from './delivery-note.ts';
import { type Detection, detectionOf } from './detection.ts';
import { type FindingAnswer, type FindingQuery, listFindings } from './finding-list.ts';
import { installMonitors, type MonitorFile } from './install.ts';
import { indicesOf, monitorJson, parseMonitor } from './monitor.ts';
import { type Expected, type MonitorBook, openMonitorBook } from './monitor-book.ts';
import { searchMonitors } from './monitor-search.ts';
import { createPercolator, type Percolator } from './percolator.ts';
import { refusal } from './refusal.ts';
import { type RunnerPorts, runUnsaved, runWatch, storeCursors } from './runner.ts';
import { createScheduler, periodOf, type Scheduler } from './scheduler.ts';
import { monitorWarnings, refuseWarnings, type Warning } from './warnings.ts';
import type { Watch } from './watch.ts';

/** A saved monitor as the API answers it. */
export interface SavedMonitor {
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  readonly monitor: Document;
}

/** A monitor that was just saved, with what may be wrong with it. */
export interface WrittenMonitor extends SavedMonitor {
  readonly warnings: readonly Warning[];
}

export interface ExecuteOptions {
  readonly dryRun?: boolean;
  /** The end of the run's period; now, when left out. */
  readonly periodEnd?: Instant;
}

export interface AlertingStats {
  readonly monitors: number;
  readonly enabled: number;
  readonly runs: number;
  readonly failures: number;
  readonly marked: number;
  /** Monitor id → when it last ran. */
  readonly lastExecutions: ReadonlyMap<string, Instant>;
}

/**
 * Monitors to alerts. Refusals are TrailhoundErrors with the words and statuses of OpenSearch's Alerting plugin.
 * What a method answered is durable.
 */
export interface Alerting {
  /** `strict` refuses what would only be warned of. */
  createMonitor(json: unknown, options?: { readonly strict?: boolean }): Promise<WrittenMonitor>;
  /** Without `expected` the last write wins; with it a stale one is 409. */
  updateMonitor(
    id: string,
    json: unknown,
    expected?: Expected,
    options?: { readonly strict?: boolean },
  ): Promise<WrittenMonitor>;
  /** What may be wrong with a monitor that is not saved; throws as saving it would. */
  lint(json: unknown): Promise<readonly Warning[]>;
  getMonitor(id: string): SavedMonitor | undefined;
  /** Its open alerts become DELETED. Answers the version of the deletion. */
  deleteMonitor(id: string): Promise<number>;
  /** `index`: `.opendistro-alerting-config` (the default) or `.opendistro-alerting-alert*`. */
  searchMonitors(body: unknown, index?: string): Promise<SearchResult>;
  /** Runs a saved monitor now, by the code that its schedule runs; answers the body of `_execute`. */
  execute(id: string, options?: ExecuteOptions): Promise<Document>;
  /** Runs a monitor that is not saved: counts everything its query finds and stores nothing. */
  executeUnsaved(json: unknown, options?: ExecuteOptions): Promise<Document>;
  listAlerts(query: AlertQuery): Promise<{ readonly alerts: readonly Document[]; readonly totalAlerts: number }>;
  listFindings(query: FindingQuery): Promise<FindingAnswer>;
  readonly comments: Comments;
  acknowledge(monitorId: string, alertIds: readonly string[]): Promise<AlertAnswers>;
  /** Ends open alerts, whatever their state. */
  closeAlerts(monitorId: string, alertIds: readonly string[]): Promise<AlertAnswers>;
  /** Saves monitor files under ids made of their names; `problem` is told of a broken one (else the log is). */
  install(files: readonly MonitorFile[], problem?: (problem: Problem) => void): Promise<void>;
  /** Tells of documents that are durably stored: monitors whose query one of them matches run soon. Never throws. */
  observe(documents: readonly StoredDocument[]): Promise<void>;
  /** All monitors that are run by new documents run soon: somebody could not look which ones match. */
  wake(): void;
  /** Index expressions that such monitors read. */
  watched(): readonly string[];
  /** How far each monitor that runs has counted. */
  counted(): readonly { readonly name: string; readonly position: Position }[];
  /** What became of a message after its run was over: kept with the alert it is about. */
  noteDelivery(note: DeliveryNote): Promise<void>;
  /** Runs the schedule and what is marked until the signal aborts, once the store is ready. Runs under way are given up then. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing is marked and nothing runs; what is marked runs without waiting for its time. */
  settled(): Promise<void>;
  stats(): AlertingStats;
  /** How long it took from event to alert. */
  detection(): Promise<Detection>;
  /** Alerts there are, open and ended. */
  alertCount(): Promise<number>;
  /** Waits for runs that are under way, and stores how far they counted. The store is not closed. */
  close(): Promise<void>;
}

export interface AlertingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Where messages go; without one no channel is known. */
  readonly notifier?: Notifier;
  /** How long a marked run waits for further documents; limits.markDelayMs unless told. */
  readonly markDelayMs?: number;
  /** How many times its last run's duration a marked monitor rests; limits.markRestFactor unless told. */
  readonly markRestFactor?: number;
  /**
   * Up to where somebody else looked at what arrived, where to look takes long: runs that nobody asked for count up to there.
   * Without it each run looks by itself.
   */
  readonly reached?: () => Position;
}

/** Opens the room on a store: what was counted before goes on, and what arrived since then is looked at at once. */
export async function openAlerting(parts: AlertingParts): Promise<Alerting> {
  const { store, clock, log, reached, notifier = noChannels } = parts;
  const problem = (found: Problem): void => log.warn(describeProblem(found));
  const alerts = await openAlertBook(store);
  const percolator = createPercolator();
  const seen = new Map<string, number>();
  const ports: RunnerPorts = { store, alerts, clock, log, notifier, seen, reached };
  const scheduler: Scheduler = createScheduler({
    ...parts,
    watches: () => book.watches.values(),
    execute: (watch, order, signal) => runWatch(watch, order, ports, signal),
  });
  const changed = (watch: Watch): void => {
    register(percolator, watch);
    scheduler.wake();
  };
  const book: MonitorBook = await openMonitorBook({ store, clock, alerts, changed, problem });
  await markBehind(book, percolator, scheduler, store);

  const lint = (json: unknown, before: Watch | undefined): Promise<readonly Warning[]> =>
    warningsOf(json, before, { store, clock });
  const watchOf = (id: string): Watch => {
    const watch = book.watches.get(id);
    if (!watch) throw refusal(`Can't find monitor with id: ${id}`, 404);
    return watch;
  };
  const answer = (monitorId: string, ids: readonly string[], decide: typeof closed): Promise<AlertAnswers> => {
    const watch = book.watches.get(monitorId);
    // The original never answers here, nor to any later acknowledge.
    if (!watch) throw refusal(`Monitor with ${monitorId} is not found`, 404);
    return answerAlerts(watch, ids, decide, { alerts, store, at: clock.now() });
  };
  return {
    ...writers(book, lint),
    lint: (json) => lint(json, undefined),
    getMonitor(id) {
      const watch = book.watches.get(id);
      return watch && saved(watch);
    },
    deleteMonitor: (id) => book.remove(id),
    searchMonitors: (body, index) => searchMonitors(store, body, index),
    execute: async (id, { dryRun = false, periodEnd } = {}) => {
      const watch = watchOf(id);
      return runWatch(watch, { kind: 'asked', period: periodOf(watch, periodEnd ?? clock.now()), dryRun }, ports);
    },
    executeUnsaved: async (json, { dryRun = false, periodEnd } = {}) => {
      const monitor = parseMonitor(json, clock.now());
      const period = periodOf({ monitor }, periodEnd ?? clock.now());
      return runUnsaved(monitor, { kind: 'asked', period, dryRun }, ports);
    },
    listAlerts: (query) => listAlerts(store, query),
    listFindings: (query) => listFindings(store, query),
    comments: openComments(store),
    acknowledge: async (monitorId, ids) => answer(monitorId, ids, acknowledged),
    closeAlerts: async (monitorId, ids) => answer(monitorId, ids, closed),
    install: (files, told = problem) => installMonitors(book, files, told),
    observe: (documents) => observe(documents, { store, clock, log, book, percolator, scheduler, seen }),
    wake: () => wakeAll(book, scheduler),
    watched: () => [...new Set([...book.watches.values()].filter(isLive).flatMap(({ monitor }) => indicesOf(monitor)))],
    counted: () => countedOf(book),
    noteDelivery: (note) => noteDelivery(note, book.watches.get(note.origin.monitorId), { alerts, store }),
    run: (signal) => store.ready(signal).then(() => scheduler.run(signal)),
    settled: () => scheduler.settled(),
    stats: () => statsOf(book, scheduler),
    detection: () => detectionOf(store),
    alertCount: () => alerts.count(),
    close: () => scheduler.idle().then(() => storeCursors(book.watches.values(), ports)),
  };
}

type Lint = (json: unknown, before: Watch | undefined) => Promise<readonly Warning[]>;

function writers(book: MonitorBook, lint: Lint): Pick<Alerting, 'createMonitor' | 'updateMonitor'> {
  return {
    async createMonitor(json, { strict = false } = {}) {
      const warnings = await lint(json, undefined);
      if (strict) refuseWarnings(warnings);
      return { ...saved(await book.create(json)), warnings };
    },
    async updateMonitor(id, json, expected, { strict = false } = {}) {
      const watch = book.watches.get(id);
      const warnings = watch ? await lint(json, watch) : [];
      if (strict) refuseWarnings(warnings);
      return { ...saved(await book.update(id, json, expected)), warnings };
    },
  };
}

/** `before`: the saved monitor whose settings a client may have left out. */
async function warningsOf(
  json: unknown,
  before: Watch | undefined,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<readonly Warning[]> {
  const now = clock.now();
  const parsed = parseMonitor(json, now);
  const kept = before && !at(parsed.uiMetadata, 'trailhound') ? { evaluate: before.monitor.evaluate } : {};
  const monitor = { ...parsed, ...kept };
  const indices = await store.indices(indicesOf(monitor).join(','), { ignoreUnavailable: true }).catch(() => []);
  return monitorWarnings(monitor, indices, now);
}

function saved({ id, version, seqNo, monitor }: Watch): SavedMonitor {
  return { id, version, seqNo, monitor: monitorJson(monitor) };
}

/** New documents may wake it. */
function isLive({ removed, monitor }: Watch): boolean {
  return !removed && monitor.enabled && monitor.live && indicesOf(monitor).length > 0;
}

function wake(watch: Watch, scheduler: Scheduler): void {
  watch.woken = true;
  scheduler.mark(watch);
}

function wakeAll(book: MonitorBook, scheduler: Scheduler): void {
  for (const watch of book.watches.values()) if (isLive(watch)) wake(watch, scheduler);
}

function register(percolator: Percolator, watch: Watch): void {
  const { monitor, compiled } = watch;
  const indices = indicesOf(monitor);
  if (!isLive(watch)) {
    percolator.remove(watch.id);
    return;
  }
  percolator.put({
    id: watch.id,
    indices,
    query: (at) => compiled.wakes(periodOf({ monitor }, at)),
    timed: compiled.timed,
  });
}

/** After a stop or a crash: monitors that count arrivals run at once for what arrived and was not counted. */
async function markBehind(
  book: MonitorBook,
  percolator: Percolator,
  scheduler: Scheduler,
  store: Store,
): Promise<void> {
  const position = await store.position();
  for (const watch of book.watches.values()) {
    register(percolator, watch);
    const { evaluate, documents } = watch.monitor;
    const counts = evaluate === 'arrived' || documents !== undefined;
    if (counts && cursorStart(watch.cursor) < position) scheduler.mark(watch);
  }
}

interface ObservePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly book: MonitorBook;
  readonly percolator: Percolator;
  readonly scheduler: Scheduler;
  readonly seen: Map<string, number>;
}

async function observe(documents: readonly StoredDocument[], ports: ObservePorts): Promise<void> {
  const { store, clock, log, book, percolator, scheduler, seen } = ports;
  const byIndex = new Map<string, StoredDocument[]>();
  for (const document of documents) {
    const batch = byIndex.get(document.index);
    if (batch) batch.push(document);
    else byIndex.set(document.index, [document]);
  }
  for (const [index, batch] of byIndex) {
    try {
      const [info] = await store.indices(index, { ignoreUnavailable: true, counts: false });
      if (!info) continue;
      const percolated = { name: info.name, aliases: Object.keys(info.aliases), mapping: info.mapping };
      for (const id of percolator.percolate(percolated, batch, clock.now())) {
        const watch = book.watches.get(id);
        if (watch) wake(watch, scheduler);
      }
      seen.set(index, (seen.get(index) ?? 0) + batch.length);
    } catch (error) {
      // Rather a run too many than an alert too late.
      log.error(`looking for monitors of new documents in ${index}: ${reasonOf(error)}; all are run`);
      for (const watch of book.watches.values()) wake(watch, scheduler);
    }
  }
}

function countedOf(book: MonitorBook): ReturnType<Alerting['counted']> {
  const running = [...book.watches.values()].filter(({ removed, monitor }) => !removed && monitor.enabled);
  return running.map(({ monitor, cursor }) => ({ name: monitor.name, position: cursorStart(cursor) }));
}

function statsOf(book: MonitorBook, scheduler: Scheduler): AlertingStats {
  const watches = [...book.watches.values()];
  return {
    monitors: watches.length,
    enabled: watches.filter(({ monitor }) => monitor.enabled).length,
    runs: scheduler.counts.runs,
    failures: scheduler.counts.failures,
    marked: watches.filter(({ markedAt }) => markedAt !== undefined).length,
    lastExecutions: new Map(
      watches.flatMap(({ id, lastExecution }) => (lastExecution === undefined ? [] : [[id, lastExecution] as const])),
    ),
  };
}
