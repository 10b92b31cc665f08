import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import type { Notifier } from '../notify/notifier.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openMemory } from '../store/memory.ts';
import type { Store, StoredDocument } from '../store/store.ts';
import { hour, index, minute, openWorld as openWorldOn, start, type World } from './alerting.suite.ts';
import { openAlerting } from './alerting.ts';

/** A world whose store maps strings as OpenSearch does by itself: text, with `.keyword`. */
function openWorld(running = true, store?: Store, clock = virtualClock(start)): Promise<World> {
  return openWorldOn(running, store ?? openMemory({ clock }), clock);
}

function monitorJson(name: string, more: Document = {}, evaluate?: string): Document {
  return {
    type: 'monitor',
    name,
    monitor_type: 'query_level_monitor',
    enabled: true,
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [
      {
        search: {
          indices: ['wazuh-alerts-4.x-*'],
          query: { size: 0, query: { bool: { filter: [{ term: { 'data.aws.eventName.keyword': 'GetObject' } }] } } },
        },
      },
    ],
    triggers: [
      {
        query_level_trigger: {
          id: 't1',
          name: 'any',
          severity: '1',
          condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
          actions: [],
        },
      },
    ],
    ...(evaluate ? { ui_metadata: { trailhound: { evaluate } } } : {}),
    ...more,
  };
}

const arrived = (name: string, more: Document = {}): Document => monitorJson(name, more, 'arrived');

let number = 0;

/** Stores attack events and tells alerting of them, as the pipeline does. */
async function attack({ store, alerting, clock }: World, count = 1, more: Document = {}): Promise<void> {
  const stored = await write(store, clock.now(), count, more);
  await alerting.observe(stored);
}

async function write(store: Store, at: number, count = 1, more: Document = {}): Promise<readonly StoredDocument[]> {
  const documents = Array.from({ length: count }, () => {
    number++;
    const source = {
      '@timestamp': new Date(at).toISOString(),
      data: {
        aws: {
          eventName: 'GetObject',
          eventTime: new Date(at + number).toISOString(),
          sourceIPAddress: '192.0.2.7',
          requestParameters: { bucketName: 'leaky', key: `secret-${number}` },
        },
      },
      ...more,
    };
    return { index, id: `e${number}`, version: 1, seqNo: number, source };
  });
  await store.write(documents.map(({ id, source }) => ({ action: 'create', index, id, document: source })));
  return documents;
}

async function alertsOf(world: World, query: Document = {}): Promise<readonly Document[]> {
  return (await world.alerting.listAlerts({ sortString: 'start_time', ...query })).alerts;
}

const states = (alerts: readonly Document[]): unknown[] => alerts.map(({ state }) => state);
const extra = (alert: Document | undefined): Document => (alert?.trailhound ?? {}) as Document;
const eventsOf = (alert: Document | undefined): readonly Document[] => extra(alert).events as readonly Document[];

test('who reads what lies there waits for further documents, and runs what is marked at the end', async () => {
  const clock = virtualClock(start);
  const store = openMemory({ clock });
  const alerting = await openAlerting({ store, clock, log: keptLog(), markDelayMs: 10_000 });
  // A schedule that is not due while this test runs.
  await alerting.createMonitor(arrived('patient', { schedule: { period: { interval: 1, unit: 'HOURS' } } }));
  const stop = new AbortController();
  const running = alerting.run(stop.signal);
  const alertsAfter = async (ms: number): Promise<number> => {
    await clock.advance(ms);
    await alerting.close();
    return alerting.alertCount();
  };
  await alerting.observe(await write(store, clock.now()));
  assert.equal(await alertsAfter(9_900), 0, 'further documents may come');
  assert.equal(await alertsAfter(200), 1, 'ten seconds after the first');
  await alerting.observe(await write(store, clock.now(), 3));
  await alerting.settled();
  const { alerts } = await alerting.listAlerts({});
  assert.equal(extra(alerts[0]).total, 4, 'at the end nothing waits');
  stop.abort();
  await running;
});

test('attack, alert, acknowledge, attack an hour later: a second alert', async () => {
  const world = await openWorld();
  const { id } = await world.alerting.createMonitor(arrived('S3 GetObject from Anonymous Principal'));
  await attack(world, 2);
  await world.pass(1000, 100);
  const [first] = await alertsOf(world);
  assert.equal(first?.state, 'ACTIVE');
  assert.equal(first?.trigger_name, 'any');
  assert.equal(first?.monitor_name, 'S3 GetObject from Anonymous Principal');
  assert.ok(Number(first?.start_time) - start <= 1000, 'the alert is there within a second');
  assert.equal(extra(first).total, 2);
  assert.deepEqual(eventsOf(first)[0], {
    _index: index,
    _id: `e${number}`,
    eventTime: new Date(start + number).toISOString(),
    eventName: 'GetObject',
    sourceIPAddress: '192.0.2.7',
    resource: `leaky/secret-${number}`,
  });

  await world.pass(5 * minute);
  assert.equal((await alertsOf(world)).length, 1, 'an alert stays one while nothing new arrives');
  assert.deepEqual(await world.alerting.acknowledge(id, [String(first?.id)]), { success: [first?.id], failed: [] });
  await world.pass(hour);
  assert.deepEqual(states(await alertsOf(world)), ['ACKNOWLEDGED']);

  await attack(world);
  await world.pass(1000, 100);
  const after = await alertsOf(world);
  assert.deepEqual(states(after), ['COMPLETED', 'ACTIVE']);
  assert.equal(typeof after[0]?.acknowledged_time, 'number');
  assert.notEqual(after[0]?.id, after[1]?.id);
  assert.equal(extra(after[1]).total, 1);
  await world.stop();
});

test('an open alert grows: newest hundred events, all counted', async () => {
  const world = await openWorld();
  await world.alerting.createMonitor(arrived('grows'));
  await attack(world, 1);
  await world.pass(1000, 100);
  for (let batch = 0; batch < 3; batch++) {
    await attack(world, 50);
    await world.pass(2000, 100);
  }
  const alerts = await alertsOf(world);
  assert.equal(alerts.length, 1);
  assert.equal(extra(alerts[0]).total, 151);
  const events = eventsOf(alerts[0]);
  assert.equal(events.length, 100);
  assert.equal(events[0]?._id, `e${number}`);
  assert.deepEqual(
    events.map(({ eventTime }) => eventTime),
    [...events]
      .map(({ eventTime }) => String(eventTime))
      .sort()
      .reverse(),
  );
  await world.stop();
});

test('quiet for a day: COMPLETED, and a later attack opens a new alert', async () => {
  const world = await openWorld();
  await world.alerting.createMonitor(arrived('quiet'));
  await attack(world);
  await world.pass(23 * hour, 10 * minute);
  assert.deepEqual(states(await alertsOf(world)), ['ACTIVE']);
  await world.pass(hour + 2 * minute);
  assert.deepEqual(states(await alertsOf(world)), ['COMPLETED']);
  await attack(world);
  await world.pass(minute);
  assert.deepEqual(states(await alertsOf(world)), ['COMPLETED', 'ACTIVE']);
  await world.stop();
});

test('opensearch: one alert while the query finds something, completed when it does not, a new one after', async () => {
  const world = await openWorld();
  await write(world.store, start);
  const { id } = await world.alerting.createMonitor(monitorJson('classic'));
  await world.pass(59_000);
  assert.deepEqual(await alertsOf(world), [], 'no run at creation: the first comes one interval later');
  await world.pass(1000);
  const [alert] = await alertsOf(world);
  assert.equal(alert?.state, 'ACTIVE');
  assert.equal(alert?.start_time, start + minute);
  assert.equal(extra(alert).total, 1);
  await world.pass(3 * minute);
  assert.equal((await alertsOf(world))[0]?.last_notification_time, start + 4 * minute);
  await world.alerting.acknowledge(id, [String(alert?.id)]);
  await attack(world);
  await world.pass(2 * minute);
  const acknowledged = await alertsOf(world);
  assert.deepEqual(states(acknowledged), ['ACKNOWLEDGED']);
  assert.equal(acknowledged[0]?.last_notification_time, start + 4 * minute, 'an acknowledged alert is left alone');
  await world.store.deleteIndex(index);
  await world.pass(minute);
  assert.deepEqual(states(await alertsOf(world)), ['COMPLETED']);
  await write(world.store, world.clock.now());
  await world.pass(minute);
  assert.deepEqual(states(await alertsOf(world)), ['COMPLETED', 'ACTIVE']);
  await world.stop();
});

test('a crash between the write and the run loses no alert and doubles none', async () => {
  let world = await openWorld(false);
  await world.alerting.createMonitor(arrived('crash'));
  await write(world.store, start, 3);
  world = await world.reopen();
  assert.equal(world.alerting.stats().marked, 1, 'a monitor behind the store is marked at once');
  await world.alerting.settled();
  assert.equal(extra((await alertsOf(world))[0]).total, 3);
  for (let times = 0; times < 3; times++) {
    world = await world.reopen();
    await world.alerting.settled();
  }
  const alerts = await alertsOf(world);
  assert.equal(alerts.length, 1);
  assert.equal(extra(alerts[0]).total, 3, 'nothing is counted twice');
  await attack(world);
  world = await world.reopen();
  await world.alerting.settled();
  assert.equal(extra((await alertsOf(world))[0]).total, 4);
  await world.stop();
});

test('a write that fails leaves the count where it was', async () => {
  const world = await openWorld(false);
  await world.alerting.createMonitor(arrived('fails'));
  await attack(world, 2);
  const { write: real } = world.store;
  world.store.write = () => Promise.reject(new Error('disk full'));
  await world.alerting.settled();
  world.store.write = real;
  assert.deepEqual(await alertsOf(world), []);
  assert.equal(world.lines.filter((line) => line.includes('disk full')).length, 1);
  await attack(world, 1);
  await world.alerting.settled();
  assert.equal(extra((await alertsOf(world))[0]).total, 3);
});

test('shipped monitors: stable ids, from the beginning on a fresh folder, and the user may disable them', async () => {
  let world = await openWorld(false);
  const file = { name: 's3-getobject-anonymous.json', json: arrived('shipped') };
  await world.alerting.install([file]);
  const found = await world.alerting.searchMonitors({});
  const id = found.hits[0]?.id ?? '';
  await attack(world);
  await world.alerting.settled();
  assert.equal((await alertsOf(world)).length, 1);
  await world.alerting.updateMonitor(id, { ...arrived('shipped'), enabled: false });
  world = await world.reopen();
  await world.alerting.install([file]);
  assert.equal(world.alerting.getMonitor(id)?.monitor.enabled, false, 'the user disabled it');
  assert.equal(world.alerting.getMonitor(id)?.version, 2, 'an unchanged file changes nothing');
  await world.alerting.install([{ ...file, json: arrived('renamed') }]);
  assert.equal(world.alerting.getMonitor(id)?.monitor.name, 'renamed');
  assert.equal(world.alerting.getMonitor(id)?.monitor.enabled, false);
  assert.equal((await world.alerting.searchMonitors({})).total, 1);
  await world.stop();
});

test('a monitor file that came first on a fresh folder counts what was stored before it was installed', async () => {
  const clock = virtualClock(start);
  const store = openMemory({ clock });
  await write(store, start, 2);
  const world = await openWorld(false, store, clock);
  await world.alerting.install([{ name: 'first.json', json: arrived('first') }]);
  await world.alerting.createMonitor(arrived('later'));
  const second = await world.reopen();
  await second.alerting.settled();
  assert.deepEqual(
    (await alertsOf(second)).map(({ monitor_name }) => monitor_name),
    ['first'],
  );
});

test('a first installation that stopped halfway goes on as the first', async () => {
  const clock = virtualClock(start);
  const memory = openMemory({ clock });
  await write(memory, start, 2);
  let left = 5;
  const dying: Store = {
    ...memory,
    write: async (operations) => {
      if (left-- <= 0) throw new TrailhoundError('read-only', 'the process is gone');
      return memory.write(operations);
    },
  };
  const files = Array.from({ length: 8 }, (_, n) => ({ name: `${n}.json`, json: arrived(`m${n}`) }));
  const first = await openWorld(false, dying, clock);
  await assert.rejects(first.alerting.install(files), /gone/);
  const second = await openWorld(false, memory, clock);
  const installed = (await second.alerting.searchMonitors({ size: 20 })).total;
  assert.ok(installed > 0 && installed < files.length, `${installed} were installed`);
  await second.alerting.install(files);
  const third = await second.reopen();
  await third.alerting.settled();
  assert.equal((await alertsOf(third)).length, files.length, 'all counted from the beginning');
  await third.alerting.install([{ name: 'new.json', json: arrived('new') }]);
  const last = await third.reopen();
  await last.alerting.settled();
  assert.equal((await alertsOf(last)).length, files.length, 'one that comes later counts from then on');
});

test('a broken monitor file costs only itself', async () => {
  const world = await openWorld(false);
  const problems: string[] = [];
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  await world.alerting.install(
    [
      { name: 'broken.json', json: { type: 'monitor', name: 'x' } },
      { name: 'list.json', json: [] },
      { name: 'deep.json', json: { ...arrived('deep'), inputs: deep } },
      { name: 'later.json', json: { ...arrived('b'), monitor_type: 'cluster_metrics_monitor' } },
      { name: 'good.json', json: arrived('good') },
    ],
    ({ place, message }) => void problems.push(`${place}: ${message}`),
  );
  assert.deepEqual(
    problems.map((problem) => problem.slice(0, 60)),
    [
      'broken.json: this monitor is left out: Monitor schedule is n',
      'list.json: this monitor is left out: Monitor name is null',
      'deep.json: this monitor is left out: A monitor may not be ne',
      'later.json: this monitor is left out: Monitors of type [clus',
    ],
  );
  assert.equal((await world.alerting.searchMonitors({})).total, 1);
});

test('historic events: the alert says so, and stays historic only until a live one joins', async () => {
  const world = await openWorld(false);
  const action = { name: 'a', destination_id: 'hook', message_template: { source: 'm' } };
  const json = arrived('historic');
  const triggers = [{ name: 'any', severity: '1', condition: { script: { source: 'ctx.results[0].hits.total.value > 0' } }, actions: [action] }]; // biome-ignore format: a row
  await world.alerting.createMonitor({ ...json, triggers });
  await attack(world, 3, { trailhound: { historic: true } });
  await world.alerting.settled();
  const [alert] = await alertsOf(world);
  assert.equal(extra(alert).historic, true);
  assert.equal(alert?.state, 'ACTIVE', 'no action ran, so none failed');
  await attack(world, 1);
  await world.alerting.settled();
  const [live] = await alertsOf(world);
  assert.equal(extra(live).historic, false);
  assert.equal(live?.state, 'ERROR');
  assert.match(
    String(live?.error_message),
    /^Failed running action:\nUnable to find a Notification Channel or Destination config with id \[hook\]$/,
  );
});

test('a failing query and a failing condition are error alerts, and recover in place', async () => {
  const world = await openWorld();
  await world.store.createIndex('plain', {});
  const { id } = await world.alerting.createMonitor(
    monitorJson('fails', { inputs: [{ search: { indices: ['plain'], query: { query: { match_all: {} } } } }] }),
  );
  await world.store.deleteIndex('plain');
  await world.pass(minute);
  const [failed] = await alertsOf(world);
  assert.equal(failed?.state, 'ERROR');
  assert.equal(failed?.error_message, 'Failed fetching inputs:\n[plain] IndexNotFoundException[no such index [plain]]');
  assert.deepEqual((await world.alerting.acknowledge(id, [String(failed?.id)])).failed, [
    { [String(failed?.id)]: { failed_reason: 'Alert is in an error state and can not be acknowledged.' } },
  ]);
  await world.store.write([{ action: 'create', index: 'plain', id: '1', document: { a: 1 } }]);
  await world.pass(minute);
  const [recovered] = await alertsOf(world);
  assert.equal(recovered?.id, failed?.id);
  assert.equal(recovered?.state, 'ACTIVE');
  assert.equal(recovered?.error_message, null);
  assert.ok(Array.isArray(recovered?.alert_history) && recovered.alert_history.length === 1);
  await world.stop();
});

test('a day of virtual time: 1,440 runs on their minute, a cron at its hour, disabled ones never', async () => {
  const world = await openWorld();
  const probe = (name: string, more: Document = {}): Document => monitorJson(name, { ...more, triggers: [] });
  await world.alerting.createMonitor(probe('minutely'));
  const cron = await world.alerting.createMonitor(
    probe('cron', { schedule: { cron: { expression: '30 3 * * *', timezone: 'Europe/Berlin' } } }),
  );
  const off = await world.alerting.createMonitor(probe('off', { enabled: false }));
  await world.pass(24 * hour, minute);
  const { runs, lastExecutions } = world.alerting.stats();
  assert.equal(runs, 1440 + 1);
  assert.equal(lastExecutions.get(cron.id), Date.parse('2026-03-02T02:30:00Z'));
  assert.equal(lastExecutions.has(off.id), false);
  await world.stop();
});

test('missed runs are not made up for; an update does not move the phase', async () => {
  const world = await openWorld();
  const { id } = await world.alerting.createMonitor(monitorJson('phase', { triggers: [] }));
  await world.pass(90_000, 30_000);
  await world.alerting.updateMonitor(id, monitorJson('phase, renamed', { triggers: [] }));
  await world.pass(30_000);
  assert.equal(world.alerting.stats().lastExecutions.get(id), start + 2 * minute);
  const again = await world.reopen();
  await again.pass(10 * minute + 500, 10 * minute + 500);
  await again.stop();
  const ran = again.alerting.stats().runs;
  assert.ok(ran <= 10, `${ran} runs in ten minutes`);
});

test('thresholds: a mark does not cut the minute short', async () => {
  const world = await openWorld();
  const json = arrived('more than four');
  const condition = { script: { source: 'ctx.results[0].hits.total.value > 4', lang: 'painless' } };
  await world.alerting.createMonitor({ ...json, triggers: [{ name: 'many', severity: '2', condition, actions: [] }] });
  await attack(world, 2);
  await world.pass(5000, 500);
  await attack(world, 2);
  await world.pass(5000, 500);
  assert.deepEqual(await alertsOf(world), []);
  await attack(world, 1);
  await world.pass(5000, 500);
  assert.equal(extra((await alertsOf(world))[0]).total, 5);
  await world.stop();
});

test('a slow search delays no other monitor', async () => {
  const world = await openWorld();
  const { search } = world.store;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.store.search = async (expression, body, options) => {
    if (expression === 'slow*') await held;
    return search(expression, body, options);
  };
  const slow = monitorJson('slow', { inputs: [{ search: { indices: ['slow*'], query: {} } }] });
  await world.alerting.createMonitor(slow);
  const { id } = await world.alerting.createMonitor(monitorJson('quick'));
  await write(world.store, start);
  await world.clock.advance(3 * minute);
  assert.equal(world.alerting.stats().lastExecutions.get(id), start + 3 * minute);
  release();
  await world.stop();
});

test('a receiver that never answers delays no other monitor', async () => {
  const clock = virtualClock(start);
  const store = openMemory({ clock });
  const notifier: Notifier = { harmless: () => (text) => text, notify: () => new Promise(() => undefined) };
  const alerting = await openAlerting({ store, clock, log: keptLog(), notifier });
  const abort = new AbortController();
  void alerting.run(abort.signal);
  const actions = [{ name: 'a', destination_id: 'dead', message_template: { source: 'm' } }];
  const telling = [{ ...(monitorJson('x').triggers as Document[])[0] }].map(({ query_level_trigger: trigger }) => ({
    query_level_trigger: { ...(trigger as Document), actions },
  }));
  await alerting.createMonitor(arrived('dead', { triggers: telling }));
  const { id } = await alerting.createMonitor(arrived('other'));
  await alerting.observe(await write(store, clock.now()));
  for (let step = 0; step < 20; step++) {
    await clock.advance(100);
    await yieldToLoop();
  }
  assert.equal((await alerting.listAlerts({ monitorId: id })).totalAlerts, 1);
  abort.abort();
});

test('marks: one run for a burst, and a rest after it', async () => {
  const world = await openWorld();
  await world.alerting.createMonitor(arrived('burst', { schedule: { period: { interval: 1, unit: 'DAYS' } } }));
  for (let batch = 0; batch < 20; batch++) await attack(world, 5);
  await world.clock.advance(1000);
  assert.equal(world.alerting.stats().runs, 1);
  assert.equal(extra((await alertsOf(world))[0]).total, 100);
  await world.stop();
});

test('deleting a monitor or a trigger moves its open alerts to the history as DELETED', async () => {
  const world = await openWorld(false);
  const trigger = (id: string): Document => ({ id, name: id, severity: '1', condition: { script: { source: 'true' } }, actions: [] }); // biome-ignore format: a row
  const { id } = await world.alerting.createMonitor(monitorJson('two', { triggers: [trigger('A'), trigger('B')] }));
  await world.alerting.execute(id);
  assert.deepEqual(states(await alertsOf(world)), ['ACTIVE', 'ACTIVE']);
  await world.alerting.updateMonitor(id, monitorJson('two', { triggers: [trigger('A')] }));
  assert.deepEqual(
    (await alertsOf(world, { sortString: 'trigger_id' })).map(({ trigger_id, state }) => [trigger_id, state]),
    [
      ['A', 'ACTIVE'],
      ['B', 'DELETED'],
    ],
  );
  assert.equal(await world.alerting.deleteMonitor(id), 3);
  assert.deepEqual(states(await alertsOf(world)), ['DELETED', 'DELETED']);
  assert.equal(world.alerting.getMonitor(id), undefined);
  await assert.rejects(world.alerting.acknowledge(id, ['x']), /Monitor with .* is not found/);
});

test('closing: any open alert ends, and what arrives later opens another', async () => {
  const world = await openWorld(false);
  const { id } = await world.alerting.createMonitor(arrived('close'));
  await attack(world);
  await world.alerting.settled();
  const [alert] = await alertsOf(world);
  assert.deepEqual(await world.alerting.closeAlerts(id, [String(alert?.id)]), { success: [alert?.id], failed: [] });
  await attack(world);
  await world.alerting.settled();
  assert.deepEqual(states(await alertsOf(world)), ['COMPLETED', 'ACTIVE']);
});

test('acknowledging while a run is under way is not undone by it', async () => {
  const world = await openWorld(false);
  await write(world.store, start);
  const { id } = await world.alerting.createMonitor(monitorJson('race'));
  await world.alerting.execute(id);
  const [alert] = await alertsOf(world);
  const run = world.alerting.execute(id);
  const answer = world.alerting.acknowledge(id, [String(alert?.id)]);
  await Promise.all([run, answer]);
  assert.deepEqual(states(await alertsOf(world)), ['ACKNOWLEDGED']);
});

test('dry and unsaved runs leave nothing behind', async () => {
  const world = await openWorld(false);
  const { id } = await world.alerting.createMonitor(arrived('dry'));
  await write(world.store, start, 2);
  const before = await world.store.position();
  const dry = await world.alerting.execute(id, { dryRun: true });
  const unsaved = await world.alerting.executeUnsaved(monitorJson('unsaved'), {});
  for (const result of [dry, unsaved]) {
    const [trigger] = Object.values(result.trigger_results as { [id: string]: { triggered: boolean } });
    assert.equal(trigger?.triggered, true);
  }
  assert.equal(await world.store.position(), before);
  await world.alerting.execute(id);
  assert.equal(extra((await alertsOf(world))[0]).total, 2);
});

test('period_start and period_end are filled into the query', async () => {
  const world = await openWorld(false);
  await world.store.createIndex(index, { mappings: { properties: { '@timestamp': { type: 'date' } } } });
  await write(world.store, start - 5 * minute);
  const range = { range: { '@timestamp': { gte: '{{period_start}}', lte: '{{period_end}}', format: 'epoch_millis' } } };
  const inputs = [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { query: range } } }];
  const total = async (periodEnd: number): Promise<unknown> => {
    const result = await world.alerting.executeUnsaved(monitorJson('range', { inputs }), { periodEnd });
    const { results } = result.input_results as { results: readonly { hits: { total: { value: number } } }[] };
    return results[0]?.hits.total.value;
  };
  assert.equal(await total(start), 0);
  assert.equal(await total(start - 4 * minute - 1), 1);
});

test('hostile text in events stays text', async () => {
  const world = await openWorld(false);
  await world.alerting.createMonitor(arrived('{{7*7}} <b>'));
  const hostile = JSON.parse(
    '{"data":{"aws":{"eventName":"GetObject","eventTime":{"a":1},"sourceIPAddress":["x"],"requestParameters":{"bucketName":"<script>alert(1)</script>","key":"{{ctx}}","__proto__":{"bucketName":"polluted"}}}}}',
  ) as Document;
  await attack(world, 1, hostile);
  await world.alerting.settled();
  const [alert] = await alertsOf(world);
  assert.deepEqual(eventsOf(alert)[0], {
    _index: index,
    _id: `e${number}`,
    eventTime: null,
    eventName: 'GetObject',
    sourceIPAddress: null,
    resource: '<script>alert(1)</script>/{{ctx}}',
  });
});

test('alerts survive in indices that user text cannot break', async () => {
  const world = await openWorld(false);
  await world.alerting.createMonitor(
    arrived('2026-01-01', { ui_metadata: { trailhound: { evaluate: 'arrived' }, 'a..b': { '': 1 } } }),
  );
  await world.alerting.createMonitor(
    arrived('{"a": 1}', { ui_metadata: { trailhound: { evaluate: 'arrived' }, 'a..b': 'text' } }),
  );
  await attack(world);
  await world.alerting.settled();
  assert.equal((await alertsOf(world)).length, 2);
  const found = await world.store.search('.opendistro-alerting-config', parseSearchBody({}));
  assert.equal(found.total, 2);
});
