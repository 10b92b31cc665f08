import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type App, openApp } from '../app.ts';
import { systemClock } from '../base/clock.ts';
import { at, type Document, isDocument, own } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openMemory } from '../store/memory.ts';
import { type CaseFile, idOfRecord } from './case-file.ts';

/** What came of a case; `why` when it is not as it must be. */
export interface CaseOutcome {
  readonly file: string;
  readonly detection: string;
  readonly name: string;
  readonly fires: boolean;
  readonly passed: boolean;
  readonly why?: string;
}

/** Event id → the monitors whose alerts hold it, by name, and the rule that stands in its document. */
export interface Seen {
  readonly monitors: ReadonlyMap<string, ReadonlySet<string>>;
  readonly rules: ReadonlyMap<string, string>;
}

/**
 * Runs the cases of one file through the whole chain: a file of records, the rules, the store, the monitors, their alerts.
 * `nameOf` gives the monitor's name for a detection; undefined for rules.
 */
export async function runCases(
  file: CaseFile,
  config: Config,
  nameOf: (detection: string) => string | undefined,
): Promise<readonly CaseOutcome[]> {
  const seen = await runChain(
    file.cases.flatMap(({ records }) => records),
    config,
  );
  const monitor = nameOf(file.detection);
  return file.cases.map(({ name, fires, records }) => {
    const missed = records.filter((record) => {
      const id = idOfRecord(record);
      const woke = monitor === undefined ? seen.rules.get(id) === file.detection : seen.monitors.get(id)?.has(monitor);
      return (woke ?? false) !== fires;
    });
    const outcome = { file: file.path, detection: file.detection, name, fires };
    if (missed.length === 0) return { ...outcome, passed: true };
    const others = [...(seen.monitors.get(idOfRecord(missed[0] ?? {})) ?? [])];
    const instead = others.length > 0 ? `; woken: ${others.join(', ')}` : '';
    return {
      ...outcome,
      passed: false,
      why: `${fires ? 'did not fire' : 'fired'} on ${missed.length} of ${records.length}${instead}`,
    };
  });
}

/** The records as files in a lake, read once by the real program with a store that ends with it. */
export async function runChain(records: readonly Document[], config: Config): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-cases-'));
  try {
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    writeLake(lake, records);
    // A data folder of its own: rules that a user put over the API are not what is tried here.
    return await readLake(lake, { ...config, data: join(folder, 'data') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeLake(lake: string, records: readonly Document[]): void {
  const trail = records.filter((record) => 'eventSource' in record);
  const lines = records.filter((record) => !('eventSource' in record));
  if (trail.length > 0) writeFileSync(join(lake, 'records.json.gz'), gzipSync(JSON.stringify({ Records: trail })));
  if (lines.length > 0)
    writeFileSync(join(lake, 'access-log.json'), lines.map((line) => JSON.stringify(line)).join('\n'));
}

/** Reads a folder to its end and tells which monitors and rules saw what. */
export async function readLake(lake: string, config: Config): Promise<Seen> {
  const clock = systemClock;
  const store = openMemory({ clock });
  const app = await openApp(config, { store, clock, log: keptLog() });
  const stop = new AbortController();
  const running = app.run(stop.signal);
  try {
    await app.ingest(lake, { once: true, signal: stop.signal });
    await app.alerting.settled();
    return { monitors: await alertsByEvent(app), rules: await rulesByEvent(app) };
  } finally {
    stop.abort();
    await running;
    await app.close();
  }
}

async function alertsByEvent(app: App): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (let startIndex = 0; ; startIndex += alertsPerPage) {
    const { alerts, totalAlerts } = await app.alerting.listAlerts({ size: alertsPerPage, startIndex });
    for (const alert of alerts) {
      const events = at(alert, 'trailhound.events');
      for (const event of Array.isArray(events) ? events : []) {
        const id = String(own(event, '_id'));
        found.set(id, (found.get(id) ?? new Set()).add(String(alert.monitor_name)));
      }
    }
    if (startIndex + alertsPerPage >= totalAlerts) return found;
  }
}

const alertsPerPage = 1000;

async function rulesByEvent(app: App): Promise<ReadonlyMap<string, string>> {
  const body = { size: 10_000, query: { match_all: {} }, _source: ['rule.id'] };
  const { hits } = await app.store.search('wazuh-*', parseSearchBody(body), { ignoreUnavailable: true });
  return new Map(
    hits.flatMap(({ id, source }) => {
      const rule = isDocument(source) ? at(source, 'rule.id') : undefined;
      return rule === undefined ? [] : [[id, String(rule)] as const];
    }),
  );
}
