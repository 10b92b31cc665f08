import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yieldToLoop } from './clock.ts';

/** Of the loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('of several that wait each has a turn of its own, first come first', async () => {
  const seen: string[] = [];
  for (const name of ['a', 'b', 'c']) void yieldToLoop().then(() => seen.push(name));
  await turn();
  assert.deepEqual(seen, ['a']);
  void yieldToLoop().then(() => seen.push('d'));
  await turn();
  assert.deepEqual(seen, ['a', 'b']);
  await turn();
  await turn();
  assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
  await yieldToLoop();
});
