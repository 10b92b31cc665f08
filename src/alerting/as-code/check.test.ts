import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkMonitorFile } from './check.ts';

const text = (change: (monitor: string) => string): string =>
  change(`{
  "name": "m",
  "schedule": {"period": {"interval": 1, "unit": "MINUTES"}},
  "inputs": [{"search": {"indices": ["a"], "query": {"query": {"bool": {"filter": [
    {"term": {"x": 1}},
    {"query_string": {"query": "a:b AND c:d"}}
  ]}}}}}],
  "triggers": [
    {"query_level_trigger": {"name": "t", "severity": "1", "condition": {"script": {"source": "return true"}},
      "actions": [{"name": "x", "destination_id": "d", "message_template": {"source": "hi"}}]}}
  ]
}`);

const swap = (from: string, to: string) => text((monitor) => monitor.replace(from, to));

const cases: readonly [name: string, text: string, path: string | undefined, place: string, message: RegExp][] = [
  ['no JSON', '{"name": "m",\n  oops', undefined, '2:', /neither JSON nor YAML/],
  ['a list', '[]', undefined, '1:1', /an object/],
  ['no name', swap('"name": "m",', ''), undefined, '1:1', /Monitor name is null/],
  ['a unit', swap('"MINUTES"', '"SECONDS"'), 'schedule', '3:15', /Timezone Seconds is not supported/],
  [
    'an unknown clause',
    swap('"term"', '"tern"'),
    'inputs[0].search.query.query.bool.filter[0]',
    '5:5',
    /unknown query \[tern\]/,
  ],
  [
    'a query string',
    swap('a:b AND c:d', '(a:b'),
    'inputs[0].search.query.query.bool.filter[1].query_string.query',
    '6:32',
    /does not compile/,
  ],
  [
    'a condition',
    swap('return true', 'if (true) {\\n  return nope }'),
    'triggers[0].query_level_trigger.condition.script.source',
    '9:',
    /does not compile \(line 2, column 10 of the script\)/,
  ],
  [
    'an action',
    swap('"destination_id": "d", ', ''),
    'triggers[0].query_level_trigger.actions[0]',
    '10:19',
    /Destination id is null/,
  ],
  ['a trigger', swap('"severity": "1", ', ''), 'triggers[0].query_level_trigger', '9:29', /severity is null/],
  [
    'our settings',
    text((m) => m.replace(/\}$/, ', "ui_metadata": {"trailhound": {"evaluate": "x"}}}')),
    'ui_metadata',
    '12:',
    /evaluate/,
  ],
];

for (const [name, source, path, place, message] of cases) {
  test(`validate: ${name}`, () => {
    const [fault, ...more] = checkMonitorFile({ path: 'm.json', text: source });
    assert.deepEqual(more, []);
    assert.equal(fault?.path, path);
    assert.match(fault?.message ?? '', message);
    assert.ok(`${fault?.line}:${fault?.column}`.startsWith(place), `${fault?.line}:${fault?.column}`);
  });
}

test("validate: the column of a script is the character's own", () => {
  const source = swap('return true', 'return \\"a\\" + nope');
  const [fault] = checkMonitorFile({ path: 'm.json', text: source });
  const line = source.split('\n')[(fault?.line ?? 0) - 1] ?? '';
  assert.ok(line.slice((fault?.column ?? 0) - 1).startsWith('nope'), `${fault?.column} of ${line}`);
});

test('validate: YAML has lines too, and what is right has no fault', () => {
  const yaml = `name: m
schedule: { period: { interval: 1, unit: MINUTES } }
inputs:
  - search: { indices: [a], query: { query: { match_all: {} } } }
triggers:
  - name: t
    severity: 1
    condition:
      script:
        source: |
          return nope
`;
  const [fault] = checkMonitorFile({ path: 'm.yaml', text: yaml });
  assert.deepEqual([fault?.line, fault?.path], [10, 'triggers[0].condition.script.source']);
  assert.deepEqual(checkMonitorFile({ path: 'm.yaml', text: yaml.replace('nope', 'true') }), []);
});

test('validate: the shipped monitors are right', () => {
  const folder = fileURLToPath(new URL('../../../content/monitors/guide', import.meta.url));
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const path = join(folder, name);
    assert.deepEqual(checkMonitorFile({ path, text: readFileSync(path, 'utf8') }), []);
  }
});

test('validate: hostile files end in faults, not in exceptions', () => {
  const hostile = [
    '',
    'null',
    '5',
    '{"triggers": 5, "inputs": {}}',
    '{"name": {"toString": 1}}',
    '{"__proto__": {"name": "x"}}',
    `${'['.repeat(500)}`,
    '{"inputs":[[]],"name":"a"}',
    '&a [*a]',
  ];
  for (const source of hostile)
    assert.ok(checkMonitorFile({ path: 'm', text: source }).length > 0, source.slice(0, 40));
});
