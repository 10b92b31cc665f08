import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../base/limits.ts';
import { type VirtualClock, virtualClock } from '../base/virtual-clock.ts';
import type { Share } from '../sources/source.ts';
import { openMemory } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { type Members, membersIndex, openMembers } from './members.ts';

const files = Array.from({ length: 300 }, (_, n) => `s3://lake/AWSLogs/file-${n}.json.gz`);

function member(store: Store, clock: VirtualClock, id: string, remembers = false): Members {
  return openMembers({
    store,
    clock,
    self: { id, name: id },
    remembers: () => remembers,
    catchUp: async () => undefined,
    problem: ({ message }) => assert.fail(message),
    stopwatch: () => {
      const start = clock.now();
      return () => clock.now() - start;
    },
  });
}

/** How many of the files belong to each of the shares at the moment; each to exactly one where they agree. */
function owned(shares: readonly Share[]): readonly number[] {
  for (const file of files) {
    const turns = shares.map((share) => share.leaveMs(file)).sort((a, b) => a - b);
    assert.deepEqual(
      turns,
      shares.map((_, place) => place * limits.filesLeftTooLongMs),
    );
  }
  return shares.map((share) => files.filter((file) => share.leaveMs(file) === 0).length);
}

async function joined(members: Members, clock: VirtualClock, lake = 'lake'): Promise<Share> {
  const share = members.join(lake);
  await clock.advance(2 * limits.memberListenMs);
  return share;
}

test('files are shared out evenly, move to the living when one is gone, and back to none but the newcomer', async () => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  const members = ['a', 'b', 'c'].map((id) => member(store, clock, id));
  const shares: Share[] = [];
  for (const one of members) shares.push(await joined(one, clock));
  const all = owned(shares);
  assert.ok(all.every((count) => count > 60) && all.reduce((a, b) => a + b) === files.length, `${all}`);

  const [a, b, c] = shares as [Share, Share, Share];
  const before = files.filter((file) => a.leaveMs(file) === 0);
  await members[2]?.close();
  await clock.advance(2 * limits.memberBeatMs);
  owned([a, b]);
  assert.ok(
    before.every((file) => a.leaveMs(file) === 0),
    'what it had it keeps',
  );
  assert.ok(c.leaveMs(files[0] as string) >= 0);

  const late = await joined(member(store, clock, 'd'), clock);
  const three = owned([a, b, late]);
  assert.ok(
    three.every((count) => count > 60),
    `${three}`,
  );
});

test('one that was killed is missed after its time, and forgotten; who starts after it does not wait for it', async () => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  await store.write([
    { action: 'index', index: membersIndex, id: 'dead', document: { name: 'dead', lakes: ['lake'], beat: 7 } },
  ]);
  const alone = await joined(member(store, clock, 'a'), clock);
  assert.deepEqual(owned([alone]), [files.length]);
  await clock.advance(2 * limits.memberForgetMs);
  assert.equal(await store.get(membersIndex, 'dead'), undefined);

  // It lived while this process listened, and then it did not.
  await store.write([
    { action: 'index', index: membersIndex, id: 'killed', document: { name: 'killed', lakes: ['lake'], beat: 1 } },
  ]);
  await clock.advance(limits.memberBeatMs);
  assert.ok(files.some((file) => alone.leaveMs(file) > 0));
  await clock.advance(limits.memberExpiryMs + limits.memberBeatMs);
  assert.deepEqual(owned([alone]), [files.length]);
});

test('readers of other lakes leave each other nothing, and one that left a lake is no reader of it', async () => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  const [here, there] = [member(store, clock, 'a'), member(store, clock, 'b')];
  const mine = await joined(here, clock, 'one lake');
  const other = await joined(there, clock, 'other lake');
  assert.deepEqual([owned([mine]), owned([other])], [[files.length], [files.length]]);
  const shared = await joined(there, clock, 'one lake');
  await clock.advance(2 * limits.memberBeatMs);
  owned([mine, shared]);
  shared.leave();
  await clock.advance(2 * limits.memberBeatMs);
  assert.deepEqual(owned([mine]), [files.length]);
});

test('where the rules of one look at earlier events, the first that came reads all, and the next when it is gone', async () => {
  const clock = virtualClock(0);
  const store = openMemory({ clock });
  const members = [member(store, clock, 'z'), member(store, clock, 'm', true), member(store, clock, 'a')];
  const shares: Share[] = [];
  for (const one of members) shares.push(await joined(one, clock));
  const reads = (): readonly number[] =>
    shares.map((share) => files.filter((file) => share.leaveMs(file) === 0).length);
  await clock.advance(2 * limits.memberBeatMs);
  assert.deepEqual(reads(), [files.length, 0, 0]);
  assert.equal(shares[1]?.leaveMs(files[0] as string), Number.POSITIVE_INFINITY);
  await members[0]?.close();
  shares.shift();
  await clock.advance(2 * limits.memberBeatMs);
  assert.deepEqual(reads(), [files.length, 0]);
  await members[1]?.close();
  shares.shift();
  await clock.advance(2 * limits.memberBeatMs);
  assert.deepEqual(reads(), [files.length]);
});
