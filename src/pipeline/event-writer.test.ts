import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { openMemory } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { createEventWriter } from './event-writer.ts';
import type { PreparedEvent } from './judge.ts';

const index = 'wazuh-alerts-4.x-2026.11.23';
const template = JSON.parse(
  readFileSync(new URL('../../content/templates/wazuh-alerts.json', import.meta.url), 'utf8'),
);

async function openStore(): Promise<Store> {
  const store = openMemory({ clock: virtualClock(Date.UTC(2026, 10, 23)) });
  await store.putTemplate({ name: 'wazuh-alerts', legacy: false, body: template });
  return store;
}

function event(id: string, aws: object, more: Partial<PreparedEvent> = {}): PreparedEvent {
  const document = {
    timestamp: '2026-11-23T10:00:00.000+0000',
    data: { integration: 'aws', aws: { eventID: id, ...aws } },
    trailhound: {},
  };
  return { index, id, document, place: `file record ${id}`, ...more };
}

test('a record seen twice is one document; the second is counted', async () => {
  const writer = createEventWriter(await openStore());
  const first = await writer.write([
    event('a', { eventName: 'GetObject' }),
    event('a', { eventName: 'GetObject', log_info: { log_file: 'other' } }),
  ]);
  assert.equal(first.stored.length, 1);
  assert.equal(first.duplicates, 1);
  assert.deepEqual(first.problems, []);
});

test('another record under a taken id is kept beside it, once', async () => {
  const store = await openStore();
  const writer = createEventWriter(store);
  await writer.write([event('a', { eventName: 'GetObject', key: 'x' })]);
  const shuffled = await writer.write([event('a', { key: 'x', eventName: 'GetObject' })]);
  assert.deepEqual([shuffled.stored.length, shuffled.duplicates], [0, 1], 'the order of keys is no content');
  const other = await writer.write([event('a', { eventName: 'PutObject' })]);
  assert.equal(other.stored.length, 1);
  assert.match(other.stored[0]?.id ?? '', /^a~[0-9a-f]{12}$/);
  assert.match(other.problems[0]?.message ?? '', /other content/);
  const again = await writer.write([event('a', { eventName: 'PutObject' })]);
  assert.deepEqual([again.stored.length, again.duplicates], [0, 1]);
});

test('a refused record that comes again is a duplicate', async () => {
  const writer = createEventWriter(await openStore());
  const odd = (): PreparedEvent => event('odd', { requestParameters: { 'a..b': 1 } });
  assert.equal((await writer.write([odd()])).stored.length, 1);
  const again = await writer.write([odd()]);
  assert.deepEqual([again.stored.length, again.duplicates], [0, 1]);
});

test('what the mapping refuses is stored with the part as text, and found again', async () => {
  const store = await openStore();
  const writer = createEventWriter(store);
  const hostile: [id: string, body: unknown][] = [
    ['object', { key: { inner: 'value' } }],
    ['text-after-object', { key: 'text' }],
    ['object-in-list', { key: [{ inner: 1 }, 'text'] }],
    ['odd-dots', { 'a..b': 1, '.c': 2, 'd.': 3, '': 4, ' ': 5, '.': 6 }],
    ['proto', JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"hasOwnProperty":1}')],
    ['deep', JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`)],
    ['mixed-list', { list: ['x', 1, true, null, { a: 1 }, [['nested']]] }],
    ['long', { long: 'x'.repeat(40_000) }],
    ['surrogate', { lone: '\ud800', '\udc00': 'key' }],
    ['meta', { _id: 'x', _source: { a: 1 }, _index: 1 }],
    ['many', Object.fromEntries(Array.from({ length: 12_000 }, (_, number) => [`field${number}`, number]))],
    ['policy-text', { bucketPolicy: 'text where an object is due' }],
    ['policy', { bucketPolicy: { Statement: [{ Principal: '*' }] } }],
    ['tags-text', { tags: ['a', 'b'] }],
    ['tags', { tags: { 'a.b': 'c', a: 'd' } }],
  ];
  for (const [id, requestParameters] of hostile) {
    const outcome = await writer.write([event(id, { userIdentity: { principalId: 'Anonymous' }, requestParameters })]);
    assert.deepEqual(
      outcome.stored.map((document) => document.id),
      [id],
      id,
    );
    const found = await store.get(index, id);
    assert.equal(
      at(found?.source, 'data.aws.userIdentity.principalId'),
      'Anonymous',
      `${id}: who called is still a field`,
    );
    const unmapped = at(found?.source, 'trailhound.unmapped');
    assert.equal(unmapped !== undefined, outcome.problems.length > 0, `${id}: what is set aside is told`);
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('an id seen before whose document is gone is judged after all', async () => {
  const store = await openStore();
  const writer = createEventWriter(store);
  const judged = event('again', { eventName: 'GetObject', judged: 'yes' }).document;
  const outcome = await writer.write([event('again', { eventName: 'GetObject' }, { again: () => judged })]);
  assert.deepEqual(outcome.stored[0]?.source, judged);
  assert.deepEqual((await store.get(index, 'again'))?.source, judged);
});

test('a store that cannot write fails the call, and nothing is called stored', async () => {
  const store = await openStore();
  const writer = createEventWriter({ get: store.get, write: () => Promise.reject(new Error('disk full')) });
  await assert.rejects(writer.write([event('a', {})]), /disk full/);
  await assert.rejects(writer.write([event('b', {})]), /disk full/, 'the next call is answered too');
});
