import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Alerting } from './alerting/alerting.ts';
import { type Holder, makeLease } from './alerting/lease.ts';
import { looksLikeMonitor, readMonitorContent } from './alerting/monitor-file.ts';
import { openSharedWatching } from './alerting/shared-watching.ts';
import { withMessage } from './alerting/shipped-message.ts';
import { openWatching, type Watching, type WatchingParts } from './alerting/watching.ts';
import type { Server } from './api/server.ts';
import type { AppServices } from './api/services.ts';
import type { SourceStatus, StatusAnswer } from './api/wire.ts';
import { type Clock, type Instant, systemClock } from './base/clock.ts';
import { isDocument } from './base/document.ts';
import { TrailhoundError } from './base/errors.ts';
import { keepProblems } from './base/kept-problems.ts';
import { type Log, terminalLog } from './base/log.ts';
import type { Problem } from './base/problem.ts';
import { parseAge, parseSize } from './config/amount.ts';
import type { Config } from './config/config.ts';
import { readContent, shippedContent } from './config/content.ts';
import { openRuleFolder } from './config/rule-folder.ts';
import { readRuleset } from './config/ruleset.ts';
import { defaultSettings, type Notifications, openNotifications } from './notify/notify.ts';
import { installSharedTemplate } from './pipeline/event-series.ts';
import { createEventWriter, type EventWriter } from './pipeline/event-writer.ts';
import type { Expectation } from './pipeline/expectation.ts';
import { type IndexSeries, plainSeries } from './pipeline/index-name.ts';
import { createJudge } from './pipeline/judge.ts';
import { createLogtestSessions } from './pipeline/logtest-session.ts';
import type { Progress } from './pipeline/progress.ts';
import { createReadings, type Reading, type Readings } from './pipeline/readings.ts';
import { openRuleBook, type RuleBook } from './pipeline/rule-book.ts';
import { openSharedReading } from './pipeline/shared-reading.ts';
import { openPosture, type PostureBook } from './posture/posture-book.ts';
import { openSource } from './sources/open-source.ts';
import type { BackupSummary } from './store/backup.ts';
import { type EmbeddedStore, makeFolder, openEmbedded } from './store/embedded.ts';
import { engineAddress } from './store/opensearch/engine-address.ts';
import { type OpenSearchStore, openOpenSearch } from './store/opensearch/opensearch.ts';
import { openRetention, type Retention } from './store/retention.ts';
import type { Store } from './store/store.ts';

/** Real parts exchanged for others that keep the same contract: in tests and replays. */
export interface Instead {
  readonly clock?: Clock;
  readonly store?: Store;
  readonly log?: Log;
  /** How long a monitor that was woken waits for further documents; limits.markDelayMs unless told. */
  readonly markDelayMs?: number;
}

export interface Facts {
  url?: string;
  lab?: NonNullable<StatusAnswer['lab']>;
}

/** The program, composed. Nothing runs before `run`, `watch` or `ingestOnce`. */
export interface App {
  readonly store: Store;
  readonly alerting: Alerting;
  readonly notifications: Notifications;
  readonly server: Server;
  /** Runs the monitors' schedule, and sends what waits to be sent, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Reads a source until the signal aborts; with `once` until everything in it was read. Answers what was done. */
  ingest(uri: string, options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<Progress>;
  /** What the status page tells beside the sources: whoever starts the server or the lab fills it in. */
  readonly facts: Facts;
  /** The work of all sources together. */
  progress(): Progress;
  /** Everything that was complained about, the newest limits.problemsKeptMax. */
  problems(): readonly Problem[];
  /** Copies the data folder to another one while all goes on. Throws 'bad-request' where the documents live elsewhere. */
  backup(target: string): Promise<BackupSummary>;
  close(): Promise<void>;
}

/**
 * The composition root: reads as a list of the rooms and what joins them. Pipeline and alerting meet in one callback,
 * `alerting.observe`. Throws 'data-folder-in-use' when another process holds the folder.
 */
export async function openApp(config: Config, instead: Instead = {}): Promise<App> {
  const clock = instead.clock ?? systemClock;
  const log = instead.log ?? terminalLog;
  const problems = keepProblems(log);
  const facts: Facts = {};
  const { store, embedded, cluster } = await openStore(config, instead, { clock, log });
  try {
    const series = await installTemplates(store, cluster !== undefined, problems.add);
    const rules = openRules(config, problems.add);
    const self = nameTag(facts);
    const watching = await watch(cluster, self, {
      store,
      clock,
      log,
      files: readMonitors(config, problems.add),
      problem: problems.add,
      ...(instead.markDelayMs === undefined ? {} : { markDelayMs: instead.markDelayMs }),
      openNotifications: (own) => openChannels(config, { store: own, clock, log }, instead.store === undefined),
    });
    const { alerting, notifications } = watching;
    const shared = openSharedReading({ store, clock, self: cluster && self, rules, log, problem: problems.add });
    const posture = await openPosture(store);
    const retention = retaining(config, embedded, { clock, log });
    const spare = spared(config, clock.now(), problems.add);
    const readings = createReadings({
      open: (uri, options) => openSource(uri, { ...options, clock, ...awsOptions(config) }),
      ...shared,
      judge: createJudge({ ...judging(config), ...spare, engine: rules.engine, posture, series }),
      writer: remembering(createEventWriter(store), posture),
      stored: watching.stored,
      problem: problems.add,
      clock,
    });

    const server = lazyServer(config, {
      store: observed(store, alerting),
      ...passing(cluster),
      alerting,
      notifications,
      ruleFiles: rules,
      rules,
      clock,
      log,
      status: () => ({ ...facts, ...statusOf(config, readings, cluster, watching), problems: problems.total() }),
      problems: problems.kept,
    });

    return {
      store,
      alerting,
      notifications,
      server,
      run: async (signal) => void (await Promise.all([watching.run(signal), retention?.run(signal)])),
      facts,
      ingest: readings.read,
      progress: readings.progress,
      problems: problems.kept,
      backup: (target) => backUp(embedded, target),
      async close() {
        await server.close();
        await shared.sharing?.close();
        await watching.close();
        await store.close();
      },
    };
  } catch (error) {
    if (!instead.store) await store.close();
    throw error;
  }
}

/** The server is made, and its code loaded, when somebody listens: reading a source needs none. */
function lazyServer(
  config: Config,
  { rules, ...services }: Omit<AppServices, 'logtest'> & { readonly rules: RuleBook },
): Server {
  const { clock } = services;
  let made: Promise<Server> | undefined;
  const make = async (): Promise<Server> => {
    const { createServer } = await import('./api/server.ts');
    const logtest = createLogtestSessions({ ...judging(config), fresh: rules.fresh, clock });
    return createServer({ ...services, logtest }, { consoleDir: join(shippedContent, '..', 'dist', 'console') });
  };
  return {
    async listen(options) {
      made ??= make();
      return (await made).listen(options);
    },
    async close() {
      // One that could not be made was told to whoever wanted to listen.
      await (await made?.catch(() => undefined))?.close();
    },
  };
}

interface OpenStore {
  readonly store: Store;
  readonly embedded?: EmbeddedStore;
  readonly cluster?: OpenSearchStore;
}

/** Where documents live: in the data folder, in a cluster, or where a test says. */
async function openStore(
  { data, engine, engineCa }: Config,
  instead: Instead,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<OpenStore> {
  if (instead.store) return { store: instead.store };
  if (engine === undefined) {
    const embedded = await openEmbedded({ dir: data, clock, log });
    return { store: embedded, embedded };
  }
  makeFolder(data);
  const password = process.env.TRAILHOUND_ENGINE_PASSWORD;
  const address = engineAddress(engine, { password, caFile: engineCa });
  const cluster = await openOpenSearch({ address, clock });
  return { store: cluster, cluster };
}

/** This start of this process, as others that use the same cluster know it. */
function nameTag(facts: Facts): Holder {
  return {
    id: randomUUID(),
    get name() {
      return `${hostname()}, process ${process.pid}${facts.url === undefined ? '' : ` (${facts.url})`}`;
    },
  };
}

/** In a cluster, which other processes may share, the one that holds the lease runs the monitors. */
function watch(cluster: OpenSearchStore | undefined, holder: Holder, parts: WatchingParts): Promise<Watching> {
  if (!cluster) return openWatching(parts);
  return openSharedWatching({ ...parts, lease: makeLease(cluster, parts.clock, holder), forget: cluster.forget });
}

/** What is asked about documents goes to the cluster as it came, and its answer back. */
function passing(cluster: OpenSearchStore | undefined): Pick<AppServices, 'passOn'> {
  if (!cluster) return {};
  return {
    async passOn({ method, path, body, contentType, signal }) {
      const answer = await cluster.client.sendOnce({ method, path, body, contentType, signal });
      const headers = answer.contentType === undefined ? {} : { 'content-type': answer.contentType };
      return { status: answer.status, body: answer.text === '' ? undefined : answer.text, headers };
    },
  };
}

async function backUp(store: EmbeddedStore | undefined, target: string): Promise<BackupSummary> {
  if (!store) throw new TrailhoundError('bad-request', 'there is no data folder to back up');
  return store.backup(target);
}

function judging({ wazuhStrict, ruleTime }: Config): { strict: boolean; ruleTime: Config['ruleTime'] } {
  return { strict: wazuhStrict, ruleTime };
}

/** The rules as `logtest` and the spine use them, with those put over the API; a broken file or rule costs only itself. */
export function openRules(config: Config, problem: (problem: Problem) => void): RuleBook {
  const shipped = readRuleset(config.shippedRules ? [join(shippedContent, 'rules')] : []);
  const given = readRuleset(config.rules);
  for (const found of [...shipped.problems, ...given.problems]) problem(found);
  return openRuleBook({
    shipped: shipped.rules,
    given: given.rules,
    lists: [...shipped.lists, ...given.lists],
    folder: openRuleFolder(join(config.data, 'rules')),
    strict: config.wazuhStrict,
    problem,
  });
}

/** What the events changed is durable before their file is acknowledged. */
function remembering(writer: EventWriter, posture: PostureBook): EventWriter {
  return {
    async write(events) {
      const outcome = await writer.write(events);
      await posture.save();
      return outcome;
    },
  };
}

/** What the user said to drop, and what is public on purpose. One that has run out is told: it raises alerts again. */
function spared(
  config: Config,
  now: Instant,
  problem: (problem: Problem) => void,
): { readonly drop: ReadonlySet<string>; readonly expected: readonly Expectation[] } {
  const expected = config.expected.map((one) => {
    const name = one.bucket ?? one.api ?? one.function ?? '';
    const expires = Date.parse(one.expires);
    if (expires <= now) {
      problem({
        place: 'configuration',
        path: 'expected',
        message: `"${name}" was expected to be public until ${one.expires}: its alerts are raised again`,
      });
    }
    return { ...one, expires };
  });
  return { drop: new Set(config.drop), expected };
}

const shippedMonitorFolders = ['guide', 'hardened'].map((name) => join(shippedContent, 'monitors', name));

/** Shipped monitors first, the user's after them: a file of the same name or id wins. */
function readMonitors(
  config: Config,
  problem: (problem: Problem) => void,
): { readonly name: string; readonly json: unknown }[] {
  const folders = [...(config.shippedMonitors ? shippedMonitorFolders : []), ...config.monitors];
  const files = readContent(folders, ['.json', '.yaml', '.yml']);
  for (const found of files.problems) problem(found);
  const monitors = new Map<string, { readonly name: string; readonly json: unknown }>();
  for (const file of files.value) {
    // Examples beside monitors: to find by reading them that they are none takes longer than to read all monitors.
    if (/\.cases\.ya?ml$/.test(file.name)) continue;
    const { json, broken } = readMonitorContent(file.text);
    if (broken) {
      const message = `is neither JSON nor YAML, so this monitor is left out: ${broken.message}`;
      problem({ place: file.path, line: broken.line, message });
    } else if (looksLikeMonitor(json) || file.name.endsWith('.json')) {
      monitors.set(file.name, { name: file.name, json: withMessage(json, config.channel) });
    }
  }
  return [...monitors.values()];
}

/** Answers how event indices are called. */
async function installTemplates(
  store: Store,
  shared: boolean,
  problem: (problem: Problem) => void,
): Promise<IndexSeries> {
  const files = readContent([join(shippedContent, 'templates')], ['.json']);
  for (const found of files.problems) problem(found);
  let series = plainSeries;
  for (const file of files.value) {
    const body: unknown = JSON.parse(file.text);
    if (!isDocument(body)) continue;
    if (shared) series = await installSharedTemplate(store, body, problem);
    else await store.putTemplate({ name: file.name.replace(/\.json$/, ''), legacy: false, body });
  }
  return series;
}

function retaining(
  config: Config,
  store: EmbeddedStore | undefined,
  parts: { readonly clock: Clock; readonly log: Log },
): Retention | undefined {
  if (!store) return undefined;
  const policies = config.retention.map(({ index, maxAge, maxSize }) => ({
    index,
    ...(maxAge === undefined ? {} : { maxAgeMs: parseAge(maxAge) }),
    ...(maxSize === undefined ? {} : { maxBytes: parseSize(maxSize) }),
  }));
  return openRetention({ store, policies, ...parts });
}

/** `durable`: the store outlives the process, so the key of the channels' secrets must too. */
function openChannels(
  { data, notifications }: Config,
  parts: { readonly store: Store; readonly clock: Clock; readonly log: Log },
  durable: boolean,
): Promise<Notifications> {
  const { hostAllowList: allow, hostDenyList: deny, allowedConfigTypes, smtp } = notifications;
  const settings = { allow, deny, allowedTypes: allowedConfigTypes ?? defaultSettings.allowedTypes, smtp };
  return openNotifications({ ...parts, settings, ...(durable ? { keyFile: join(data, 'notifications.key') } : {}) });
}

function awsOptions({ aws }: Config): { endpointUrl?: string; region?: string } {
  return {
    ...(aws.endpointUrl ? { endpointUrl: aws.endpointUrl } : {}),
    ...(aws.region ? { region: aws.region } : {}),
  };
}

function statusOf(
  { data }: Config,
  readings: Readings,
  cluster: OpenSearchStore | undefined,
  watching: Watching,
): Pick<StatusAnswer, 'data' | 'sources' | 'cluster'> {
  return { data, sources: readings.all().map(sourceStatus), ...clusterStatus(cluster, watching) };
}

function clusterStatus(cluster: OpenSearchStore | undefined, { holder }: Watching): Pick<StatusAnswer, 'cluster'> {
  return cluster ? { cluster: { url: cluster.client.url, monitors: holder?.() ?? 'this process' } } : {};
}

function sourceStatus({ name, state, message, progress }: Reading): SourceStatus {
  const { files, events, duplicates, problems, skipped } = progress;
  const shown = Object.keys(skipped).length > 0 ? { skipped: { ...skipped } } : {};
  return { name, state, files, events, duplicates, problems, ...shown, ...(message === undefined ? {} : { message }) };
}

/** The store as clients of the API write to it: their documents wake monitors as those of the spine do. */
function observed(store: Store, alerting: Alerting): Store {
  return {
    ...store,
    async write(operations) {
      const results = await store.write(operations);
      const stored = operations.flatMap(({ document: source }, position) => {
        const result = results[position];
        if (!result || 'error' in result || !source || result.index.startsWith('.')) return [];
        return [{ index: result.index, id: result.id, version: result.version, seqNo: result.seqNo, source }];
      });
      if (stored.length > 0) await alerting.observe(stored);
      return results;
    },
  };
}
