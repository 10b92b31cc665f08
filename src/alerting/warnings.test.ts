import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { parseMapping } from '../query/mapping.ts';
import { alertsOf, events, minute, openWorld } from './alerting.suite.ts';
import { parseMonitor } from './monitor.ts';
import { monitorWarnings } from './warnings.ts';

const at = Date.parse('2026-03-01T12:00:00Z');
const keyword = { type: 'keyword' };
const mapping = parseMapping({
  properties: {
    timestamp: { type: 'date' },
    message: { type: 'text', fields: { keyword } },
    rule: { properties: { level: { type: 'long' } } },
    data: {
      properties: {
        aws: {
          properties: {
            eventName: keyword,
            userIdentity: { properties: { type: keyword, principalId: keyword } },
            policy: { type: 'flat_object' },
          },
        },
      },
    },
  },
});
const indices = [{ mapping, documents: 1 }];

const search = (query: Document, more: Document = {}): Document => ({
  name: 'm',
  schedule: { period: { interval: 1, unit: 'MINUTES' } },
  inputs: [{ search: { indices: ['i'], query: { query, ...more } } }],
  ui_metadata: { trailhound: { evaluate: 'arrived' } },
});
const words = (query: string): Document => search({ query_string: { query } });
const condition = (source: string, more: Document = {}): Document => ({
  ...search({ match_all: {} }, more),
  triggers: [{ name: 't', severity: '1', condition: { script: { source } } }],
});

const cases: readonly [name: string, monitor: Document, warnings: readonly RegExp[]][] = [
  ['nothing to say', words('data.aws.eventName:GetObject AND NOT nope:x AND rule.level:>5'), []],
  [
    'un-fielded words',
    words('AllUsers OR "public-read"'),
    [/words without a field \(AllUsers, public-read\): on Wazuh/],
  ],
  ['three of them', words('AllUsers OR public-read OR PublicRead'), [/HTTP 500: 3 words/]],
  ['words with default fields', search({ query_string: { query: 'x', fields: ['message'] } }), []],
  ['everything', words('*'), []],
  ['a bad query string', words('a AND'), [/each run will fail: Failed to parse query/]],
  [
    'a field that no event has',
    search({ term: { 'data.aws.evntName': 'x' } }),
    [/no event has the field data\.aws\.evntName: did you mean data\.aws\.eventName\?/],
  ],
  ['the same in small letters', words('data.aws.eventname:x'), [/did you mean data\.aws\.eventName\?/]],
  ['the last step of another', search({ exists: { field: 'eventName' } }), [/did you mean data\.aws\.eventName\?/]],
  ['no such pattern', words('data.gcp.\\*:x'), [/no event has a field like data\.gcp\.\*/]],
  ['a pattern', words('data.aws.\\*:x'), []],
  ['inside a flat object', words('data.aws.policy.Statement.Principal:x'), []],
  ['what is not wanted may be missing', search({ bool: { must_not: [{ exists: { field: 'nope' } }] } }), []],
  [
    'a term on an object',
    search({ term: { 'data.aws.userIdentity': 'Anonymous' } }),
    [/data\.aws\.userIdentity is an object.*such as data\.aws\.userIdentity\.type/],
  ],
  ['an object that exists', search({ exists: { field: 'data.aws.userIdentity' } }), []],
  ['a term on a text', search({ term: { message: 'GetObject' } }), [/message is text.*ask for message\.keyword/]],
  ['a match on a text', search({ match: { message: 'GetObject' } }), []],
  ['a script that does not compile', condition('ctx.results[0].hits.total.value >'), [/does not compile/]],
  ['hits of size 0', condition('ctx.results[0].hits.hits.size() > 0', { size: 0 }), [/always empty/]],
  [
    'an aggregation that is not there',
    condition('true', { aggs: { a: { scripted_metric: { field: 'x' } } } }),
    [/each run will fail: .*scripted_metric/],
  ],
];

for (const [name, json, warnings] of cases) {
  test(`warnings: ${name}`, () => {
    const found = monitorWarnings(parseMonitor(json, at), indices, at).map(({ message }) => message);
    assert.equal(found.length, warnings.length, found.join('\n'));
    warnings.forEach((pattern, number) => void assert.match(found[number] ?? '', pattern));
  });
}

const timed: readonly [name: string, query: Document, endless: boolean][] = [
  ['none', { match_all: {} }, true],
  ['a range on a number', { range: { 'rule.level': { gte: 5 } } }, true],
  ['from period_start', { range: { timestamp: { gte: '{{period_start}}', format: 'epoch_millis' } } }, false],
  ['from now', { bool: { filter: [{ range: { timestamp: { gte: 'now-1h' } } }] } }, false],
  ['in a query string', { query_string: { query: 'timestamp:[2026-01-01 TO *]' } }, false],
];

for (const [name, query, endless] of timed) {
  test(`time range: ${name}`, () => {
    const { ui_metadata: _, ...json } = search(query);
    const found = monitorWarnings(parseMonitor(json, at), [], at);
    assert.equal(
      found.some(({ message }) => message.includes('this alert will never end')),
      endless,
    );
    const arrived = monitorWarnings(parseMonitor(search(query), at), [], at);
    assert.deepEqual(arrived, [], 'what arrives ends by itself');
  });
}

const bucket = (more: Document): Document => ({
  ...search({ match_all: {} }, { aggs: { by: { terms: { field: 'data.aws.eventName' } } } }),
  monitor_type: 'bucket_level_monitor',
  triggers: [
    {
      bucket_level_trigger: {
        name: 't',
        severity: '1',
        condition: {
          parent_bucket_path: 'by',
          buckets_path: { n: '_count' },
          script: { source: 'params.n > 1' },
          ...more,
        },
      },
    },
  ],
});

const bucketCases: readonly [name: string, more: Document, warning: RegExp | undefined][] = [
  ['all well', {}, undefined],
  ['another aggregation', { parent_bucket_path: 'nope' }, /no aggregation at \[nope\]/],
  ['another parameter', { script: { source: 'params.m > 1' } }, /params\.m is not in buckets_path/],
  ['the run is not there', { script: { source: 'ctx.results == null' } }, /does not compile/],
];

for (const [name, more, warning] of bucketCases) {
  test(`bucket-level: ${name}`, () => {
    const found = monitorWarnings(parseMonitor(bucket(more), at), indices, at);
    assert.equal(found.length, warning ? 1 : 0, JSON.stringify(found));
    if (warning) assert.match(found[0]?.message ?? '', warning);
  });
}

test('document-level: expressions and queries', () => {
  const json = {
    name: 'd',
    schedule: { period: { interval: 1, unit: 'MINUTES' } },
    monitor_type: 'doc_level_monitor',
    inputs: [{ doc_level_input: { indices: ['i'], queries: [{ name: 'a', query: 'AllUsers', tags: [] }] } }],
    triggers: ['query[name=b]', '('].map((source) => ({
      document_level_trigger: { name: 't', severity: '1', condition: { script: { source } } },
    })),
  };
  const found = monitorWarnings(parseMonitor(json, at), indices, at);
  assert.deepEqual(
    found.map(({ path }) => path),
    [
      'inputs[0].doc_level_input.queries[0].query',
      'triggers[0].document_level_trigger.condition.script.source',
      'triggers[1].document_level_trigger.condition.script.source',
    ],
  );
  assert.match(found[1]?.message ?? '', /no query of this monitor has the name b/);
});

test('the place of a mistake in a script', () => {
  const [found] = monitorWarnings(parseMonitor(condition('int a = 1;\nreturn nope;'), at), [], at);
  assert.deepEqual([found?.line, found?.column], [2, 8]);
});

test('what ships has at most the guide’s own un-fielded words', () => {
  const folder = new URL('../../content/monitors/guide/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const json: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const found = monitorWarnings(parseMonitor(json, at), [], at).map(({ message }) => message);
    assert.ok(
      found.every((message) => message.startsWith('words without a field')),
      `${file}: ${found.join('; ')}`,
    );
  }
});

test('accepted with its warnings, refused when strict, and the run says the same', async () => {
  const world = await openWorld();
  await events(world, { eventName: 'GetObject' });
  const broken: Document = {
    ...condition('ctx.results[0].hits.total.value >'),
    inputs: [{ search: { indices: ['wazuh-alerts-4.x-*'], query: { query: { term: { 'data.aws.eventNam': 'x' } } } } }],
  };
  const { id, warnings } = await world.alerting.createMonitor(broken);
  assert.equal(warnings.length, 2);
  await assert.rejects(() => world.alerting.createMonitor(broken, { strict: true }), {
    status: 400,
    message: /did you mean data\.aws\.eventName.*script\.source \(line 1, column \d+\): the script does not compile/,
  });
  const { ui_metadata: _, ...without } = broken;
  const updated = await world.alerting.updateMonitor(id, without);
  assert.equal(updated.warnings.length, 2, 'it still counts what arrives: the settings are kept');
  await world.pass(2 * minute);
  assert.equal((await alertsOf(world))[0]?.state, 'ERROR');
  assert.equal((await world.alerting.lint(condition('true'))).length, 0);
  await world.stop();
});
