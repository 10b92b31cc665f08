import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keep, Made } from '../query/stretch.ts';
import { makeKeptAggregations } from './kept-aggregations.ts';

test('what aggregations made is kept while it is asked for now and then, with the names of its values', () => {
  const kept = makeKeptAggregations();
  const lineage = {};
  const made: Made = { parts: [], total: 1 };
  const keep = (): Keep =>
    kept.of('a', { segments: '1', lineage, columns: () => assert.fail('nobody asks for columns') });
  const { names } = keep();
  keep().set(made);
  for (let time = 0; time < 5; time++) {
    kept.age();
    assert.equal(keep().get(), made);
  }
  assert.equal(keep().names, names);
  kept.age();
  kept.age();
  assert.equal(keep().get(), undefined);
  for (let time = 0; time < 3; time++) kept.age();
  assert.notEqual(keep().names, names, 'nothing refers to them any more');
});
