import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { isTimed, timelessQuery } from './timeless.ts';

const period = { range: { timestamp: { gte: '{{period_start}}' } } };
const hour = { range: { '@timestamp': { gte: 'now-1h' } } };
const level = { range: { 'rule.level': { gte: 5 } } };
const term = { term: { f: 'now' } };

const cases: readonly [name: string, query: Document, timeless: Document, timed: boolean][] = [
  ['a period', { bool: { filter: [term, period] } }, { bool: { filter: [term, { match_all: {} }] } }, true],
  ['an hour', { bool: { filter: [hour, level] } }, { bool: { filter: [{ match_all: {} }, level] } }, false],
  ['alone', period, { match_all: {} }, false],
  ['not then', { bool: { must_not: [hour] } }, { bool: { must_not: [{ match_none: {} }] } }, false],
  [
    'not not then',
    { bool: { must_not: { bool: { must_not: hour } } } },
    { bool: { must_not: { bool: { must_not: { match_all: {} } } } } },
    false,
  ],
  [
    'in a query string',
    { query_string: { query: 't:[now-1h TO now]' } },
    { query_string: { query: 't:[now-1h TO now]' } },
    true,
  ],
];

for (const [name, query, timeless, timed] of cases) {
  test(`what wakes a monitor: ${name}`, () => {
    assert.deepEqual(timelessQuery(query), timeless);
    assert.equal(isTimed(timelessQuery(query)), timed);
  });
}
