import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrailhoundError } from '../base/errors.ts';
import { hostileDocument, hostileMapping, hostileQueries } from './hostile-queries.suite.ts';
import { memoryIndex, put, searchMemory } from './recorded-suite.suite.ts';

/** Hostile queries end in an answer or an error of the client, in bounded time. */
const index = memoryIndex('h', { mappings: hostileMapping });
for (let seed = 0; seed < 30; seed++) put(index, String(seed), hostileDocument(seed));

for (const [name, query] of hostileQueries) {
  test(`hostile: ${name}`, { timeout: 20_000 }, async () => {
    try {
      const found = await searchMemory(index, { query });
      assert.ok(found.total >= 0);
    } catch (thrown) {
      assert.ok(thrown instanceof TrailhoundError, String(thrown));
      assert.ok(thrown.status === 400 || /too_many_nested_clauses/.test(JSON.stringify(thrown.fields)), thrown.message);
    }
  });
}
