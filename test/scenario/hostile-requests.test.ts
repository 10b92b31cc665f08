import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, type Program, root, serve, temporaryFolder } from '../program.ts';

/**
 * Requests of every kind with one to three things in them exchanged for what does not belong there: each gets an answer, and
 * none is an internal error. The seed is printed when it fails; TRAILHOUND_SEED repeats it.
 */

const odd: readonly Json[] = JSON.parse(`[
  null, true, false, 0, -1, 1.5, 1e300, "", "a", "*", [], {}, [[]], ["a"], {"a": {"b": 1}},
  {"toString": null}, [{"toString": null}], {"__proto__": 1}, {"query": {"match_all": {}}},
  "now-1d", "2020-13-45", "{", "\\u0000", "\\ud83d", "1111111111111111111111111111111111111111"
]`);
/** Stands for a whole number beyond 2^53, which JSON.stringify cannot write. */
const big = 'TRAILHOUND-BIG';
const names = ['toString', '__proto__', 'constructor', 'x.y', '', 'boost', 'query'];

const guide = JSON.parse(readFileSync(join(root, 'content/monitors/guide/s3-getobject-anonymous.json'), 'utf8'));
const query = {
  bool: {
    filter: [
      { term: { 'data.aws.eventName': { value: 'GetObject', boost: 1 } } },
      { terms: { 'data.aws.eventName': ['a', 'b'], boost: 1 } },
      { range: { timestamp: { gte: 'now-5y', lte: 'now', format: 'strict_date_optional_time' } } },
    ],
    must_not: [{ exists: { field: 'x' } }, { prefix: { a: { value: 'b' } } }],
    should: [
      { query_string: { query: 'AllUsers OR public-read', fields: ['a', 'b^2'], default_operator: 'and' } },
      { simple_query_string: { query: 'a + b', fields: ['a'] } },
      { match: { a: { query: 'x', operator: 'and', fuzziness: 'AUTO' } } },
      { match_phrase: { a: 'b' } },
      { wildcard: { a: { value: 'a*', case_insensitive: true } } },
      { nested: { path: 'a', query: { match_all: {} } } },
      { multi_match: { query: 'a', fields: ['a', 'b'], type: 'best_fields' } },
      { dis_max: { queries: [{ match_all: {} }], tie_breaker: 0.5 } },
    ],
    minimum_should_match: 1,
    adjust_pure_negative: true,
  },
};
const aggs = {
  names: {
    terms: { field: 'data.aws.eventName', size: 3, order: { _count: 'desc' } },
    aggs: {
      days: { date_histogram: { field: 'timestamp', fixed_interval: '1h', time_zone: '+01:00', min_doc_count: 0 } },
    },
  },
  pages: { composite: { size: 2, sources: [{ a: { terms: { field: 'data.aws.eventName', missing_bucket: true } } }] } },
  spans: { range: { field: 'n', ranges: [{ from: 1, to: 2 }] }, aggs: { top: { top_hits: { size: 1 } } } },
};
const requests: readonly (readonly [method: string, path: string, body: Json])[] = [
  [
    'POST',
    '/events-*/_search',
    { size: 5, from: 0, _source: ['a'], sort: [{ '@timestamp': { order: 'desc' } }], query, aggs },
  ],
  [
    'POST',
    '/events-*/_search',
    { size: 5, track_total_hits: true, query: query.bool.should[0], search_after: [1], sort: ['a'] },
  ],
  ['POST', '/events-*/_count', { query }],
  ['POST', '/events-*/_validate/query?explain=true', { query }],
  ['POST', '/events-*/_delete_by_query', { query, max_docs: 1 }],
  [
    'PUT',
    '/made-1',
    {
      settings: {
        index: { number_of_shards: 1, analysis: { analyzer: { x: { type: 'custom', tokenizer: 'pattern' } } } },
      },
      mappings: {
        dynamic: true,
        properties: {
          a: { type: 'keyword', ignore_above: 10 },
          b: { type: 'text', analyzer: 'standard' },
          c: { type: 'date', format: 'epoch_millis||yyyy' },
          n: { type: 'nested', properties: { x: { type: 'long' } } },
        },
        dynamic_templates: [{ s: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
      },
      aliases: { also: { filter: { term: { a: 1 } } } },
    },
  ],
  ['DELETE', '/made-1', undefined],
  ['PUT', '/events-1/_mapping', { properties: { z: { type: 'ip' } } }],
  ['PUT', '/_index_template/t', { index_patterns: ['t-*'], priority: 1, template: { settings: {}, mappings: {} } }],
  ['POST', '/events-1/_doc', { a: 1, b: 'x', c: ['y', { d: null }], e: { f: { g: true } } }],
  ['POST', '/events-1/_update/1', { doc: { a: 1 }, doc_as_upsert: true }],
  ['POST', '/_mget', { docs: [{ _index: 'events-1', _id: '1', _source: ['a'] }] }],
  ['POST', '/_aliases', { actions: [{ add: { index: 'events-1', alias: 'events' } }] }],
  ['POST', '/_analyze', { analyzer: 'standard', text: 'a b' }],
  ['POST', '/_search/scroll', { scroll: '1m', scroll_id: 'abc' }],
  ['POST', '/_plugins/_alerting/monitors', { ...guide, enabled: false }],
  ['POST', '/_plugins/_alerting/monitors/_execute?dryrun=true', guide],
  ['POST', '/_plugins/_alerting/monitors/_search', { query: { term: { 'monitor.name': 'm' } }, size: 10 }],
];

/** A seed for each choice: fast-check shrinks the number of changes and the choices themselves. */
const change = fc.record({ at: fc.nat(), how: fc.nat(), what: fc.nat() });
const attempt = fc.record({
  request: fc.nat(requests.length - 1),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});

test('whatever stands in a request, the answer is no internal error', async (context) => {
  const server = await serve(['--data', join(temporaryFolder(context), 'data')]);
  context.after(() => server.stop());
  await server.call('POST', '/events-1/_doc/1', { a: 'x', n: 3, timestamp: '2026-01-01T00:00:00Z' });
  const seed = Number(process.env.TRAILHOUND_SEED ?? Math.trunc(performance.now() * 1000) % 1_000_000);
  await fc.assert(
    fc.asyncProperty(attempt, async ({ request, changes }) => {
      const [method, path, body] = requests[request] ?? assert.fail();
      const { status, text } = await send(
        server,
        method,
        path,
        body === undefined ? undefined : changed(body, changes),
      );
      assert.ok(status < 500 || !/Internal error|documents\.sqlite/.test(text), `${method} ${path}: ${status} ${text}`);
    }),
    { numRuns: 1500, seed, interruptAfterTimeLimit: 60_000 },
  );
  assert.equal((await server.call('GET', '/_cluster/health')).status, 200);
  assert.doesNotMatch(server.output(), /unexpected/);
});

async function send(
  server: Program,
  method: string,
  path: string,
  body: Json,
): Promise<{ status: number; text: string }> {
  const text = body === undefined ? undefined : JSON.stringify(body).replaceAll(`"${big}"`, '9007199254740993');
  const answer = await fetch(new URL(path, server.url), {
    method,
    ...(text === undefined ? {} : { body: text, headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, text: await answer.text() };
}

function changed(body: Json, changes: readonly { at: number; how: number; what: number }[]): Json {
  const copy = JSON.parse(JSON.stringify(body));
  for (const { at, how, what } of changes) {
    const places = placesIn(copy);
    const place = places[at % Math.max(1, places.length)];
    if (place) alter(place.owner, place.key, how, what);
  }
  return copy;
}

function alter(owner: Json, key: string, how: number, what: number): void {
  const value = owner[key];
  if (how % 10 < 7) owner[key] = what % 10 === 0 ? big : structuredClone(odd[what % odd.length]);
  else if (how % 10 === 7) owner[key] = [value, value];
  else if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else {
    delete owner[key];
    if (how % 10 === 8)
      Object.defineProperty(owner, names[what % names.length] ?? '', {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
}

function placesIn(value: Json): { owner: Json; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [{ owner: value, key }, ...placesIn(value[key])]);
}
