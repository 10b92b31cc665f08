import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterPath } from './filter-path.ts';

const answer = {
  took: 3,
  errors: false,
  hits: {
    total: { value: 2, relation: 'eq' },
    hits: [
      { _id: '1', _source: { a: { b: 1, c: 2 }, d: 3 } },
      { _id: '2', _source: { a: { b: 4 } } },
    ],
  },
};

test('what filter_path leaves', () => {
  const cases: readonly [expression: string, left: unknown][] = [
    ['took', { took: 3 }],
    ['took,errors', { took: 3, errors: false }],
    ['hits.total', { hits: { total: { value: 2, relation: 'eq' } } }],
    ['hits.hits._id', { hits: { hits: [{ _id: '1' }, { _id: '2' }] } }],
    ['hits.hits._source.a.c', { hits: { hits: [{ _source: { a: { c: 2 } } }] } }],
    ['h*.total.v*', { hits: { total: { value: 2 } } }],
    ['**.b', { hits: { hits: [{ _source: { a: { b: 1 } } }, { _source: { a: { b: 4 } } }] } }],
    ['hits.**.d', { hits: { hits: [{ _source: { d: 3 } }] } }],
    ['-hits', { took: 3, errors: false }],
    ['hits.total,-**.relation', { hits: { total: { value: 2 } } }],
    [
      '-hits.hits._source,-took',
      { errors: false, hits: { total: answer.hits.total, hits: [{ _id: '1' }, { _id: '2' }] } },
    ],
    ['nosuch', {}],
    ['__proto__', {}],
  ];
  for (const [expression, left] of cases) assert.deepEqual(filterPath(answer, expression), left, expression);
});

test('a pattern of many stars does not stall', () => {
  const name = 'a'.repeat(20_000);
  assert.deepEqual(filterPath({ [name]: 1 }, `${'*a'.repeat(5_000)}b`), {});
});
