import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { systemClock } from '../base/clock.ts';
import { keptLog } from '../base/log.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { type Shelf, sourceSuite } from './source.suite.ts';
import { asLabAdministrator, openToldBucket, putWhole } from './sqs.suite.ts';
import { openSqsSource } from './sqs.ts';

const dir = mkdtempSync(join(tmpdir(), 'trailhound-sqs-'));
let lab: Lab | undefined;
let buckets = 0;
after(async () => {
  await lab?.close();
  rmSync(dir, { recursive: true, force: true });
});

sourceSuite('SQS', async (): Promise<Shelf> => {
  asLabAdministrator();
  lab ??= await openLab({ dir, clock: systemClock, log: keptLog(), port: 0 });
  const endpointUrl = lab.url;
  const client = new S3Client({ endpoint: endpointUrl, region: 'us-east-1', forcePathStyle: true });
  const Bucket = `told-${++buckets}`;
  const queue = await openToldBucket(client, endpointUrl, Bucket);
  return {
    put: (key, bytes) => putWhole(client, Bucket, key, bytes),
    remove: async (Key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key }))),
    open: (options) => openSqsSource(`sqs://${Bucket}`, { ...options, clock: systemClock, endpointUrl, againMs: 1000 }),
    async close() {
      queue.close();
      client.destroy();
    },
  };
});
