import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../base/virtual-clock.ts';
import { parseSearchBody } from '../query/search-body.ts';
import { openMemory } from './memory.ts';

/** What a client writes is kept letter for letter, and JSON has more than one way to write a value. */
const cases: readonly (readonly [written: string, term: string])[] = [
  ['"arn:aws:s3:::logs/2026"', 'arn:aws:s3:::logs/2026'],
  ['"arn:aws:s3:::logs\\/2026"', 'arn:aws:s3:::logs/2026'],
  ['"\\u0050utBucketAcl"', 'PutBucketAcl'],
  ['"Put\\u0042ucketAcl"', 'PutBucketAcl'],
  ['"123456789012"', '123456789012'],
  ['12e2', '1200'],
  ['15e-1', '1.5'],
  ['1e21', '1.0E21'],
  ['true', 'true'],
];

for (const [written, term] of cases) {
  test(`a term finds the value that was written as ${written}`, async () => {
    const store = openMemory({ clock: virtualClock(0) });
    await store.createIndex('a', { mappings: { properties: { k: { type: 'keyword' } } } });
    const texts = [`{"k":${written}}`, '{"k":"another"}', `{"k":["another",${written}]}`];
    await store.write(
      texts.map((text, n) => ({ action: 'create', index: 'a', id: String(n), document: JSON.parse(text), text })),
    );
    const { hits } = await store.search('a', parseSearchBody({ query: { term: { k: term } } }));
    assert.deepEqual(
      hits.map(({ id }) => id),
      ['0', '2'],
    );
  });
}
