import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readContent } from '../../src/config/content.ts';
import { root, run } from '../program.ts';

/** Attacks as data, through the real program: each fires what it must, its benign twin stays silent. */

const guide = readContent([join(root, 'content', 'monitors', 'guide')], ['.json']).value.map(
  ({ text }) => JSON.parse(text).name,
);

test('lab attack --all ends with every expected alert and no unexpected one', { timeout: 300_000 }, async (context) => {
  const { code, out, err } = await run(['lab', '--json', 'attack', '--all']);
  const rounds = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const wrong = rounds.filter((round) => round.error || round.missing.length > 0 || round.unexpected.length > 0);
  assert.deepEqual(wrong, []);
  assert.equal(code, 0, err);
  assert.ok(rounds.filter(({ kind }) => kind === 'attack').length >= 15);
  assert.equal(rounds.filter(({ kind }) => kind === 'twin').length, rounds.length / 2);
  const fired = new Set(rounds.flatMap((round) => round.fired));
  for (const name of guide) assert.ok(fired.has(name), `${name} was seen to fire`);
  assert.ok(
    rounds.every(({ events }) => events > 0),
    'every round left something to judge',
  );
  context.diagnostic(`${rounds.length} rounds`);
});

test('the attacks are listed, an unknown one is refused by name, and other addresses need two words', async () => {
  const listed = await run(['lab', 'attacks']);
  assert.equal(listed.code, 0);
  assert.match(listed.out, /leaky-bucket {2}\(T1530\)/);
  const unknown = await run(['lab', 'attack', 'no-such-attack']);
  assert.deepEqual([unknown.code, /there is no attack "no-such-attack"/.test(unknown.err)], [1, true]);
  const open = await run(['lab', '--host', '0.0.0.0']);
  assert.deepEqual([open.code, /--allow-network/.test(open.err)], [2, true]);
});
