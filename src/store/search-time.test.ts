import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yieldToLoop } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { withinTime } from './search-time.ts';

/** A search that never ends by itself, as a long one looks: it asks for its signal between slices. */
async function endless(signal: AbortSignal): Promise<never> {
  for (;;) {
    signal.throwIfAborted();
    await yieldToLoop();
  }
}

test('a search that takes too long is given up with the words of search backpressure', async () => {
  const clock = virtualClock(0);
  const search = withinTime(clock, undefined, endless);
  const refused = assert.rejects(search, {
    wire: 'task_cancelled_exception',
    status: 429,
    message: /elapsed time exceeded \[120s >= 120s\]/,
  });
  await clock.advance(limits.searchMs - 1);
  let over = false;
  void refused.then(() => {
    over = true;
  });
  await yieldToLoop();
  assert.equal(over, false);
  await clock.advance(1);
  await refused;
});

test('a search that is given up by its asker ends with the asker’s reason, one in time with its answer', async () => {
  const clock = virtualClock(0);
  const asker = new AbortController();
  const search = assert.rejects(withinTime(clock, asker.signal, endless), /gone/);
  asker.abort(new Error('gone'));
  await search;
  assert.equal(await withinTime(clock, undefined, async () => 7), 7);
  await assert.rejects(
    withinTime(clock, undefined, async () => {
      throw new Error('its own');
    }),
    /its own/,
  );
  // No timer is left behind.
  await clock.advance(limits.searchMs * 2);
});
