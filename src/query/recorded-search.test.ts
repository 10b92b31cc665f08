import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrailhoundError } from '../base/errors.ts';
import { buildSuite, errorType, type MemoryIndex, readSuite, searchMemory } from './recorded-suite.suite.ts';

/** Every recorded query finds the same documents here, or is refused with the same type and status. */
for (const name of ['types', 'query_string-dyn', 'query_string-kw']) {
  test(`recorded searches: ${name}`, async (t) => {
    const suite = readSuite(name);
    const indices = buildSuite(suite);
    for (const recorded of suite.cases) {
      const [, indexName = '', action] = recorded.path.split('?')[0]?.split('/') ?? [];
      const index = indices.get(indexName) as MemoryIndex;
      if (action !== '_search') continue;
      await t.test(recorded.name.slice(0, 120), async () => {
        if (recorded.status === 200) {
          const found = await searchMemory(index, recorded.body);
          assert.deepEqual(found.hits.map(({ candidate }) => candidate.id).sort(), recorded.ids);
          assert.equal(found.total, recorded.total);
          return;
        }
        await assert.rejects(searchMemory(index, recorded.body), (thrown) => {
          assert.ok(thrown instanceof TrailhoundError, String(thrown));
          assert.equal(thrown.status, recorded.status, thrown.message);
          assert.equal(thrown.wire, errorType(recorded), thrown.message);
          return true;
        });
      });
    }
  });
}
