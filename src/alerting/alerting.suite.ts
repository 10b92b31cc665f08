import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { type VirtualClock, virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import type { Store, StoredDocument } from '../store/store.ts';
import { type Alerting, openAlerting } from './alerting.ts';

/** Alerting on a memory store in virtual time: what tests of this room stand on. */
export interface World {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly alerting: Alerting;
  readonly lines: readonly string[];
  /** Lets virtual time pass, in steps that give the runs time to finish. */
  pass(ms: number, step?: number): Promise<void>;
  /** Another Alerting on the same store, as after a crash. */
  reopen(): Promise<World>;
  stop(): Promise<void>;
}

export const start = Date.parse('2026-03-01T12:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const index = 'wazuh-alerts-4.x-2026.03.01';

export async function openWorld(running = true, store?: Store, clock = virtualClock(start)): Promise<World> {
  const kept = store ?? (await keywordStore(clock));
  const log = keptLog();
  const alerting = await openAlerting({ store: kept, clock, log });
  const abort = new AbortController();
  const run = running ? alerting.run(abort.signal) : Promise.resolve();
  const world: World = {
    clock,
    store: kept,
    alerting,
    lines: log.lines,
    async pass(ms, step = minute) {
      for (let left = ms; left > 0; left -= step) {
        await clock.advance(Math.min(left, step));
        await alerting.settled();
      }
    },
    async reopen() {
      await world.stop();
      return openWorld(running, kept, clock);
    },
    async stop() {
      abort.abort();
      await run;
      await alerting.close();
    },
  };
  return world;
}

/** Strings are keywords, as in Wazuh's own template. */
async function keywordStore(clock: VirtualClock): Promise<Store> {
  const store = openMemory({ clock });
  await store.putTemplate({
    name: 'wazuh',
    legacy: false,
    body: {
      index_patterns: ['wazuh-alerts-4.x-*'],
      template: {
        mappings: { dynamic_templates: [{ s: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }] },
      },
    },
  });
  return store;
}

let number = 0;

/** Stores events and tells alerting of them, as the pipeline does. `data` is what stands under `data.aws`. */
export async function events(world: World, ...data: readonly Document[]): Promise<readonly StoredDocument[]> {
  const documents = data.map((aws) => {
    number++;
    const eventTime = new Date(world.clock.now() + number).toISOString();
    const { trailhound, ...fields } = aws;
    const source = { data: { aws: { eventTime, ...fields } }, ...(trailhound ? { trailhound } : {}) };
    return { index, id: `e${number}`, version: 1, seqNo: number, source };
  });
  await world.store.write(documents.map(({ id, source }) => ({ action: 'create', index, id, document: source })));
  await world.alerting.observe(documents);
  return documents;
}

export async function alertsOf(world: World, query: Document = {}): Promise<readonly Document[]> {
  return (await world.alerting.listAlerts({ sortString: 'start_time', size: 1000, ...query })).alerts;
}

/** `state keys` of each alert, sorted: what a test compares. */
export function shown(alerts: readonly Document[]): readonly string[] {
  return alerts
    .map((alert) => {
      const keys = (alert.agg_alert_content as { bucket_keys?: readonly string[] } | undefined)?.bucket_keys;
      const documents = alert.related_doc_ids as readonly string[];
      return [alert.state, ...(keys ?? []), ...documents.map((name) => name.split('|')[0])].join(' ');
    })
    .sort();
}

export function extra(alert: Document | undefined): Document {
  return (alert?.trailhound ?? {}) as Document;
}
