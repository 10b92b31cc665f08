import { after } from 'node:test';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Moto, motoSkip, startMoto } from '../aws/moto.suite.ts';
import { systemClock } from '../base/clock.ts';
import { openS3Source } from './s3.ts';
import { type Shelf, sourceSuite } from './source.suite.ts';

let moto: Moto | undefined;
let buckets = 0;
after(() => moto?.stop());

sourceSuite(
  'S3',
  async (): Promise<Shelf> => {
    moto ??= await startMoto();
    const { client, endpointUrl } = moto;
    const bucket = `lake-${++buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      put: async (key, bytes) =>
        void (await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }))),
      remove: async (key) => void (await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))),
      open: (options) => openS3Source(`s3://${bucket}`, { ...options, clock: systemClock, endpointUrl, pollMs: 200 }),
      close: async () => undefined,
    };
  },
  motoSkip,
);
