import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  draftErrors,
  draftOf,
  emptyDraft,
  emptyTrigger,
  type MonitorDraft,
  monitorOf,
  previewOf,
  scheduleText,
} from '../../console/src/monitors/monitor-draft.ts';
import { exportOf } from '../../console/src/monitors/monitor-export.ts';
import type { Monitor } from '../../src/api/wire.ts';
import { root } from '../program.ts';

const valid: MonitorDraft = {
  ...emptyDraft(),
  name: 'Mine',
  indices: ['wazuh-alerts-4.x-*'],
  triggers: [{ ...emptyTrigger('new-1'), name: 'T' }],
};

test('a new monitor is what the guide describes, but for what the user types', () => {
  const monitor = monitorOf(valid);
  assert.deepEqual(monitor.schedule, { period: { interval: 1, unit: 'MINUTES' } });
  assert.deepEqual(monitor.inputs, [
    { search: { indices: ['wazuh-alerts-4.x-*'], query: { size: 0, query: { match_all: {} } } } },
  ]);
  assert.deepEqual(monitor.triggers, [
    {
      query_level_trigger: {
        name: 'T',
        severity: '1',
        condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
        actions: [],
      },
    },
  ]);
  assert.deepEqual(monitor.ui_metadata, {
    search: { searchType: 'query' },
    monitor_type: 'query_level_monitor',
    schedule: { frequency: 'interval', period: { interval: 1, unit: 'MINUTES' } },
    trailhound: { evaluate: 'arrived' },
  });
});

test("each of the guide's monitors comes back unchanged from the form", () => {
  const folder = join(root, 'content/monitors/guide');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.equal(files.length, 6);
  for (const file of files) {
    const monitor = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Monitor;
    assert.deepEqual(monitorOf(draftOf(monitor)), monitor, file);
  }
});

test('an edit keeps what the form does not show; only the stale schedule of Dashboards is renewed', () => {
  const action = { id: 'a', name: 'mail', destination_id: 'd', message_template: { source: 'x', lang: 'mustache' } };
  const monitor = {
    ...monitorOf(valid),
    triggers: [
      {
        query_level_trigger: {
          id: 'id-1',
          name: 'T',
          severity: 'urgent',
          condition: { script: { source: 'return true', lang: 'painless' } },
          actions: [action],
        },
      },
    ],
    ui_metadata: {
      search: { searchType: 'graph', fieldName: [] },
      monitor_type: 'query_level_monitor',
      schedule: { frequency: 'daily', daily: 7, period: { interval: 7 } },
      trailhound: { evaluate: 'opensearch', live: false },
    },
    unknown: { kept: true },
  } as unknown as Monitor;
  const back = monitorOf({ ...draftOf(monitor), name: 'New name' });
  assert.deepEqual(back, {
    ...monitor,
    name: 'New name',
    ui_metadata: {
      ...monitor.ui_metadata,
      schedule: { frequency: 'interval', daily: 7, period: { interval: 1, unit: 'MINUTES' } },
    },
  });
});

test('a preview counts everything and stores nothing: no name needed, no metadata', () => {
  const preview = previewOf({ ...valid, name: ' ' });
  assert.equal(preview.name, 'preview');
  assert.equal('ui_metadata' in preview, false);
  assert.deepEqual(preview.triggers, []);
});

const wrong: readonly (readonly [title: string, changes: Partial<MonitorDraft>, errors: Record<string, string>])[] = [
  ['right', {}, {}],
  ['no name', { name: '  ' }, { name: 'Required.' }],
  ['name of another', { name: 'Taken ' }, { name: 'Monitor name is already used.' }],
  ['no index', { indices: [] }, { index: 'Must specify an index.' }],
  ['zero', { interval: '0' }, { interval: 'Must be a positive integer.' }],
  ['fraction', { interval: '1.5' }, { interval: 'Must be a positive integer.' }],
  ['words', { interval: 'one' }, { interval: 'Must be a positive integer.' }],
  ['an interval does not matter to cron', { frequency: 'cronExpression', interval: '' }, {}],
  ['no zone', { frequency: 'cronExpression', timezone: '' }, { timezone: 'Select a timezone.' }],
  [
    'six fields',
    { frequency: 'cronExpression', cron: '0 0 * * * *' },
    { cron: 'Must be five fields: minute hour day month weekday.' },
  ],
  ['list as query', { query: '[]' }, { query: 'Invalid JSON. A query is an object: { "size": 0, "query": { … } }' }],
  [
    'two triggers of one name',
    { triggers: [emptyTrigger('a'), emptyTrigger('b')].map((trigger) => ({ ...trigger, name: 'same' })) },
    {
      'triggerDefinitions[0].name': 'Trigger name is already used.',
      'triggerDefinitions[1].name': 'Trigger name is already used.',
    },
  ],
  [
    'an empty trigger',
    { triggers: [{ ...emptyTrigger('a'), condition: ' ' }] },
    { 'triggerDefinitions[0].name': 'Required.', 'triggerDefinitions[0].condition': 'Required.' },
  ],
  ['no trigger is allowed', { triggers: [] }, {}],
];

for (const [title, changes, errors] of wrong) {
  test(`errors of a draft: ${title}`, () => {
    assert.deepEqual(draftErrors({ ...valid, ...changes }, ['Taken']), errors);
  });
}

test('a schedule by cron is sent with single blanks and told in words', () => {
  const draft: MonitorDraft = {
    ...valid,
    frequency: 'cronExpression',
    cron: ' 0  7 * * 1 ',
    timezone: 'Europe/Berlin',
  };
  const { schedule } = monitorOf(draft);
  assert.deepEqual(schedule, { cron: { expression: '0 7 * * 1', timezone: 'Europe/Berlin' } });
  assert.equal(scheduleText(schedule), 'Cron 0 7 * * 1 (Europe/Berlin)');
  assert.equal(scheduleText({ period: { interval: 1, unit: 'MINUTES' } }), 'Every 1 minutes');
});

test('an export holds what one can send to a server, and nothing that a server adds', () => {
  const monitor = { ...monitorOf(valid), schema_version: 8, enabled_time: 1, last_update_time: 2, owner: 'alerting' };
  assert.deepEqual(exportOf(monitor), monitorOf(valid));
});
