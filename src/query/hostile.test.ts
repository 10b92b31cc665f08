import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrailhoundError } from '../base/errors.ts';
import { memoryIndex, put, searchMemory } from './recorded-suite.suite.ts';

/** Hostile queries end in an answer or an error of the client, in bounded time. */
const deep = (depth: number): unknown => (depth === 0 ? { match_all: {} } : { bool: { must: [deep(depth - 1)] } });
const hostile: readonly (readonly [string, unknown])[] = [
  ['regexp that backtracks elsewhere', { regexp: { k: '(a+)+b' } }],
  ['regexp with huge repeats', { regexp: { k: '(a{1,1000}){1,1000}b' } }],
  ['regexp with complement and intersection', { regexp: { k: '~(.*a.{20}b)&(.*b.{20}a)' } }],
  ['wildcard of many stars', { wildcard: { k: `${'*a'.repeat(200)}b` } }],
  ['deep bool', deep(5000)],
  ['query_string of 1 MB of words', { query_string: { query: `${'a OR '.repeat(200_000)}a` } }],
  ['query_string of parentheses', { query_string: { query: '('.repeat(100_000) } }],
  ['terms of many values', { terms: { k: Array.from({ length: 100_000 }, (_, n) => `v${n}`) } }],
  ['__proto__ as a field', { term: JSON.parse('{"__proto__": "x"}') }],
];

for (const [name, query] of hostile) {
  test(`hostile: ${name}`, { timeout: 20_000 }, async () => {
    const index = memoryIndex('h', { mappings: { properties: { k: { type: 'keyword' } } } });
    put(index, '1', { k: 'a'.repeat(5000) });
    try {
      const found = await searchMemory(index, { query });
      assert.equal(found.total, 0);
    } catch (thrown) {
      assert.ok(thrown instanceof TrailhoundError, String(thrown));
      assert.ok(thrown.status === 400 || /too_many_nested_clauses/.test(JSON.stringify(thrown.fields)), thrown.message);
    }
  });
}
