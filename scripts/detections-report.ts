/**
 * Writes docs/DETECTIONS.md: every alert that the shipped monitors raise on the public data sets of ../shared/data, with what
 * raised it and what to think of it. `node --import tsx scripts/detections-report.ts`. An alert without an explanation fails.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp } from '../src/app.ts';
import { systemClock } from '../src/base/clock.ts';
import { asText, at, type Document, isDocument, own } from '../src/base/document.ts';
import { keptLog } from '../src/base/log.ts';
import { parseConfig } from '../src/config/config.ts';
import { openMemory } from '../src/store/memory.ts';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const shared = resolve(root, '../shared/data');

/** Set, then monitor → what to think of the alert. */
const explanations: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(join(root, 'scripts/detections-explained.json'), 'utf8'),
);

interface Row {
  readonly monitor: string;
  readonly severity: string;
  readonly events: number;
  readonly what: string;
}

if (!existsSync(shared)) throw new Error(`${shared} is not here: the report is made of it`);
const parts: string[] = [];
const missing: string[] = [];
for (const set of [
  'invictus',
  'sans504',
  'stratus',
  'panther',
  'traildiscover',
  'streamalert',
  'real_shapes',
  'eventversions',
]) {
  const { records, rows } = await alertsOf(set);
  parts.push(section(set, records, rows));
}
const text = `# Every alert on public data, explained

Written by \`scripts/detections-report.ts\` from the data sets in \`../shared/data\` (which are others' and not part of this
repository; each is read by itself into an empty store). Severities: 1 highest, 5 lowest. "G" marks the guide's monitors,
which are kept letter for letter; the others are the hardened ones.

${parts.join('\n\n')}
`;
if (missing.length > 0) throw new Error(`no explanation for:\n${missing.join('\n')}`);
writeFileSync(join(root, 'docs/DETECTIONS.md'), text);

function section(set: string, records: number, rows: readonly Row[]): string {
  const head = `## ${set}: ${records} events, ${rows.length} alerts`;
  const said = explanations[set]?._;
  const lines = rows.map(({ monitor, severity, events, what }) => {
    const why = explanations[set]?.[monitor];
    if (why === undefined) missing.push(`${set}: ${monitor} (${what})`);
    return `| ${monitor} | ${severity} | ${events} | ${what} | ${why ?? '?'} |`;
  });
  const table = [
    '| monitor | severity | events | what | what to think of it |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
  return [head, ...(said ? [said] : []), ...(rows.length > 0 ? [table] : [])].join('\n\n');
}

async function alertsOf(set: string): Promise<{ records: number; rows: readonly Row[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-report-'));
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  for (const name of readdirSync(join(shared, set))) {
    const path = join(shared, set, name);
    if (name.endsWith('.jsonl'))
      writeFileSync(
        join(lake, `${name}.json`),
        JSON.stringify({ Records: lines(path).flatMap((line) => recordsIn(line, 0)) }),
      );
    else if (/\.(json|gz)$/.test(name) || statSync(path).isDirectory()) symlinkSync(path, join(lake, name));
  }
  const { value: config } = parseConfig([{ place: 'report', values: { data: join(folder, 'data') } }]);
  const app = await openApp(config, { store: openMemory({ clock: systemClock }), clock: systemClock, log: keptLog() });
  const stop = new AbortController();
  const running = app.run(stop.signal);
  try {
    const read = readdirSync(lake).map((name) => join(lake, name));
    for (const one of read) await app.ingest(resolveLink(one), { once: true, signal: stop.signal });
    await app.alerting.settled();
    const { alerts } = await app.alerting.listAlerts({ size: 10_000 });
    return { records: app.progress().events, rows: merge(alerts.map(row)) };
  } finally {
    stop.abort();
    await running;
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sources do not follow links out of their folder. */
function resolveLink(path: string): string {
  const inside = join(shared, path.split('/').at(-1) ?? '');
  const sets = readdirSync(shared).map((set) => join(shared, set, path.split('/').at(-1) ?? ''));
  return sets.find((one) => !path.endsWith('.jsonl.json') && existsSync(one)) ?? (existsSync(inside) ? inside : path);
}

function row(alert: Document): Row {
  const events = at(alert, 'trailhound.events');
  const list = (Array.isArray(events) ? events : []).filter(isDocument);
  const names = [...new Set(list.map(({ eventName }) => asText(eventName)))].sort();
  const key = at(alert, 'agg_alert_content.bucket.key');
  const grouped = isDocument(key) ? ` (${Object.values(key).map(asText).join(' from ')})` : '';
  return {
    monitor: asText(alert.monitor_name),
    severity: asText(alert.severity),
    events: Number(at(alert, 'trailhound.total') ?? list.length),
    what: `${names.join(', ')}${grouped}`.replaceAll('|', '\\|'),
  };
}

/** In a stable order. */
function merge(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort(
    (a, b) =>
      a.severity.localeCompare(b.severity) || a.monitor.localeCompare(b.monitor) || a.what.localeCompare(b.what),
  );
}

function lines(path: string): readonly unknown[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** A line is a record, or holds records under a name of the set's own. */
function recordsIn(value: unknown, depth: number): readonly Document[] {
  if (depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap((one) => recordsIn(one, depth + 1));
  if (!isDocument(value)) return [];
  const called = typeof own(value, 'eventSource') === 'string' && typeof own(value, 'eventName') === 'string';
  // A catalogue names events too, but tells nothing of a call.
  if (called) return ['eventVersion', 'userIdentity', 'requestParameters'].some((name) => name in value) ? [value] : [];
  return Object.values(value).flatMap((one) => recordsIn(one, depth + 1));
}
