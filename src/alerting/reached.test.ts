import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, type Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import type { Position, StoredDocument } from '../store/store.ts';
import { index, start } from './alerting.suite.ts';
import { openAlerting } from './alerting.ts';

/** Where somebody else looks at what arrived, runs go as far as it has come. */

const query = { query: { match_all: {} } };
const schedule = { period: { interval: 1, unit: 'HOURS' } };
const condition = { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } };
const byQuery: Document = {
  name: 'queries',
  monitor_type: 'query_level_monitor',
  inputs: [{ search: { indices: [index], query } }],
  triggers: [{ query_level_trigger: { id: 't', name: 'any', severity: '1', condition, actions: [] } }],
};
const byDocument: Document = {
  name: 'documents',
  monitor_type: 'doc_level_monitor',
  inputs: [
    { doc_level_input: { description: '', indices: [index], queries: [{ id: 'q', name: 'q', query: '*', tags: [] }] } },
  ],
  triggers: [
    {
      document_level_trigger: {
        id: 't',
        name: 'any',
        severity: '1',
        condition: { script: { source: 'query[name=q]', lang: 'painless' } },
        actions: [],
      },
    },
  ],
};

for (const kind of [byQuery, byDocument]) {
  test(`a run counts up to where others looked, never less than before: ${kind.name}`, async () => {
    const clock = virtualClock(start);
    const store = openMemory({ clock });
    await store.createIndex(index, {});
    let reached: Position = await store.position();
    const looked: Position[] = [];
    const counting = {
      ...store,
      async position() {
        looked.push(await store.position());
        return store.position();
      },
    };
    const alerting = await openAlerting({ store: counting, clock, log: keptLog(), reached: () => reached });
    const { id } = await alerting.createMonitor({
      type: 'monitor',
      enabled: true,
      schedule,
      ui_metadata: { trailhound: { evaluate: 'arrived' } },
      ...kind,
    });
    const write = async (name: string): Promise<readonly StoredDocument[]> => {
      const [result] = await store.write([{ action: 'create', index, id: name, document: { name } }]);
      assert.ok(result && !('error' in result));
      return [{ index, id: name, version: 1, seqNo: result.seqNo, source: { name } }];
    };
    const counted = async (): Promise<number> => {
      const { alerts } = await alerting.listAlerts({ size: 100 });
      const totals = alerts.map((alert) => Number(at(alert, 'trailhound.total') ?? 0));
      return kind === byDocument ? alerts.length : totals.reduce((sum, one) => sum + one, 0);
    };
    looked.length = 0;

    await alerting.observe(await write('a'));
    await alerting.settled();
    assert.equal(await counted(), 0, 'nobody looked so far');
    reached = await store.position();
    const second = await write('b');
    await alerting.observe(second);
    await alerting.settled();
    assert.equal(await counted(), 1, 'the second is not reached');
    assert.deepEqual(looked, [], 'woken runs do not look');

    await alerting.execute(id);
    assert.equal(looked.length, 1, 'one that was asked for looks');
    assert.equal(await counted(), 2);
    // The others are behind now: what was counted is not counted again.
    const far = alerting.counted()[0]?.position;
    await alerting.observe(second);
    await alerting.settled();
    assert.equal(alerting.counted()[0]?.position, far);
    reached = await store.position();
    await alerting.observe(second);
    await alerting.settled();
    assert.equal(await counted(), 2);
    await alerting.close();
  });
}
