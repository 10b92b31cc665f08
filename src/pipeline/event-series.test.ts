import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import { installSharedTemplate } from './event-series.ts';

const ours = { _meta: { description: "Trailhound's events" }, index_patterns: [], template: { settings: {} } };
const wazuh = { name: 'wazuh', legacy: true, body: { order: 0, index_patterns: ['wazuh-alerts-4.x-*'] } };
const anything = { name: 'anything', legacy: true, body: { order: 0, index_patterns: ['*'] } };

test('the names are chosen once: beside what was there before, and what comes later is told at each start', async () => {
  const store = openMemory({ clock: virtualClock(0) });
  const told: string[] = [];
  const install = () => installSharedTemplate(store, ours, ({ message }) => void told.push(message));
  await store.putTemplate(anything);
  assert.equal(await install(), '');
  assert.equal(await install(), '');
  assert.deepEqual(told, [], 'our own template and one for all indices are no rivals');
  await store.putTemplate(wazuh);
  assert.equal(await install(), '', 'what is stored decides');
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /\(wazuh\) came later .* delete our index template, and start again/);
  // As it is told.
  await store.deleteTemplate({ name: 'trailhound-events', legacy: false });
  assert.equal(await install(), 'trailhound-');
  assert.equal(await install(), 'trailhound-');
  assert.equal(told.length, 1);
});
