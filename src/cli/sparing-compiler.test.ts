import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { sparingFlags } from './sparing-compiler.ts';

/** What this Node says of a flag on standard error. */
function saidOf(flag: string): string {
  return spawnSync(process.execPath, ['-e', `require('node:v8').setFlagsFromString('${flag}')`], { encoding: 'utf8' })
    .stderr;
}

test('this Node knows all flags that it is told', () => {
  for (const flag of sparingFlags(process.versions.node)) assert.equal(saidOf(flag), '', flag);
});

test('one that it does not know is told, so that the test above can fail', () => {
  assert.notEqual(saidOf('--no-such-flag=1'), '');
});

test('others than the measured ones are told nothing', () => {
  assert.equal(sparingFlags('20.20.2').length, 2);
  for (const version of ['22.23.3', '24.21.0', '200.1.0']) assert.deepEqual(sparingFlags(version), []);
});
