import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { alertsOf, events, extra, openWorld, type World } from './alerting.suite.ts';
import { cursorStart, storedCursor } from './cursor.ts';
import { cursorsIndex } from './system-index.ts';

function monitorJson(evaluate: string): Document {
  const source = 'ctx.results[0].hits.total.value > 0';
  const trigger = {
    id: 't',
    name: 't',
    severity: '1',
    condition: { script: { source, lang: 'painless' } },
    actions: [],
  };
  return {
    type: 'monitor',
    name: `counts ${evaluate}`,
    monitor_type: 'query_level_monitor',
    enabled: true,
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    inputs: [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { query: { term: { 'data.aws.name': 'x' } } } } }],
    triggers: [{ query_level_trigger: trigger }],
    ui_metadata: { trailhound: { evaluate } },
  };
}

/** Searches of event indices that answer only when they are given up. Tells how many there were. */
function holdSearches(world: World): { readonly asked: () => number; readonly background: () => boolean; end(): void } {
  const { search } = world.store;
  const asked: boolean[] = [];
  world.store.search = (expression, body, options = {}) => {
    if (!expression.startsWith('wazuh')) return search(expression, body, options);
    asked.push(options.background === true);
    return new Promise((_, reject) => options.signal?.addEventListener('abort', reject));
  };
  return {
    asked: () => asked.length,
    background: () => asked.every((one) => one),
    end: () => {
      world.store.search = search;
    },
  };
}

for (const evaluate of ['arrived', 'opensearch']) {
  test(`a run that is under way at the stop is given up without a trace, and made by the next start: ${evaluate}`, async () => {
    let world = await openWorld();
    await world.alerting.createMonitor(monitorJson(evaluate));
    const held = holdSearches(world);
    await events(world, { name: 'x' }, { name: 'y' }, { name: 'x' });
    await world.clock.advance(limits.markDelayMs);
    assert.ok(held.asked() > 0);
    assert.ok(held.background(), 'nobody waits for it');
    await world.stop();
    held.end();
    assert.deepEqual(await alertsOf(world), [], 'neither an alert nor one that tells an error');
    assert.deepEqual(world.lines, []);
    assert.equal(world.alerting.stats().failures, 0);
    world = await world.reopen();
    await world.pass(60_000);
    const alerts = await alertsOf(world);
    assert.deepEqual(
      alerts.map((alert) => [alert.state, extra(alert).total]),
      [['ACTIVE', 2]],
    );
    await world.stop();
  });
}

test('what a monitor counted without a match is stored when it stops, and now and then before', async () => {
  const world = await openWorld();
  const { id } = await world.alerting.createMonitor(monitorJson('arrived'));
  const stored = async (): Promise<number> => {
    const found = await world.store.get(cursorsIndex, id);
    return cursorStart(storedCursor(found?.source ?? {}));
  };
  const before = await stored();
  await events(world, { name: 'y' });
  await world.pass(60_000);
  assert.equal(await stored(), before, 'not for a few documents');
  const many = Array.from({ length: limits.cursorLagMax }, (_, n) => ({
    action: 'create' as const,
    index: 'other',
    id: `o${n}`,
    document: {},
  }));
  await world.store.write(many);
  await world.pass(60_000);
  const between = await stored();
  assert.ok(between - before >= limits.cursorLagMax);
  await events(world, { name: 'y' });
  await world.pass(60_000);
  assert.equal(await stored(), between);
  const end = await world.store.position();
  await world.stop();
  assert.equal(await stored(), end);
});
