import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { motoSkip, startMoto } from '../../src/aws/moto.suite.ts';
import { run, serve, temporaryFolder, until } from '../program.ts';
import { deliver, s3Record } from '../records.ts';

/** The data lake in S3, against moto's server: watched by `serve`, read once by `ingest`. */

test('a trail file in a bucket raises an alert, and is one document however often it is read', {
  skip: motoSkip,
  timeout: 120_000,
}, async (context) => {
  const moto = await startMoto();
  context.after(() => moto.stop());
  const folder = temporaryFolder(context);
  const put = async (records: readonly unknown[]): Promise<void> => {
    const path = deliver(folder, records);
    await moto.client.send(
      new PutObjectCommand({ Bucket: 'lake', Key: `trail/${relative(folder, path)}`, Body: readFileSync(path) }),
    );
  };
  await moto.client.send(new CreateBucketCommand({ Bucket: 'lake' }));
  const first = s3Record(1, 'GetObject', 'anonymous');
  await put([first, s3Record(2, 'GetObject', 'user')]);

  const data = join(folder, 'data');
  const source = ['--endpoint-url', moto.endpointUrl, '--data', data];
  const program = await serve([...source, '--source', 's3://lake/trail']);
  context.after(() => program.stop());
  const total = async (): Promise<number> => {
    const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=100');
    return body.alerts[0]?.trailhound.total ?? 0;
  };
  await until('the alert', async () => ((await total()) === 1 ? true : undefined));
  await put([s3Record(3, 'GetObject', 'anonymous'), first]);
  await until('the alert to grow', async () => ((await total()) === 2 ? true : undefined));
  assert.equal((await program.call('GET', '/wazuh-alerts-4.x-*/_count')).body.count, 3);
  assert.equal(await program.stop(), 0);

  const again = JSON.parse((await run(['ingest', 's3://lake/trail', ...source, '--json'])).out);
  assert.deepEqual([again.files, again.events], [0, 0], 'what was read is known');
  const missing = await run(['ingest', 's3://nowhere/trail', ...source, '--json']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /nowhere/);
});
