import { Agent } from 'node:http';
import { after, test } from 'node:test';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { motoSkip, startMoto } from '../../src/aws/moto.suite.ts';
import { realEngine, realUrl } from './engines.ts';
import { kills, sharedAndKilled } from './shared-lake.ts';

/** Three processes read one bucket (moto's) into one cluster, by listing it; then one after the other is killed and started again. */

const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);

  test(`three processes on one bucket: shared out, then ${kills} kills`, {
    skip: motoSkip,
    timeout: 400_000,
  }, async (context) => {
    const moto = await startMoto();
    context.after(() => moto.stop());
    await moto.client.send(new CreateBucketCommand({ Bucket: 'lake' }));
    await sharedAndKilled(context, real, { ...moto, source: 's3://lake/trail' });
  });
}
