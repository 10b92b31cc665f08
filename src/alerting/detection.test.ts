import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { alertsOf, events, extra, index, minute, openWorld, start } from './alerting.suite.ts';

const clocks = (event: number, more: Document = {}): Document => ({
  eventTime: new Date(event).toISOString(),
  trailhound: {
    clocks: {
      event: new Date(event).toISOString(),
      delivered: new Date(start - 2000).toISOString(),
      ingested: new Date(start - 1000).toISOString(),
    },
    ...more,
  },
});

const kinds: readonly [name: string, json: Document][] = [
  [
    'query-level',
    {
      inputs: [
        { search: { indices: [index], query: { size: 0, query: { exists: { field: 'data.aws.eventTime' } } } } },
      ],
      triggers: [
        { name: 't', severity: '1', condition: { script: { source: 'ctx.results[0].hits.total.value > 0' } } },
      ],
      ui_metadata: { trailhound: { evaluate: 'arrived' } },
    },
  ],
  [
    'bucket-level',
    {
      monitor_type: 'bucket_level_monitor',
      inputs: [{ search: { indices: [index], query: { aggs: { by: { terms: { field: 'data.aws.name' } } } } } }],
      triggers: [
        {
          bucket_level_trigger: {
            name: 't',
            severity: '1',
            condition: { parent_bucket_path: 'by', buckets_path: { n: '_count' }, script: { source: 'params.n > 0' } },
          },
        },
      ],
      ui_metadata: { trailhound: { evaluate: 'arrived' } },
    },
  ],
  [
    'document-level',
    {
      monitor_type: 'doc_level_monitor',
      inputs: [{ doc_level_input: { indices: [index], queries: [{ name: 'q', query: 'data.aws.name:a', tags: [] }] } }],
      triggers: [
        { document_level_trigger: { name: 't', severity: '1', condition: { script: { source: 'return true' } } } },
      ],
    },
  ],
];

for (const [name, json] of kinds) {
  test(`both clocks: event → delivered → ingested → alerted, ${name}`, async () => {
    const world = await openWorld();
    await events(world, { other: 'x' });
    const schedule = { period: { interval: 1, unit: 'MINUTES' } };
    await world.alerting.createMonitor({ name, schedule, ...json });
    await events(world, { name: 'a', ...clocks(start - 10 * minute) });
    await world.pass(1000, 100);
    const [alert] = await alertsOf(world);
    const told = extra(alert).clocks as Record<string, number>;
    assert.deepEqual([told.event, told.delivered, told.ingested], [start - 10 * minute, start - 2000, start - 1000]);
    assert.equal(told.alerted, alert?.start_time);
    await world.pass(minute);
    assert.deepEqual(extra((await alertsOf(world))[0]).clocks, told, 'it tells how the alert came, and stays');

    const before = await world.alerting.detection();
    assert.equal(before.alerts, 1);
    assert.equal(before.eventToAlert?.p50, Number(told.alerted) - start + 10 * minute);
    assert.equal(before.ingestedToAlert?.max, Number(told.alerted) - start + 1000);
    await world.stop();
  });
}

test('history that was read in says nothing of how quick detection is', async () => {
  const world = await openWorld();
  await events(world, { other: 'x' });
  const [, json] = kinds[0] ?? [];
  await world.alerting.createMonitor({ name: 'm', schedule: { period: { interval: 1, unit: 'MINUTES' } }, ...json });
  await events(world, { name: 'a', ...clocks(start - 10 * minute, { historic: true }) });
  await world.pass(1000, 100);
  assert.equal((await alertsOf(world)).length, 1);
  assert.equal((await world.alerting.detection()).alerts, 0);
  await world.stop();
});
