import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { deliverFound, type Found } from './outbox.ts';
import { keptLedger, keptOptions } from './source.suite.ts';

const found = (origin: string, version = '1'): Found => ({
  origin,
  key: origin,
  bucket: 'b',
  version,
  deliveredAt: 0,
  read: async () => new Uint8Array(),
});
const signal = (): AbortSignal => new AbortController().signal;

test('"try-again": pauses double to a minute while watching, and a ledger that fails counts as one', async () => {
  const clock = virtualClock(0);
  const stop = new AbortController();
  const tries: number[] = [];
  const ledger = keptLedger();
  const failing = { ...ledger, add: async () => Promise.reject(new Error('disk full')) };
  const reading = (async () => {
    const options = { ...keptOptions(false, failing), clock };
    for await (const delivery of deliverFound(options, stop.signal, async (outbox) => outbox.offer(found('a')))) {
      tries.push(clock.now() / 1000);
      if (tries.length === 2) await assert.rejects(delivery.ack(), /disk full/);
      else await delivery.nack('try-again');
    }
  })();
  await clock.advance(250_000);
  stop.abort();
  await reading;
  assert.deepEqual(tries, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
});

test('once: a file that is never read to the end is given up with a problem and not in the ledger', async () => {
  const clock = virtualClock(0);
  const ledger = keptLedger();
  const options = { ...keptOptions(true, ledger), clock };
  let tries = 0;
  const reading = (async () => {
    for await (const delivery of deliverFound(options, signal(), async (outbox) => outbox.offer(found('a')))) {
      tries += 1;
      await delivery.nack('try-again');
    }
  })();
  await clock.advance(600_000);
  await reading;
  assert.equal(tries, limits.deliveryTriesMax);
  assert.deepEqual(options.told, ['a: given up after 5 tries; the next run tries it again']);
  assert.equal(ledger.entries.size, 0);
});

test('the search waits while the reader is behind, and an abort frees it', async () => {
  const clock = virtualClock(0);
  const stop = new AbortController();
  let offered = 0;
  const options = { ...keptOptions(false), clock, aheadMax: 10 };
  const deliveries = deliverFound(options, stop.signal, async (outbox, stopped) => {
    for (; offered < 1000 && !stopped.aborted; offered++) await outbox.offer(found(String(offered)));
  });
  await deliveries.next();
  await clock.advance(10);
  assert.ok(offered <= 12, `${offered} were offered`);
  await deliveries.next();
  stop.abort();
  assert.equal((await deliveries.next()).done, true);
  assert.ok(offered < 20);
});

test('what the search throws is thrown after what it had found; after an abort it is not', async () => {
  const failure = new TrailhoundError('source-failed', 'the listing broke');
  const find = async (outbox: { offer(found: Found): Promise<void> }): Promise<void> => {
    await outbox.offer(found('a'));
    throw failure;
  };
  const options = { ...keptOptions(true), clock: virtualClock(0) };
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const delivery of deliverFound(options, signal(), find)) seen.push(delivery.origin);
  }, failure);
  assert.deepEqual(seen, ['a']);
  for await (const _delivery of deliverFound(options, AbortSignal.abort(), find))
    assert.fail('aborted before it began');
});

test('a version that comes while an older one is open replaces those between; going back to the open one is no news', async () => {
  const clock = virtualClock(0);
  const options = { ...keptOptions(true), clock };
  const seen: string[] = [];
  for await (const delivery of deliverFound(options, signal(), async (outbox) => {
    for (const version of ['1', '2', '3']) await outbox.offer(found('a', version));
    for (const version of ['1', '2', '1']) await outbox.offer(found('b', version));
  })) {
    seen.push(`${delivery.origin}${delivery.version}`);
    await delivery.ack();
  }
  assert.deepEqual(seen, ['a1', 'b1', 'a3']);
});

test('a file of another process is left to it: until it was read there, or left too long, or becomes this one’s', async () => {
  const clock = virtualClock(0);
  const stop = new AbortController();
  const ledger = keptLedger();
  const leave = new Map([
    ['theirs', 60_000],
    ['read', 60_000],
    ['moved', 60_000],
  ]);
  let left = 0;
  const share = { leaveMs: (origin: string) => leave.get(origin) ?? 0, leave: () => void left++ };
  const lakes: string[] = [];
  const sharing = {
    join: async (lake: string) => {
      lakes.push(lake);
      return share;
    },
  };
  const options = { ...keptOptions(false, ledger), clock, sharing, lake: 'the lake' };
  const seen: [string, number][] = [];
  const reading = (async () => {
    const find = async (outbox: { offer(found: Found): Promise<void> }) => {
      for (const origin of ['theirs', 'mine', 'read', 'moved']) await outbox.offer(found(origin));
    };
    for await (const delivery of deliverFound(options, stop.signal, find)) {
      seen.push([delivery.origin, Math.round(clock.now() / 1000)]);
      await delivery.ack();
    }
  })();
  await clock.advance(10_000);
  await ledger.add('read', '1');
  leave.set('moved', 0);
  await clock.advance(100_000);
  stop.abort();
  await reading;
  assert.deepEqual(lakes, ['the lake']);
  assert.equal(left, 1);
  assert.deepEqual(
    seen.map(([origin]) => origin),
    ['mine', 'moved', 'theirs'],
  );
  const at = new Map(seen);
  assert.equal(at.get('mine'), 0);
  assert.ok(
    Math.abs((at.get('moved') ?? 0) - 10) <= 1 && Math.abs((at.get('theirs') ?? 0) - 60) <= 1,
    JSON.stringify(seen),
  );
});

test('once: what is left to others is waited for', async () => {
  const clock = virtualClock(0);
  const ledger = keptLedger();
  const share = { leaveMs: () => 60_000, leave: () => undefined };
  const options = { ...keptOptions(true, ledger), clock, sharing: { join: async () => share }, lake: 'l' };
  let ended = false;
  const reading = (async () => {
    for await (const { origin } of deliverFound(options, signal(), async (outbox) => outbox.offer(found('a'))))
      assert.fail(origin);
    ended = true;
  })();
  await clock.advance(30_000);
  assert.equal(ended, false);
  await ledger.add('a', '1');
  await clock.advance(2000);
  await reading;
});
