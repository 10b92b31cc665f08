import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { sparingFlags } from './sparing-compiler.ts';

for (const flag of sparingFlags) {
  test(`this Node knows ${flag}`, () => {
    const script = `require('node:v8').setFlagsFromString('${flag}')`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
}

test('one that it does not know is told, so that the tests above can fail', () => {
  const script = `require('node:v8').setFlagsFromString('--no-such-flag=1')`;
  assert.notEqual(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stderr, '');
});
