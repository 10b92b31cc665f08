import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedCache } from './bounded-cache.ts';

test('what was not asked for between two calls of age is forgotten, the rest is kept', () => {
  const cache = boundedCache<string, number>(1000);
  cache.set('once', 1, 10);
  cache.set('often', 2, 10);
  cache.age();
  assert.equal(cache.get('often'), 2);
  cache.age();
  assert.equal(cache.get('often'), 2);
  assert.equal(cache.get('once'), undefined);
  cache.clear();
  assert.equal(cache.get('often'), undefined);
});

test('what is asked for stays while others come and go, within the weight', () => {
  const cache = boundedCache<number, number>(1000);
  for (let key = 0; key < 1000; key++) {
    cache.set(key, key, 10);
    assert.equal(cache.get(0), 0);
  }
  const kept = Array.from({ length: 1000 }, (_, key) => cache.get(key)).filter((value) => value !== undefined);
  assert.ok(kept.length <= 100, `${kept.length}`);
  cache.set(7, 7, 251);
  assert.equal(cache.get(7), undefined, 'too heavy');
});
