import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alerting, openAlerting } from '../src/alerting/alerting.ts';
import { elapsedMs, systemClock } from '../src/base/clock.ts';
import type { Document } from '../src/base/document.ts';
import { keptLog } from '../src/base/log.ts';
import { openEmbedded } from '../src/store/embedded.ts';
import type { Store, StoredDocument } from '../src/store/store.ts';
import { cpuSeconds } from './measure.ts';

/**
 * `npx tsx bench/monitors.ts [EVENTS] [MONITORS] [SECONDS]`: what monitors cost. Each figure stands beside that of the same
 * work without monitors, in CPU time of the process.
 */

const events = Number(process.argv[2] ?? 200_000);
const monitors = Number(process.argv[3] ?? 1000);
const seconds = Number(process.argv[4] ?? 125);
const index = 'wazuh-alerts-4.x-2026.03.01';
const burstSeconds = 5;
let number = 0;

await withStore(async (store) => {
  await fill(store, events);
  print('events stored', events.toLocaleString('en'));

  const quiet = await arriving(store, undefined);
  await withAlerting(store, async (alerting) => {
    await createMonitors(alerting, monitors);
    const spent = await arriving(store, alerting);
    print(`100 events/s for ${seconds} s, alone`, `${share(quiet)} of a core`);
    print(`… and ${monitors} monitors at 1 minute`, `${share(spent)} of a core, ${alerting.stats().runs} runs`);
    print('the monitors', `${share(spent - quiet)} of a core (goal: < 20 %)`);
  });
});

await withStore(async (store) => {
  const plain = await burst(store, undefined);
  await withAlerting(store, async (alerting) => {
    await alerting.createMonitor(monitorJson('everything', { match_all: {} }, 'arrived'));
    const spent = await burst(store, alerting);
    const costs = ((spent - plain) / burstSeconds) * 100;
    print('20,000 events/s written', `${plain.toFixed(2)} s CPU for ${burstSeconds} s of events`);
    print(
      '… and a match-all monitor',
      `${costs.toFixed(1)} % of a core more, ${alerting.stats().runs} runs (goal: < 5 %)`,
    );
  });
});

await withStore(async (store) => {
  await fill(store, 10_000);
  await withAlerting(store, async (alerting) => {
    const sources = [{ key: { terms: { field: 'data.aws.requestParameters.key.keyword' } } }];
    const { id } = await alerting.createMonitor({
      ...monitorJson('a bucket each', { match_all: {} }, 'opensearch'),
      monitor_type: 'bucket_level_monitor',
      inputs: [
        { search: { indices: [index], query: { size: 0, aggs: { by: { composite: { size: 1000, sources } } } } } },
      ],
      triggers: [
        {
          bucket_level_trigger: {
            name: 't',
            severity: '1',
            condition: { parent_bucket_path: 'by', buckets_path: { n: '_count' }, script: { source: 'params.n > 0' } },
            actions: [],
          },
        },
      ],
    });
    const run = both();
    await alerting.execute(id);
    print('10,000 buckets to 10,000 alerts', run());
    const list = both();
    const { alerts, totalAlerts } = await alerting.listAlerts({ size: 1000, alertState: 'ACTIVE' });
    print(`list 1,000 of ${totalAlerts} open alerts`, `${list()} (goal: < 200 ms)`);
    const acknowledge = both();
    await alerting.acknowledge(
      id,
      alerts.map((alert) => String(alert.id)),
    );
    print('acknowledge 1,000 of them', acknowledge());
    const one = both();
    const { alerts: next } = await alerting.listAlerts({ size: 1, alertState: 'ACTIVE' });
    await alerting.acknowledge(id, [String(next[0]?.id)]);
    print('list and acknowledge one', `${one()} (goal: < 200 ms)`);
  });
});

function monitorJson(name: string, query: Document, evaluate: string): Document {
  return {
    name,
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { size: 0, query } } }],
    triggers: [
      {
        name: 't',
        severity: '1',
        condition: { script: { source: 'ctx.results[0].hits.total.value > 0' } },
        actions: [],
      },
    ],
    ui_metadata: { trailhound: { evaluate } },
  };
}

/** A half counts what arrived, a quarter everything, a quarter its period. */
async function createMonitors(alerting: Alerting, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const term = { term: { 'data.aws.eventName.keyword': `Call${at}` } };
    const source = { term: { 'data.aws.eventSource.keyword': 's3.amazonaws.com' } };
    const period = { range: { timestamp: { gte: '{{period_start}}', lt: '{{period_end}}', format: 'epoch_millis' } } };
    const filter = at % 4 === 3 ? [term, source, period] : [term, source];
    await alerting.createMonitor(monitorJson(`m${at}`, { bool: { filter } }, at % 2 ? 'opensearch' : 'arrived'));
  }
}

/** CPU seconds of a while in which 100 events a second arrive. */
async function arriving(store: Store, alerting: Alerting | undefined): Promise<number> {
  const used = cpuSeconds();
  for (let second = 0; second < seconds; second++) {
    const passed = elapsedMs();
    await write(store, alerting, 100);
    await systemClock.sleep(Math.max(0, 1000 - passed()));
  }
  return used();
}

/** CPU seconds for 20,000 events a second, written as quickly as they can be; the monitor runs as it is woken. */
async function burst(store: Store, alerting: Alerting | undefined): Promise<number> {
  const used = cpuSeconds();
  const passed = elapsedMs();
  for (let batch = 0; batch < burstSeconds * 40; batch++) {
    await write(store, alerting, 500);
    await systemClock.sleep(Math.max(0, (batch + 1) * 25 - passed()));
  }
  return used();
}

async function fill(store: Store, count: number): Promise<void> {
  for (let done = 0; done < count; done += 5000) await write(store, undefined, Math.min(5000, count - done));
}

async function write(store: Store, alerting: Alerting | undefined, count: number): Promise<void> {
  const documents = Array.from({ length: count }, (): StoredDocument => {
    number++;
    return { index, id: `e${number}`, version: 1, seqNo: number, source: event(number) };
  });
  await store.write(documents.map(({ id, source }) => ({ action: 'create', index, id, document: source })));
  await alerting?.observe(documents);
}

function event(at: number): Document {
  return {
    timestamp: new Date(systemClock.now()).toISOString(),
    rule: { id: '80202', level: 3 },
    data: {
      aws: {
        eventTime: new Date(systemClock.now()).toISOString(),
        eventSource: at % 3 ? 's3.amazonaws.com' : 'iam.amazonaws.com',
        // Most events match no monitor, one in a hundred does.
        eventName: at % 100 ? `Other${at % 70}` : `Call${(at / 100) % 1000}`,
        sourceIPAddress: `192.0.2.${at % 250}`,
        userIdentity: { type: 'IAMUser', userName: `user-${at % 500}` },
        requestParameters: { bucketName: `bucket-${at % 40}`, key: `object-${at}` },
      },
    },
  };
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
  const store = await openEmbedded({ dir, clock: systemClock, log: keptLog() });
  try {
    await work(store);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function withAlerting(store: Store, work: (alerting: Alerting) => Promise<void>): Promise<void> {
  const alerting = await openAlerting({ store, clock: systemClock, log: keptLog() });
  const stop = new AbortController();
  const running = alerting.run(stop.signal);
  await work(alerting);
  stop.abort();
  await running;
  await alerting.close();
}

/** Wall-clock time depends on what else the machine does; CPU time less. */
function both(): () => string {
  const passed = elapsedMs();
  const used = cpuSeconds();
  return () => `${(used() * 1000).toFixed(0)} ms CPU, ${passed().toFixed(0)} ms passed`;
}

function share(cpu: number): string {
  return `${((cpu / seconds) * 100).toFixed(1)} %`;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(44)}${value}\n`);
}
