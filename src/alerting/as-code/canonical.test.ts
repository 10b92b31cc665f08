import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { type Document, isDocument, own } from '../../base/document.ts';
import { asFile, asSent, canonicalMonitor, comparable } from './canonical-monitor.ts';
import { canonicalBody } from './canonical-query.ts';
import { type Difference, differences } from './difference.ts';

const recorded = fileURLToPath(new URL('../../../test/recorded/', import.meta.url));

function differ(file: Document, server: Document): readonly Difference[] {
  const both = comparable(file, server);
  return differences(both.file, both.server);
}

/** What the original made of a monitor that it took: rewritten queries, ids, defaults, constants. */
const taken = ['alerting', 'notifications'].flatMap((folder) =>
  readdirSync(`${recorded}${folder}`).flatMap((name) => {
    const { request, response } = JSON.parse(readFileSync(`${recorded}${folder}/${name}`, 'utf8')) as {
      request?: { body: unknown };
      response?: { body: unknown };
    };
    const server = own(response?.body, 'monitor');
    return isDocument(request?.body) && isDocument(server) ? [{ name, file: request.body, server }] : [];
  }),
);

test('the original has taken monitors to compare', () => assert.ok(taken.length >= 20, `${taken.length}`));

for (const { name, file, server } of taken) {
  test(`no difference sees through the original's rewriting: ${name}`, () => {
    assert.deepEqual(differ(file, server), []);
    assert.deepEqual(differ(asFile(server, 'some-id'), server), [], 'pulled');
  });
}

const same: readonly [string, unknown, unknown][] = [
  ['term', { term: { a: 1 } }, { term: { a: { value: 1, boost: 1.0 } } }],
  ['terms', { terms: { a: ['x'] } }, { terms: { a: ['x'], boost: 1 } }],
  [
    'range',
    { range: { a: { gt: 1, lte: 'now' } } },
    { range: { a: { from: 1, to: 'now', include_lower: false, include_upper: true, boost: 1 } } },
  ],
  [
    'open range',
    { range: { a: { gte: 1 } } },
    { range: { a: { from: 1, to: null, include_lower: true, include_upper: true } } },
  ],
  [
    'match',
    { match: { a: 'x' } },
    { match: { a: { query: 'x', operator: 'OR', prefix_length: 0, max_expansions: 50, zero_terms_query: 'NONE' } } },
  ],
  [
    'bool in any order',
    { bool: { filter: [{ term: { a: 1 } }, { exists: { field: 'b' } }] } },
    {
      bool: {
        filter: [{ exists: { field: 'b', boost: 1 } }, { term: { a: { value: 1 } } }],
        adjust_pure_negative: true,
      },
    },
  ],
  [
    'one clause or a list of one',
    { bool: { must: { match_all: {} } } },
    { bool: { must: [{ match_all: { boost: 1 } }] } },
  ],
  [
    'nested',
    { nested: { path: 'p', query: { term: { a: 1 } } } },
    { nested: { path: 'p', query: { term: { a: { value: 1 } } }, ignore_unmapped: false, score_mode: 'avg' } },
  ],
  [
    'fields',
    { query_string: { query: 'x', fields: ['b', 'a'] } },
    { query_string: { query: 'x', fields: ['a^1.0', 'b^1.0'] } },
  ],
];

const other: readonly [string, unknown, unknown][] = [
  ['a value', { term: { a: 1 } }, { term: { a: 2 } }],
  ['a type', { term: { a: 1 } }, { term: { a: '1' } }],
  ['a boost', { term: { a: 1 } }, { term: { a: { value: 1, boost: 2 } } }],
  ['a bound', { range: { a: { gt: 1 } } }, { range: { a: { from: 1, to: null, include_lower: true } } }],
  ['an occurrence', { bool: { must: [{ term: { a: 1 } }] } }, { bool: { must_not: [{ term: { a: 1 } }] } }],
  ['an operator', { query_string: { query: 'x' } }, { query_string: { query: 'x', default_operator: 'and' } }],
  ['a letter', { query_string: { query: 'x' } }, { query_string: { query: 'X' } }],
];

for (const [name, a, b] of same) {
  test(`means the same: ${name}`, () => assert.deepEqual(canonicalBody({ query: a }), canonicalBody({ query: b })));
}
for (const [name, a, b] of other) {
  test(`means another thing: ${name}`, () =>
    assert.notDeepEqual(canonicalBody({ query: a }), canonicalBody({ query: b })));
}

const leaf = fc.oneof(
  fc.record({ term: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(3), { minKeys: 1, maxKeys: 1 }) }),
  fc.record({ exists: fc.record({ field: fc.constantFrom('a', 'b') }) }),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ bool: fc.dictionary(fc.constantFrom('must', 'should'), fc.array(tie('node'), { maxLength: 3 })) }),
  ),
})).node;

test('the order of clauses and keys says nothing, and canonical is canonical', () => {
  fc.assert(
    fc.property(tree, (query) => {
      const canonical = canonicalBody({ query });
      assert.deepEqual(canonicalBody({ query: reversed(query) }), canonical);
      assert.deepEqual(canonicalBody(canonical), canonical);
    }),
  );
});

function reversed(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(reversed).reverse();
  if (!isDocument(json)) return json;
  return Object.fromEntries(
    Object.entries(json)
      .map(([key, value]) => [key, reversed(value)])
      .reverse(),
  );
}

const monitor: Document = {
  name: 'm',
  schedule: { period: { interval: 1, unit: 'minutes' } },
  inputs: [{ search: { indices: ['b', 'a'], query: { query: { match_all: {} } } } }],
  triggers: [
    {
      name: 't',
      severity: 1,
      condition: { script: { source: 'return true' } },
      actions: [{ name: 'x', destination_id: 'd', message_template: { source: 'hi' } }],
    },
    { name: 'u', severity: '2', condition: { script: { source: 'return false' } }, actions: [] },
  ],
};

test('differences name the place, triggers and actions by name', () => {
  const server = canonicalMonitor({
    ...monitor,
    triggers: [
      {
        id: '7',
        name: 't',
        severity: '1',
        condition: { script: { source: 'return false' } },
        actions: [{ id: '8', name: 'x', destination_id: 'e', message_template: { source: 'hi' } }],
      },
    ],
  });
  assert.deepEqual(
    differ(monitor, server).map(({ path }) => path),
    [
      'triggers[t].query_level_trigger.actions[x].destination_id',
      'triggers[t].query_level_trigger.condition.script.source',
      'triggers[u]',
    ],
  );
});

test("what a file does not say is the server's own matter; what it says counts", () => {
  const server = {
    ...monitor,
    enabled: false,
    enabled_time: 5,
    owner: 'alerting',
    ui_metadata: { search: {}, trailhound: { evaluate: 'arrived' } },
  };
  assert.deepEqual(differ(monitor, server), []);
  assert.deepEqual(
    differ({ ...monitor, enabled: true }, server).map(({ path }) => path),
    ['enabled'],
  );
  const ui = { ui_metadata: { search: {}, trailhound: { evaluate: 'opensearch', id: 'mine' } } };
  assert.deepEqual(
    differ({ ...monitor, ...ui }, server).map(({ path }) => path),
    ['ui_metadata.trailhound.evaluate'],
  );
  assert.deepEqual(asSent({ ...monitor, ui_metadata: { trailhound: { id: 'mine' } } }), monitor);
});
