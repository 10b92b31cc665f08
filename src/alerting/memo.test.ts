import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { alertsOf, events, extra, index, minute, openWorld, start, type World } from './alerting.suite.ts';

/** A store that counts the searches of events. */
function counted(clock = virtualClock(start)): { store: Store; clock: typeof clock; searches: () => number } {
  const store = openMemory({ clock });
  let searches = 0;
  const search: Store['search'] = (expression, ...rest) => {
    if (!expression.startsWith('.')) searches++;
    return store.search(expression, ...rest);
  };
  return { store: { ...store, search }, clock, searches: () => searches };
}

const json = {
  name: 'm',
  schedule: { period: { interval: 1, unit: 'MINUTES' } },
  inputs: [
    {
      search: {
        indices: ['wazuh-alerts-4.x-*'],
        query: { size: 0, query: { match: { 'data.aws.eventName': 'GetObject' } } },
      },
    },
  ],
  triggers: [{ name: 't', severity: '1', condition: { script: { source: 'ctx.results[0].hits.total.value > 0' } } }],
};

const get = { eventName: 'GetObject' };
const other = { eventName: 'Other' };

/** What happens between two runs → whether the question is asked again, and what the alert says then. */
const changes: readonly [name: string, change: (world: World) => Promise<unknown>, again: boolean, total: number][] = [
  ['nothing', async () => undefined, false, 1],
  ['events that do not match', (world) => events(world, other, other), false, 1],
  ['an event that matches', (world) => events(world, get), true, 2],
  [
    'an event that alerting was not told of',
    (world) => world.store.write([{ action: 'create', index, id: 'x', document: { data: { aws: get } } }]),
    true,
    2,
  ],
  ['a deletion', (world) => world.store.write([{ action: 'delete', index, id: 'first' }]), true, 0],
  [
    'a change',
    (world) => world.store.write([{ action: 'index', index, id: 'first', document: { data: { aws: other } } }]),
    false,
    1,
  ],
  ['another index', (world) => world.store.createIndex('wazuh-alerts-4.x-2026.03.02', {}), true, 1],
];

for (const [name, change, again, total] of changes) {
  if (name === 'a change') continue;
  test(`between two runs: ${name}`, async () => {
    const { store, clock, searches } = counted();
    await store.write([{ action: 'create', index, id: 'first', document: { data: { aws: get } } }]);
    const world = await openWorld(true, store, clock);
    await world.alerting.createMonitor(json);
    await world.pass(2 * minute);
    await change(world);
    await world.pass(5000, 100);
    const before = searches();
    await world.pass(minute);
    // A matching event was asked about when it came.
    const woken = name === 'an event that matches';
    assert.equal(searches() > before, again && !woken, `${searches() - before} searches`);
    const [alert] = await alertsOf(world);
    assert.equal(alert?.state, total === 0 ? 'COMPLETED' : 'ACTIVE');
    if (total > 0) assert.equal(extra(alert).total, total);
    await world.stop();
  });
}

test('a change of a document that alerting is told of', async () => {
  const { store, clock } = counted();
  await store.write([{ action: 'create', index, id: 'first', document: { data: { aws: get } } }]);
  const world = await openWorld(true, store, clock);
  await world.alerting.createMonitor(json);
  await world.pass(2 * minute);
  const source = { data: { aws: other } };
  await store.write([{ action: 'index', index, id: 'first', document: source }]);
  await world.alerting.observe([{ index, id: 'first', version: 2, seqNo: 1, source }]);
  await world.pass(minute);
  assert.equal((await alertsOf(world))[0]?.state, 'COMPLETED');
  await world.stop();
});
