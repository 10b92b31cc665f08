import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { keptLog } from '../base/log.ts';
import { hostileDocument, hostileMapping, hostileQueries } from '../query/hostile-queries.suite.ts';
import { openEmbedded } from '../store/embedded.ts';
import { startServer, type TestServer } from './server.suite.ts';

/**
 * Hostile requests to the real API over an embedded store: each ends in an answer or an error of the client, within so much
 * CPU time and without holding the process for long. What is counted is CPU time, so that a busy machine fails nothing; the
 * budgets are some five times what the worst of them needs.
 */
const cpuMsMax = 5000;
const stallMsMax = 2500;

let server: TestServer;
const ends: (() => unknown)[] = [];

before(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-hostile-'));
  const store = await openEmbedded({ dir, clock: systemClock, log: keptLog() });
  server = await startServer({ after: (end) => void ends.push(end as () => unknown) }, { services: { store } });
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  await server.call('PUT', '/h', { mappings: hostileMapping });
  const asked = { asked: { type: 'percolator' } };
  await server.call('PUT', '/q', {
    mappings: { properties: { ...(hostileMapping.properties as Document), ...asked } },
  });
  const lines = Array.from({ length: 1000 }, (_, seed) => `{"index":{}}\n${JSON.stringify(hostileDocument(seed))}\n`);
  const filled = await server.call('POST', '/h/_bulk', lines.join(''));
  assert.equal(filled.body.errors, false);
});

after(async () => {
  for (const end of ends) await end();
});

for (const [name, query] of hostileQueries) {
  test(`asked: ${name}`, () => within(() => server.call('POST', '/h/_search', { query })));
  test(`stored: ${name}`, async () => {
    await within(() => server.call('PUT', '/q/_doc/1', { asked: query }), [200, 201, 400]);
    const percolate = { field: 'asked', documents: [0, 1, 2].map(hostileDocument) };
    await within(() => server.call('POST', '/q/_search', { query: { percolate } }));
  });
}

const all = { match_all: {} };
const bounds = { min: 0, max: 9e15 };
const many = (count: number, make: (n: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => make(n));
const inner = (depth: number): Document =>
  depth === 0 ? {} : { aggs: { a: { terms: { field: 'k' }, ...inner(depth - 1) } } };
const evil = { type: 'pattern', pattern: '(a+)+$' };
const requests: readonly (readonly [name: string, method: string, path: string, body: unknown])[] = [
  ['deep JSON', 'POST', '/h/_search', `{"query":${'{"bool":{"must":['.repeat(100_000)}`],
  ['deep lists', 'POST', '/h/_search', `{"query":${'['.repeat(1_000_000)}`],
  ['keys said twice', 'POST', '/h/_search', `{${'"a":1,'.repeat(500_000)}"b":1}`],
  ['a body of 10 MB', 'POST', '/h/_search', { query: all, _source: 'x'.repeat(10_000_000) }],
  ['a window without end', 'POST', '/h/_search', { from: 1e9, size: 1e9 }],
  ['many sorts', 'POST', '/h/_search', { sort: many(2000, () => ({ l: 'asc' })) }],
  ['small intervals', 'POST', '/h/_search', { size: 0, aggs: { a: { histogram: { field: 'l', interval: 1e-4 } } } }],
  [
    'milliseconds',
    'POST',
    '/h/_search',
    { size: 0, aggs: { a: { date_histogram: { field: 'd', fixed_interval: '1ms' } } } },
  ],
  [
    'far bounds',
    'POST',
    '/h/_search',
    { size: 0, aggs: { a: { date_histogram: { field: 'd', fixed_interval: '1s', extended_bounds: bounds } } } },
  ],
  ['aggregations in one another', 'POST', '/h/_search', { size: 0, ...inner(20) }],
  [
    'aggregations deeper than JSON',
    'POST',
    '/h/_search',
    `{"size":0,${'"aggs":{"a":{"terms":{"field":"k"},'.repeat(3000)}`,
  ],
  [
    'ranges',
    'POST',
    '/h/_search',
    { size: 0, aggs: { a: { range: { field: 'l', ranges: many(5000, (from) => ({ from })) } } } },
  ],
  ['a tokenizer that backtracks', 'POST', '/_analyze', { tokenizer: evil, text: `${'a'.repeat(40)}b` }],
  [
    'a character filter that backtracks',
    'POST',
    '/_analyze',
    {
      tokenizer: 'standard',
      char_filter: [{ ...evil, type: 'pattern_replace', replacement: '' }],
      text: `${'a'.repeat(40)}b`,
    },
  ],
  [
    'an analyzer that backtracks',
    'PUT',
    '/evil',
    { settings: { analysis: { tokenizer: { evil }, analyzer: { x: { type: 'custom', tokenizer: 'evil' } } } } },
  ],
  ['an index pattern of stars', 'GET', `/${'*a'.repeat(2000)}/_search`, undefined],
  ['capabilities of stars', 'GET', `/h/_field_caps?fields=${'*a'.repeat(2000)}`, undefined],
  ['a deep document', 'PUT', '/h/_doc/deep', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`],
  [
    'a wide document',
    'PUT',
    '/h/_doc/wide',
    Object.fromEntries(many(20_000, (n) => [`f${n}`, n]) as [string, number][]),
  ],
  ['a key of dots', 'PUT', '/h/_doc/dots', { [`${'a.'.repeat(100_000)}b`]: 1 }],
  ['a text of 4 MB', 'PUT', '/h/_doc/text', { t: 'x '.repeat(2_000_000) }],
  [
    'a template that backtracks',
    'PUT',
    '/dynamic',
    {
      mappings: {
        dynamic_templates: [{ x: { match_pattern: 'regex', match: '(a+)+$', mapping: { type: 'keyword' } } }],
      },
    },
  ],
  ['a name for it', 'PUT', '/dynamic/_doc/1', { [`${'a'.repeat(40)}b`]: 'x' }],
];

for (const [name, method, path, body] of requests) {
  test(`request: ${name}`, () =>
    within(() => server.call(method, path, body), [200, 201, 400, 404, 429, 431, 501, 503]));
}

/** 500 stands for the original's own answer to too many clauses inside one another. */
async function within(
  work: () => ReturnType<TestServer['call']>,
  statuses: readonly number[] = [200, 400],
): Promise<void> {
  const start = process.cpuUsage();
  let last = process.cpuUsage();
  let longest = 0;
  let ended = false;
  const look = (): void => {
    longest = Math.max(longest, spentMs(last));
    last = process.cpuUsage();
    if (!ended) setImmediate(look);
  };
  setImmediate(look);
  const { status, text } = await work().finally(() => {
    ended = true;
  });
  const tooMany = status === 500 && text.includes('too_many_nested_clauses');
  assert.ok(statuses.includes(status) || tooMany, `${status}: ${text.slice(0, 500)}`);
  assert.ok(spentMs(start) < cpuMsMax, `${Math.round(spentMs(start))} ms of CPU time`);
  assert.ok(longest < stallMsMax, `${Math.round(longest)} ms of CPU time at a stretch`);
}

function spentMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
