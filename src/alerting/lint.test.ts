import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { monitorForWazuh, onlyHere } from './for-wazuh.ts';
import { lintMonitor } from './lint.ts';
import { queryLeaves } from './query-leaf.ts';

function monitor(query: unknown, more: object = {}): string {
  return JSON.stringify(
    {
      name: 'm',
      monitor_type: 'query_level_monitor',
      enabled: true,
      schedule: { period: { interval: 1, unit: 'MINUTES' } },
      inputs: [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { size: 0, query } } }],
      triggers: [
        {
          query_level_trigger: {
            name: 't',
            severity: '1',
            condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
            actions: [],
          },
        },
      ],
      ui_metadata: { trailhound: { evaluate: 'arrived' } },
      ...more,
    },
    null,
    1,
  );
}

function lint(text: string, target?: 'wazuh'): readonly string[] {
  return lintMonitor({ path: 'm.json', text }, { for: target }).map(
    ({ level, line, message }) => `${level} ${line}: ${message}`,
  );
}

const term = (field: string, value: unknown): object => ({ term: { [field]: { value } } });
const filter = (...clauses: object[]): object => ({ bool: { filter: clauses } });

/** What is written → what is said of it, or nothing. */
const cases: readonly (readonly [string, string, RegExp | undefined])[] = [
  ['a monitor that works', monitor(filter(term('data.aws.eventName', 'GetObject'))), undefined],
  [
    'a term on an object',
    monitor(filter(term('data.aws.userIdentity', 'Anonymous'))),
    /error \d+: it can never match: "data.aws.userIdentity" is an object/,
  ],
  ['exists on an object', monitor(filter({ exists: { field: 'data.aws.requestParameters' } })), undefined],
  [
    'a field that no event has',
    monitor(filter(term('data.aws.eventNam', 'x'))),
    /error \d+: it can never match: no event has the field "data.aws.eventNam"/,
  ],
  [
    'the same among other ways',
    monitor({ bool: { should: [term('data.aws.eventNam', 'x'), term('data.aws.eventName', 'x')] } }),
    /warning \d+: this part can never match/,
  ],
  ['the same excluded', monitor({ bool: { must_not: [term('aws.eventName', 'x')] } }), /warning/],
  ['case counts', monitor(filter(term('data.aws.eventname', 'x'))), /no event has the field/],
  [
    'a sub-field of default mappings',
    monitor(filter(term('data.aws.eventName.keyword', 'x'))),
    /strings are keywords themselves/,
  ],
  ['fields that differ by call', monitor(filter(term('data.aws.requestParameters.any.thing', 'x'))), undefined],
  [
    'a field in a query_string',
    monitor({ query_string: { query: 'data.aws.eventNam:x AND data.aws.eventName:y' } }),
    /error .*eventNam"/,
  ],
  ['_exists_', monitor({ query_string: { query: '_exists_:data.aws.errorCode' } }), undefined],
  [
    'a name that is a permission',
    monitor(filter({ terms: { 'data.aws.eventName': ['UpdateRestApiPolicy'] } })),
    /error .*it can never match: the eventName "UpdateRestApiPolicy"/,
  ],
  [
    'the same beside another name',
    monitor(filter({ terms: { 'data.aws.eventName': ['UpdateRestApiPolicy', 'PutRestApi'] } })),
    /warning/,
  ],
  ['a source without its domain', monitor(filter(term('data.aws.eventSource', 's3'))), /reads like "s3.amazonaws.com"/],
  ['no trigger', monitor(filter(term('data.aws.eventName', 'x')), { triggers: [] }), /error .*no trigger/],
  ['no range of time', monitor(filter(term('data.aws.eventName', 'x')), { ui_metadata: {} }), /warning .*never ends/],
  [
    'a range of time',
    monitor(filter({ range: { timestamp: { gte: '{{period_end}}||-5m' } } }), { ui_metadata: {} }),
    undefined,
  ],
  ['disabled', monitor(filter(term('data.aws.eventName', 'x')), { enabled: false }), /warning \d+: it is disabled/],
  ['another index', monitor({ match_all: {} }).replace('wazuh-alerts-4.x-*', 'logs-*'), /in no index/],
  ['a condition that does not compile', monitor({ match_all: {} }).replace('> 0', '> > 0'), /error .*does not compile/],
  ['a query that the API refuses', monitor({ nope: {} }), /error 1: the API refuses it: .*nope/],
  ['no JSON', '{"a": ', /error 1: /],
  ['a file of data', `[${'"x",'.repeat(300_000)}1]`, /error 1: is longer than/],
  [
    'YAML',
    'name: m\nschedule: {period: {interval: 1, unit: MINUTES}}\ninputs:\n- search:\n    indices: [wazuh-alerts-4.x-*]\n    query:\n      query:\n        term: {data.aws.userIdentity: x}\ntriggers: []\n',
    /error 8: .*is an object/,
  ],
];

for (const [name, text, wanted] of cases) {
  test(`lint of a monitor: ${name}`, () => {
    const found = lint(text);
    if (wanted)
      assert.ok(
        found.some((one) => wanted.test(one)),
        JSON.stringify(found),
      );
    else assert.deepEqual(found, []);
  });
}

test('findings stand at the line of the clause', () => {
  const [found] = lintMonitor({ path: 'm.json', text: monitor(filter(term('data.aws.eventNam', 'x'))) });
  const lines = monitor(filter(term('data.aws.eventNam', 'x'))).split('\n');
  assert.match(lines[(found?.line ?? 0) - 1] ?? lines[0] ?? '', /eventNam|\{/);
  assert.equal(found?.path, 'inputs.0.search.query.query.bool.filter.0.term.data.aws.eventNam');
  assert.match(found?.fix ?? '', /data\.aws\.eventName/);
});

const guide = new URL('../../content/monitors/guide/', import.meta.url);
for (const name of readdirSync(guide).filter((name) => name.endsWith('.json'))) {
  test(`for Wazuh ${name} has errors, and the fixed one has none`, () => {
    const text = readFileSync(new URL(name, guide), 'utf8');
    assert.ok(lint(text, 'wazuh').some((one) => one.startsWith('error')));
    assert.ok(lint(text).every((one) => one.startsWith('warning')));
    const fixed = monitorForWazuh(JSON.parse(text));
    assert.ok(fixed);
    assert.deepEqual(lint(JSON.stringify(fixed.json), 'wazuh'), []);
    assert.equal(monitorForWazuh(fixed.json), undefined, 'nothing is left to do');
  });
}

test('what only this program writes cannot be written for Wazuh', () => {
  const text = monitor(filter(term('trailhound.anonymous', true)));
  assert.deepEqual(lint(text), []);
  assert.ok(lint(text, 'wazuh').some((one) => /error .*only this program writes "trailhound.anonymous"/.test(one)));
  assert.deepEqual([onlyHere(JSON.parse(text)), onlyHere(JSON.parse(monitor({ match_all: {} })))], [true, false]);
});

test('what a query asks, and how much hangs on it', () => {
  const leaves = queryLeaves({
    bool: {
      must: [{ term: { a: 'x' } }, { query_string: { query: 'b:1 OR c:2 OR word' } }],
      must_not: [{ terms: { d: ['y', 'z'] } }],
      should: [{ bool: { filter: { match: { e: { query: 'q' } } } } }, { exists: { field: 'f' } }],
    },
  });
  assert.deepEqual(
    leaves.map(({ clause, field, values, role }) => [clause, field, values.join(), role]),
    [
      ['term', 'a', 'x', 'must'],
      ['query_string', 'b', '1', 'maybe'],
      ['query_string', 'c', '2', 'maybe'],
      ['query_string', undefined, 'word', 'maybe'],
      ['terms', 'd', 'y,z', 'not'],
      ['match', 'e', 'q', 'maybe'],
      ['exists', 'f', '', 'maybe'],
    ],
  );
});
