import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Document, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { typeNameOf } from './aggregations/type-names.ts';
import { refusedAggregations } from './aggregations.ts';
import { buildSuite, errorType, type MemoryIndex, readSuite, searchMemory } from './recorded-suite.suite.ts';

/** Every recorded aggregation answers the same here, whole; or is refused with the same type and status. */
test('recorded aggregations', async (t) => {
  const suite = readSuite('aggs');
  const index = buildSuite(suite).get('aggs') as MemoryIndex;
  let answered = 0;
  for (const recorded of suite.cases) {
    await t.test(recorded.name, async () => {
      if (recorded.status === 200) {
        answered++;
        const found = (await searchMemory(index, recorded.body)).aggregations;
        const wanted = recorded.response?.aggregations as Document;
        if (recorded.path.includes('typed_keys')) {
          const typed = Object.entries(found ?? {}).map(([name, value]) => [
            `${typeNameOf(value as object)}#${name}`,
            value,
          ]);
          assert.deepEqual(Object.fromEntries(typed), wanted);
        } else assert.deepEqual(found, wanted);
        return;
      }
      await assert.rejects(searchMemory(index, recorded.body), (thrown) => {
        assert.ok(thrown instanceof TrailhoundError, String(thrown));
        assert.equal(thrown.status, recorded.status, thrown.message);
        assert.equal(thrown.wire, errorType(recorded), thrown.message);
        if (thrown.wire !== 'search_phase_execution_exception') return true;
        const inner = (error: unknown): unknown => (own(error, 'root_cause') as readonly unknown[])[0];
        assert.deepEqual(inner(thrown.fields), inner(own(recorded.response, 'error')));
        return true;
      });
    });
  }
  assert.ok(answered >= 55, `${answered} answers were compared`);
});

test('what is refused by name is not there as well', () => {
  assert.equal(new Set(refusedAggregations).size, refusedAggregations.length);
});
