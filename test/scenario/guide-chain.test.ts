import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';
import { alertsOf, getObject, guideChain } from './guide-chain.suite.ts';

guideChain('', serve);

test('a second writer is refused with the pid, and the same folder goes on after a stop', async (context) => {
  const folder = temporaryFolder(context);
  const data = join(folder, 'data');
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  deliver(lake, [s3Record(1, 'GetObject', 'anonymous')]);
  const first = await serve(['--data', data, '--source', lake]);
  await until('the alert', async () => (await alertsOf(first, getObject))[0]);
  const second = await run(['serve', '--data', data, '--port', '0']);
  assert.equal(second.code, 1);
  assert.match(second.err, new RegExp(`\\b${first.pid}\\b`));
  assert.equal(await first.stop(), 0);

  const again = await serve(['--data', data, '--source', lake]);
  context.after(() => again.stop());
  const { body } = await again.call('GET', '/wazuh-alerts-4.x-*/_count');
  assert.equal(body.count, 1);
  assert.equal((await alertsOf(again, getObject)).length, 1);
  assert.equal((await alertsOf(again, getObject))[0]?.trailhound.total, 1);
});
