import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mentionsNow } from './mentions-now.ts';

test('a query that means another time tomorrow is told from one with a word such as unknown', () => {
  const timed = [
    'now',
    'now-15m',
    'NOW/d',
    '@timestamp:[now-1d TO now]',
    '@timestamp:>now-1h',
    'a\nnow',
    'a\tnow-1d',
    'n\\ow',
    '\\now',
    '\u0001now',
    '{{period_start}}||-now',
  ];
  const timeless = ['unknown', 'nowhere', 'known', 'now_1', 'know-how', 'snow', 'renown', '2026-01-01||/d'];
  for (const value of timed) assert.equal(mentionsNow(JSON.stringify({ query: value })), true, value);
  for (const value of timeless) assert.equal(mentionsNow(JSON.stringify({ query: value })), false, value);
});
