import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Clock, systemClock } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { type VirtualClock, virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openMemory } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { parseConfigBody } from './config-body.ts';
import type { DeliveryNote, NotifyRequest } from './notifier.ts';
import { type Notifications, openNotifications } from './notify.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';

const start = Date.parse('2026-03-01T12:00:00Z');

interface World {
  readonly clock: Clock;
  readonly store: Store;
  readonly notifications: Notifications;
  readonly notes: DeliveryNote[];
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

async function openWorld(t: TestContext, clock: Clock = virtualClock(start), kept?: Store): Promise<World> {
  const store = kept ?? openMemory({ clock });
  const log = keptLog();
  const notifications = await openNotifications({ store, clock, log });
  const notes: DeliveryNote[] = [];
  const abort = new AbortController();
  const running = notifications.run(async (note) => void notes.push(note), abort.signal);
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  t.after(stop);
  return { clock, store, notifications, notes, lines: log.lines, stop };
}

async function addWebhook({ notifications }: World, id: string, url: string, more: object = {}): Promise<void> {
  const config = { name: id, config_type: 'webhook', is_enabled: true, webhook: { url, ...more } };
  await notifications.configs.create(parseConfigBody({ config }).config, id);
}

const request = (channelId: string, key: string, more: Partial<NotifyRequest> = {}): NotifyRequest => ({
  channelId,
  key,
  subject: 's',
  body: `body of ${key}`,
  wait: false,
  origin: { monitorId: 'm', triggerId: 't', alertId: `alert of ${key}`, actionId: 'a' },
  ...more,
});

/** Real sockets need real time, whatever the virtual clock says. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.fail(`waited in vain until ${what}`);
}

async function states({ store }: World): Promise<Record<string, unknown>> {
  const { hits } = await store.search('.trailhound-notifications', parseSearchBody({ size: 100 }));
  return Object.fromEntries(hits.map(({ id, source }) => [id, source.state]));
}

const bodies = (receiver: Receiver): readonly string[] => receiver.received.map(({ body }) => body);

test('a message is stored, sent by the worker, and told', async (t) => {
  const world = await openWorld(t);
  const receiver = await startReceiver(t);
  await addWebhook(world, 'hook', receiver.url);
  assert.deepEqual(await world.notifications.notify(request('hook', 'k1')), { state: 'waiting' });
  await until('it is told', () => world.notes.length === 1);
  const [note] = world.notes;
  assert.deepEqual([note?.error, note?.attempt.sent, note?.attempt.text], [null, true, 'ok']);
  assert.deepEqual(note?.origin, request('hook', 'k1').origin);
  assert.equal(receiver.received[0]?.headers['idempotency-key'], 'k1');
  assert.deepEqual(await states(world), { k1: 'sent' });
});

test('a message whose channel is missing says so, and a muted channel fails without a try', async (t) => {
  const world = await openWorld(t);
  const receiver = await startReceiver(t);
  assert.deepEqual(await world.notifications.notify(request('nope', 'k')), { state: 'no-channel' });
  const config = { name: 'x', config_type: 'webhook', is_enabled: false, webhook: { url: receiver.url } };
  await world.notifications.configs.create(parseConfigBody({ config }).config, 'muted');
  const notified = await world.notifications.notify(request('muted', 'k', { wait: true }));
  assert.ok(notified.state === 'failed' && !notified.retrying);
  assert.match(notified.error, /"status_code":"423","status_text":"The channel is muted"/);
  assert.equal(receiver.received.length, 0);
});

test('an overloaded receiver is asked again with the same key, after pauses that double', async (t) => {
  const clock = virtualClock(start);
  const world = await openWorld(t, clock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 503, body: 'busy' });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  await world.notifications.notify(request('hook', 'k1'));
  await until('the first try', () => world.notes.length === 1);
  for (const [tries, pause] of [2000, 4000, 8000].entries()) {
    await clock.advance(pause - 1);
    assert.equal(receiver.received.length, tries + 1, 'not before its time');
    if (tries === 2) receiver.answers.clear();
    await clock.advance(1);
    await until('the next try', () => world.notes.length === tries + 2);
  }
  assert.deepEqual(
    world.notes.map(({ attempt, error }) => [attempt.sent, error === null]),
    [
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ],
  );
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size, 1);
  await clock.advance(3_600_000);
  assert.equal(receiver.received.length, 4, 'what is sent is not sent again');
});

test('after an hour a message is given up, and its alert hears of it', async (t) => {
  const clock = virtualClock(start);
  const world = await openWorld(t, clock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 500 });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  await world.notifications.notify(request('hook', 'k1'));
  await until('the first try', () => world.notes.length === 1);
  while ((await states(world)).k1 === 'waiting') await passed(clock, world);
  const tries = world.notes.length;
  assert.ok(tries > 8 && tries < 25, `${tries} tries`);
  assert.deepEqual(await states(world), { k1: 'failed' });
  await clock.advance(3_600_000);
  assert.equal(receiver.received.length, tries);
});

async function passed(clock: VirtualClock, world: World): Promise<void> {
  const before = world.notes.length;
  await clock.advance(300_001);
  await until('the next try', () => world.notes.length > before);
}

test('a refusal is not tried again', async (t) => {
  const clock = virtualClock(start);
  const world = await openWorld(t, clock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 404, body: 'no such hook' });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  const notified = await world.notifications.notify(request('hook', 'k1', { wait: true }));
  assert.ok(notified.state === 'failed' && !notified.retrying);
  assert.match(
    notified.error,
    /"status_code":"500","status_text":"Failed to send webhook message Failed: no such hook"/,
  );
  await clock.advance(3_600_000);
  assert.equal(receiver.received.length, 1);
});

test('the same key is sent once, and answers what became of it', async (t) => {
  const world = await openWorld(t);
  const receiver = await startReceiver(t);
  await addWebhook(world, 'hook', receiver.url);
  const first = await world.notifications.notify(request('hook', 'k1', { wait: true }));
  const again = await world.notifications.notify(request('hook', 'k1', { wait: true }));
  const later = await world.notifications.notify(request('hook', 'k1'));
  assert.equal(first.state, 'sent');
  assert.deepEqual([again, later], [first, first]);
  assert.deepEqual(bodies(receiver), ['body of k1']);
});

test('a message that repeats one that waits takes its place; one that says something new does not', async (t) => {
  const clock = virtualClock(start);
  const world = await openWorld(t, clock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 503 });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  const { origin } = request('hook', 'k1');
  await world.notifications.notify(request('hook', 'k1', { origin, repeats: true }));
  await until('the first try', () => world.notes.length === 1);
  receiver.answers.clear();
  await world.notifications.notify(request('hook', 'k2', { origin, repeats: true }));
  await until('the newer one', () => world.notes.length === 2);
  await clock.advance(3_600_000);
  receiver.answers.set('/', { status: 503 });
  await world.notifications.notify(request('hook', 'n1', { origin }));
  await until('its try', () => world.notes.length === 3);
  receiver.answers.clear();
  await world.notifications.notify(request('hook', 'n2', { origin }));
  await until('the second', () => world.notes.length === 4);
  await clock.advance(2000);
  await until('the first again', () => world.notes.length === 5);
  assert.deepEqual(await states(world), { k1: 'replaced', k2: 'sent', n1: 'sent', n2: 'sent' });
  assert.deepEqual(
    bodies(receiver),
    ['k1', 'k2', 'n1', 'n2', 'n1'].map((key) => `body of ${key}`),
  );
});

test('what waited when the process ended is sent by the next one, under the same key', async (t) => {
  const clock = virtualClock(start);
  const store = openMemory({ clock });
  const receiver = await startReceiver(t);
  // Opened and never run: a process that is killed between storing and sending.
  const killed = await openNotifications({ store, clock, log: keptLog() });
  const config = { name: 'hook', config_type: 'webhook', webhook: { url: receiver.url } };
  await killed.configs.create(parseConfigBody({ config }).config, 'hook');
  await killed.notify(request('hook', 'k1'));
  const world = await openWorld(t, clock, store);
  await until('it is sent', () => world.notes.length === 1);
  assert.equal(receiver.received[0]?.headers['idempotency-key'], 'k1');
});

test('a stop in the middle of a try leaves the message for the next start', async (t) => {
  const store = openMemory({ clock: systemClock });
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { silent: true });
  const world = await openWorld(t, systemClock, store);
  await addWebhook(world, 'hook', `${receiver.url}/`);
  await world.notifications.notify(request('hook', 'k1'));
  await until('it hangs', () => receiver.received.length === 1);
  await world.stop();
  assert.deepEqual(await states(world), { k1: 'waiting' });
  receiver.answers.clear();
  const next = await openWorld(t, systemClock, store);
  await until('it is sent', () => next.notes.length === 1);
  assert.deepEqual(await states(next), { k1: 'sent' });
});

test('a receiver that hangs holds up its own messages only', async (t) => {
  const world = await openWorld(t, systemClock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/dead', { silent: true });
  await addWebhook(world, 'dead', `${receiver.url}/dead`);
  await addWebhook(world, 'live', `${receiver.url}/live`);
  for (let at = 0; at < 50; at++) await world.notifications.notify(request('dead', `d${at}`));
  await world.notifications.notify(request('live', 'l1'));
  await until('the live one', () => world.notes.length === 1);
  assert.equal(world.notes[0]?.attempt.sent, true);
  assert.equal(receiver.received.filter(({ path }) => path === '/dead').length, 4, 'limits.sendsPerChannelMax');
});

test('a message that fails again and again does not hold up the others of its channel', async (t) => {
  const clock = virtualClock(start);
  const world = await openWorld(t, clock);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 500 });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  await world.notifications.notify(request('hook', 'poison'));
  await until('it failed', () => world.notes.length === 1);
  receiver.answers.clear();
  await world.notifications.notify(request('hook', 'good'));
  await until('the other one is sent', () => world.notes.length === 2);
  assert.deepEqual(bodies(receiver), ['body of poison', 'body of good']);
});

test('a store that takes no writes makes no flood: what was sent is not sent again', async (t) => {
  const kept = openMemory({ clock: systemClock });
  let full = false;
  const store: Store = {
    ...kept,
    write: (operations) => (full ? Promise.reject(new Error('no space left')) : kept.write(operations)),
  };
  const world = await openWorld(t, systemClock, store);
  const receiver = await startReceiver(t);
  receiver.answers.set('/', { status: 503 });
  await addWebhook(world, 'hook', `${receiver.url}/`);
  await world.notifications.notify(request('hook', 'k1'));
  await until('the first try', () => world.notes.length === 1);
  full = true;
  receiver.answers.clear();
  await until('the second try', () => world.notes.length === 2);
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(receiver.received.length, 2);
  assert.ok(world.lines.some((line) => line.includes('no space left')));
});

test('secrets are nowhere in what is stored, listed, told and logged', async (t) => {
  const world = await openWorld(t);
  const receiver = await startReceiver(t);
  const token = 's3cr3t-t0k3n-of-mine';
  receiver.answers.set(`/hook?token=${token}`, { status: 403, body: `token ${token} is revoked` });
  await addWebhook(world, 'hook', `${receiver.url}/hook?token=${token}`, { header_params: { 'X-Api-Key': token } });
  await addWebhook(world, 'down', `http://127.0.0.1:1/?token=${token}`, { header_params: { 'X-Api-Key': token } });
  const told: unknown[] = [];
  for (const id of ['hook', 'down']) {
    told.push(await world.notifications.notify(request(id, `k-${id}`, { wait: true })));
    told.push(await world.notifications.test(id).catch((error: Error) => [error.message, error.stack, error]));
  }
  assert.ok(receiver.received[0]?.path.includes(token) && receiver.received[0].headers['x-api-key'] === token);
  const { hits } = await world.store.search(
    '.opensearch-notifications-config,.trailhound-notifications',
    parseSearchBody({ size: 100 }),
  );
  assert.equal(hits.length, 6);
  const listed = await world.notifications.configs.list({
    ids: ['hook', 'down'],
    fromIndex: 0,
    maxItems: 10,
    sortField: undefined,
    sortOrder: undefined,
    filters: {},
  });
  const { configs } = listed;
  const shown = JSON.stringify([told, hits, world.lines, world.notes, configs.map(({ settings }) => settings.shown)]);
  assert.ok(!shown.includes(token), shown);
});
