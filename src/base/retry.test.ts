import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pauseBefore, retry } from './retry.ts';
import { virtualClock } from './virtual-clock.ts';

test('an operation is tried again with growing pauses until it succeeds', async () => {
  const clock = virtualClock(0);
  const tries: number[] = [];
  const done = retry(
    async () => {
      tries.push(clock.now());
      if (tries.length < 4) throw new Error('not yet');
      return 'value';
    },
    { clock, attempts: 5, again: () => true, firstPauseMs: 100, maxPauseMs: 150 },
  );
  await clock.advance(1000);
  assert.equal(await done, 'value');
  assert.deepEqual(tries, [0, 100, 250, 400]);
});

test('what will not pass, what was tried often enough and what was aborted is thrown as it is', async () => {
  const clock = virtualClock(0);
  const error = new Error('denied');
  let tries = 0;
  const failing = async (): Promise<never> => {
    tries += 1;
    throw error;
  };
  await assert.rejects(retry(failing, { clock, attempts: 5, again: (thrown) => thrown !== error }), error);
  assert.equal(tries, 1);

  const worn = assert.rejects(retry(failing, { clock, attempts: 3, again: () => true }), error);
  await clock.advance(60_000);
  await worn;
  assert.equal(tries, 4);

  const stop = new AbortController();
  const aborted = assert.rejects(retry(failing, { clock, attempts: 9, again: () => true, signal: stop.signal }), error);
  await clock.advance(0);
  stop.abort();
  await aborted;
  assert.equal(tries, 5);
});

test('pauses double up to the longest', () => {
  const pauses = [1, 2, 3, 4, 100].map((tries) => pauseBefore(tries, { firstPauseMs: 1000, maxPauseMs: 5000 }));
  assert.deepEqual(pauses, [1000, 2000, 4000, 5000, 5000]);
});
