import { join } from 'node:path';
import { type Alerting, openAlerting } from './alerting/alerting.ts';
import { createServer, type Server } from './api/server.ts';
import { type Clock, systemClock } from './base/clock.ts';
import { isDocument } from './base/document.ts';
import { reasonOf } from './base/errors.ts';
import { limits } from './base/limits.ts';
import { type Log, terminalLog } from './base/log.ts';
import { describeProblem, type Problem } from './base/problem.ts';
import type { Config } from './config/config.ts';
import { readContent, shippedContent } from './config/content.ts';
import { createEventWriter } from './pipeline/event-writer.ts';
import { ingest } from './pipeline/ingest.ts';
import { createJudge } from './pipeline/judge.ts';
import { openLedger } from './pipeline/ledger.ts';
import { addProgress, newProgress, type Progress } from './pipeline/progress.ts';
import { compileRules } from './rules/compile.ts';
import { createEngine, type RuleEngine } from './rules/engine.ts';
import { openSource } from './sources/open-source.ts';
import type { Source } from './sources/source.ts';
import { openEmbedded } from './store/embedded.ts';
import type { Store } from './store/store.ts';

/** Real parts exchanged for others that keep the same contract: in tests and replays. */
export interface Instead {
  readonly clock?: Clock;
  readonly store?: Store;
  readonly log?: Log;
}

/** The program, composed. Nothing runs before `run`, `watch` or `ingestOnce`. */
export interface App {
  readonly store: Store;
  readonly alerting: Alerting;
  readonly server: Server;
  /** Runs the monitors' schedule until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Reads a source until the signal aborts; with `once` until everything in it was read. Answers what was done. */
  ingest(uri: string, options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<Progress>;
  /** The work of all sources together. */
  progress(): Progress;
  /** Everything that was complained about, the newest limits.problemsKeptMax. */
  problems(): readonly Problem[];
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
  const progress = new Map<string, Progress>();

  const store = instead.store ?? (await openEmbedded({ dir: config.data, clock, log }));
  try {
    await installTemplates(store, problems.add);
    const engine = openRules(config, problems.add);
    const alerting = await openAlerting({ store, clock, log });
    await alerting.install(readMonitors(config, problems.add));
    const ledger = await openLedger(store, clock);
    const judge = createJudge({ engine, strict: config.wazuhStrict, drop: new Set(config.drop) });
    const writer = createEventWriter(store);

    const server = await createServer(
      {
        store,
        alerting,
        clock,
        log,
        status: () => status(config, progress, problems.total()),
        problems: problems.kept,
      },
      { consoleDir: join(shippedContent, '..', 'dist', 'console') },
    );

    return {
      store,
      alerting,
      server,
      run: (signal) => alerting.run(signal),
      async ingest(uri, { once, signal }) {
        const own = progress.get(uri) ?? newProgress();
        progress.set(uri, own);
        const problem = (found: Problem): void => {
          own.problems++;
          problems.add(found);
        };
        const source: Source = openSource(uri, { once, ledger, problem, clock, ...awsOptions(config) });
        await ingest({ source, judge, writer, stored: alerting.observe, problem, progress: own, clock }, signal);
        return own;
      },
      progress: () => addProgress([...progress.values()]),
      problems: problems.kept,
      async close() {
        await server.close();
        await alerting.close();
        await store.close();
      },
    };
  } catch (error) {
    if (!instead.store) await store.close();
    throw error;
  }
}

/** The rules as `logtest` and the spine use them; a broken file or rule costs only itself. */
export function openRules(config: Config, problem: (problem: Problem) => void): RuleEngine {
  const shipped = config.shippedRules ? readContent([join(shippedContent, 'rules')], ['.xml']) : undefined;
  const own = readContent(config.rules, ['.xml']);
  const ruleSet = compileRules({ shipped: shipped?.value ?? [], own: own.value });
  for (const found of [...(shipped?.problems ?? []), ...own.problems, ...ruleSet.problems]) problem(found);
  return createEngine(ruleSet.value, { strict: config.wazuhStrict });
}

/** Shipped monitors first, the user's after them: a file of the same name or id wins. */
function readMonitors(
  config: Config,
  problem: (problem: Problem) => void,
): { readonly name: string; readonly json: unknown }[] {
  const folders = [...(config.shippedMonitors ? [join(shippedContent, 'monitors', 'guide')] : []), ...config.monitors];
  const files = readContent(folders, ['.json']);
  for (const found of files.problems) problem(found);
  const monitors = new Map<string, { readonly name: string; readonly json: unknown }>();
  for (const file of files.value) {
    try {
      monitors.set(file.name, { name: file.name, json: JSON.parse(file.text) });
    } catch (error) {
      problem({ place: file.path, message: `is no JSON, so this monitor is left out: ${reasonOf(error)}` });
    }
  }
  return [...monitors.values()];
}

async function installTemplates(store: Store, problem: (problem: Problem) => void): Promise<void> {
  const files = readContent([join(shippedContent, 'templates')], ['.json']);
  for (const found of files.problems) problem(found);
  for (const file of files.value) {
    const body: unknown = JSON.parse(file.text);
    if (isDocument(body)) await store.putTemplate({ name: file.name.replace(/\.json$/, ''), legacy: false, body });
  }
}

function awsOptions({ aws }: Config): { endpointUrl?: string; region?: string } {
  return {
    ...(aws.endpointUrl ? { endpointUrl: aws.endpointUrl } : {}),
    ...(aws.region ? { region: aws.region } : {}),
  };
}

function status(config: Config, progress: ReadonlyMap<string, Progress>, problems: number): unknown {
  return {
    lab: config.lab,
    data: config.data,
    sources: [...progress].map(([name, done]) => ({ name, ...done })),
    problems,
  };
}

/**
 * Keeps the newest problems for the status page. The log hears of each kind once, then at its 10th, 100th, 1,000th time:
 * one odd field in a busy account must not drown everything else.
 */
function keepProblems(log: Log): { add(problem: Problem): void; kept(): readonly Problem[]; total(): number } {
  const kept: Problem[] = [];
  const times = new Map<string, number>();
  let total = 0;
  return {
    add(problem) {
      total++;
      kept.push(problem);
      if (kept.length > limits.problemsKeptMax) kept.shift();
      const kind = `${problem.path ?? ''} ${problem.message}`;
      const seen = (times.get(kind) ?? 0) + 1;
      if (times.size < limits.problemsKeptMax || seen > 1) times.set(kind, seen);
      if (seen === 1) log.warn(describeProblem(problem));
      else if (/^10+$/.test(String(seen))) log.warn(`${describeProblem(problem)} (for the ${seen}th time)`);
    },
    kept: () => kept,
    total: () => total,
  };
}
