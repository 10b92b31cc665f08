import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { monitorJson, parseMonitor, storedMonitor } from './monitor.ts';

const schedule = { period: { interval: 1, unit: 'MINUTES' } };
const condition = { script: { source: 'true' } };
const action = { name: 'a', destination_id: 'd', message_template: { source: 'm' } };
const trigger = (more: Document = {}): Document => ({ name: 't', severity: '1', condition, ...more });
const monitor = (more: Document = {}): Document => ({ name: 'm', schedule, ...more });
const acting = (more: Document): Document => monitor({ triggers: [trigger({ actions: [{ ...action, ...more }] })] });

const refused: readonly [name: string, json: unknown, reason: RegExp, status?: number][] = [
  ['no name', { schedule }, /^Monitor name is null$/],
  ['no schedule', { name: 'm' }, /^Monitor schedule is null$/],
  ['two inputs', monitor({ inputs: [{ search: {} }, { search: {} }] }), /^Monitors can only have 1 search input\.$/],
  [
    'eleven triggers',
    monitor({ triggers: Array(11).fill(trigger()) }),
    /^Monitors can only support up to 10 triggers\.$/,
  ],
  [
    'the same id twice',
    monitor({ triggers: [trigger({ id: 'x' }), trigger({ id: 'x' })] }),
    /^Duplicate trigger id: x\. Trigger ids must be unique\.$/,
  ],
  [
    'a trigger of another kind',
    monitor({ triggers: [{ bucket_level_trigger: { id: 'b' } }] }),
    /^Incompatible trigger \[b\] for monitor type \[query_level_monitor\]$/,
  ],
  [
    'another language',
    monitor({ triggers: [trigger({ condition: { script: { source: 'x', lang: 'groovy' } } })] }),
    /^Invalid script language\. Allowed languages are \[painless\]$/,
  ],
  ['alerts of its own', monitor({ data_sources: { alerts_index: 'mine' } }), /^Custom Data Sources are not allowed\.$/],
  [
    'an unknown query',
    monitor({ inputs: [{ search: { indices: [], query: { query: { nope: {} } } } }] }),
    /^unknown query \[nope\]/,
  ],
  ['an unknown field of an action', acting({ nope: 1 }), /^Unexpected field: nope, while parsing action$/],
  [
    'a throttle without a value',
    acting({ throttle_enabled: true }),
    /^Action throttle enabled but not set throttle value$/,
  ],
  [
    'a throttle in hours',
    acting({ throttle: { value: 1, unit: 'HOURS' } }),
    /^Only support MINUTES throttle unit currently$/,
  ],
  [
    'a throttle of nothing',
    acting({ throttle: { value: 0, unit: 'MINUTES' } }),
    /^Can only set positive throttle period$/,
  ],
  [
    'a throttle of two days',
    acting({ throttle: { value: 2880, unit: 'MINUTES' } }),
    /^Can only set throttle period less than or equal to 1d$/,
  ],
  [
    'a subject that is no template',
    acting({ subject_template: { source: 'x', lang: 'painless' } }),
    /^subject_template must be a mustache script$/,
  ],
  [
    'two scopes',
    acting({ action_execution_policy: { action_execution_scope: { per_alert: {}, per_execution: {} } } }),
    /^You can only specify one type of action execution scope\.$/,
  ],
  ['a kind that does not run', monitor({ monitor_type: 'ppl_monitor' }), /do not run here/, 501],
  ['a kind nobody knows', monitor({ monitor_type: 'psychic_monitor' }), /^Unknown monitor type \[psychic_monitor\]/],
  [
    'another way of counting',
    monitor({ ui_metadata: { trailhound: { evaluate: 'sometimes' } } }),
    /neither \[opensearch\] nor \[arrived\]$/,
  ],
];

for (const [name, json, message, status = 400] of refused) {
  test(`refused: ${name}`, () => assert.throws(() => parseMonitor(json, 0), { message, status }));
}

test('what is left out is filled in, unknown fields are ignored, ids are kept or made', () => {
  const parsed = parseMonitor(
    monitor({ nope: 1, triggers: [trigger(), trigger({ id: 'mine', actions: [action] })] }),
    7,
  );
  assert.deepEqual([parsed.enabled, parsed.enabledTime, parsed.evaluate, parsed.live], [true, 7, 'opensearch', true]);
  assert.match(parsed.triggers[0]?.id ?? '', /^[\w-]{20}$/);
  assert.equal(parsed.triggers[1]?.id, 'mine');
  assert.match(parsed.triggers[1]?.actions[0]?.id ?? '', /^[\w-]{20}$/);
  assert.equal(parseMonitor(monitor({ enabled: false, enabled_time: 5 }), 7).enabledTime, null);
  assert.equal(parseMonitor(monitor({ enabled_time: 5_000_000 }), 7).enabledTime, 7, 'no phase in the future');
});

test('the query comes back letter for letter, keys named like prototypes too', () => {
  const text = '{"size":0,"query":{"bool":{"filter":[{"term":{"__proto__":{"value":"x"}}}]}}}';
  const query = JSON.parse(text) as Document;
  const written = monitorJson(parseMonitor(monitor({ inputs: [{ search: { indices: ['a'], query } }] }), 0));
  const [input] = written.inputs as readonly { search: { query: unknown } }[];
  assert.equal(JSON.stringify(input?.search.query), text);
});

test('what was written reads back the same', () => {
  const full = monitor({
    inputs: [{ search: { indices: ['a-*', 'b'], query: { size: 0, query: { match_all: {} } } } }],
    triggers: [trigger({ actions: [{ ...action, throttle_enabled: true, throttle: { value: 10, unit: 'MINUTES' } }] })],
    ui_metadata: { trailhound: { evaluate: 'arrived' }, other: null },
  });
  const once = parseMonitor(full, 5);
  assert.deepEqual(storedMonitor(JSON.parse(JSON.stringify(monitorJson(once))), 9), once);
});

test('whatever JSON comes, it is a monitor or one refusal', () => {
  const fields = ['name', 'schedule', 'inputs', 'triggers', 'enabled', 'ui_metadata', 'monitor_type', 'enabled_time'];
  const some = fc.record(Object.fromEntries(fields.map((field) => [field, fc.jsonValue({ maxDepth: 3 })])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(some, fc.boolean(), (json, valid) => {
      try {
        parseMonitor(valid ? { ...json, name: 'm', schedule } : json, 0);
      } catch (error) {
        if (!(error instanceof TrailhoundError)) throw error;
      }
    }),
    // Found by a run of CI: an object that has no text of its own.
    { examples: [[{ monitor_type: [{ toString: null }] }, false]] },
  );
});
