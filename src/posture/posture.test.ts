import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../base/clock.ts';
import type { Door } from '../exposure/door.ts';
import { openMemory } from '../store/memory.ts';
import { before, changesKept, type History, type Known, latest, withChange } from './posture.ts';
import { openPosture } from './posture-book.ts';

const bucket: Door = { kind: 's3-policy', name: 'b', account: '111122223333', region: 'us-east-1' };
const change = (at: number, id: string, verdict: Known['verdict']): Known => ({ at, id, verdict });

test('what a change found is told by time and id, whatever the order of arrival', () => {
  const changes = fc.uniqueArray(
    fc.record({
      at: fc.integer({ min: 0, max: 9 }),
      id: fc.constantFrom('a', 'b', 'c'),
      verdict: fc.constantFrom<Known['verdict']>('public', 'not-public', 'unknown'),
    }),
    { maxLength: changesKept, selector: ({ at, id }) => `${at} ${id}` },
  );
  fc.assert(
    fc.property(changes, (all) => {
      const sorted = [...all].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
      const history = all.reduce<History>(withChange, []);
      assert.deepEqual(history, sorted);
      assert.equal(latest(history), sorted.at(-1));
      for (const [position, one] of sorted.entries()) assert.deepEqual(before(history, one), sorted[position - 1]);
      assert.equal(all.reduce<History>(withChange, history), history, 'the same again');
    }),
  );
});

test('the book remembers over a restart, and keeps doors apart', async () => {
  const store = openMemory({ clock: systemClock });
  const first = await openPosture(store);
  assert.equal(first.note(bucket, change(10, 'b', 'public')), undefined);
  assert.equal(first.note(bucket, change(5, 'a', 'not-public')), undefined, 'it came late, and is earlier');
  assert.equal(first.note(bucket, change(10, 'b', 'public')), 'not-public', 'read again');
  assert.equal(first.note({ ...bucket, name: 'other' }, change(20, 'c', 'public')), undefined);
  assert.equal(first.note({ ...bucket, kind: 's3-acl' }, change(20, 'd', 'public')), undefined);
  assert.equal(
    first.note({ ...bucket, region: 'eu-west-1' }, change(30, 'e', 'not-public')),
    'public',
    'a bucket has one name in the world',
  );
  await first.save();
  const second = await openPosture(store);
  assert.equal(second.note(bucket, change(40, 'f', 'public')), 'not-public');
  const api: Door = { kind: 'api-policy', name: 'abc', account: '1', region: 'r' };
  assert.equal(second.note(api, change(1, 'g', 'public')), undefined);
  assert.equal(second.note({ ...api, region: 's' }, change(2, 'h', 'public')), undefined);
  assert.equal(
    second.note({ ...bucket, kind: 's3-object-acl' }, change(1, 'i', 'public')),
    undefined,
    'objects are countless',
  );
  await store.close();
});

test('two processes that share a store keep what both of them noted', async () => {
  const store = openMemory({ clock: systemClock });
  const [one, other] = [await openPosture(store), await openPosture(store)];
  one.note(bucket, change(10, 'a', 'public'));
  other.note(bucket, change(20, 'b', 'not-public'));
  await Promise.all([one.save(), other.save()]);
  assert.equal(one.note(bucket, change(5, 'c', 'public')), undefined);
  other.note(bucket, change(15, 'd', 'unknown'));
  await Promise.all([one.save(), other.save()]);
  const third = await openPosture(store);
  const told = [6, 11, 16, 21].map((at) => third.note(bucket, change(at, `z${at}`, 'unknown')));
  assert.deepEqual(told, ['public', 'public', 'unknown', 'not-public']);
  await store.close();
});
