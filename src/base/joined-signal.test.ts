import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { withSignals } from './joined-signal.ts';

test('the first of several signals ends the work, with its reason', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const seen = await withSignals([first.signal, undefined, second.signal], async (signal) => {
    assert.equal(signal.aborted, false);
    second.abort('stop');
    first.abort('too late');
    return signal.reason;
  });
  assert.equal(seen, 'stop');
});

test('a signal that aborted before ends the work at once', async () => {
  const reason = await withSignals(
    [new AbortController().signal, AbortSignal.abort('gone')],
    async (signal) => signal.reason,
  );
  assert.equal(reason, 'gone');
});

test('nothing is left on a signal that lives on, however the work ends', async () => {
  const { signal } = new AbortController();
  await withSignals([signal], async () => assert.equal(getEventListeners(signal, 'abort').length, 1));
  await assert.rejects(withSignals([signal], () => Promise.reject(new Error('failed'))));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
