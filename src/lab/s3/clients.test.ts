import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { administrator } from '../caller.ts';
import { recordsOf, startLab } from '../lab.suite.ts';

/** AWS's own client for JavaScript: what it signs, frames and checks is what the lab must understand. */

test("AWS's own client writes, pages, copies and deletes, with every checksum it knows", async (t) => {
  const lab = await startLab(t);
  const { accessKeyId, secretAccessKey } = administrator;
  const client = new S3Client({
    endpoint: lab.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  t.after(() => client.destroy());
  const Bucket = 'for-the-sdk';
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new HeadBucketCommand({ Bucket }));
  assert.ok((await client.send(new ListBucketsCommand({}))).Buckets?.some(({ Name }) => Name === Bucket));
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const) {
    const body = Buffer.from(`checked by ${ChecksumAlgorithm}`);
    await client.send(
      new PutObjectCommand({ Bucket, Key: `sums/${ChecksumAlgorithm}`, Body: body, ChecksumAlgorithm }),
    );
    const got = await client.send(
      new GetObjectCommand({ Bucket, Key: `sums/${ChecksumAlgorithm}`, ChecksumMode: 'ENABLED' }),
    );
    assert.equal(await got.Body?.transformToString(), body.toString());
  }
  // A stream of known length goes as aws-chunked with its checksum in a trailer.
  const large = Buffer.alloc(300_000, 'stream ');
  await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'ü +&/stream',
      Body: Readable.from([large.subarray(0, 100_000), large.subarray(100_000)]),
      ContentLength: large.length,
    }),
  );
  const streamed = await client.send(new GetObjectCommand({ Bucket, Key: 'ü +&/stream' }));
  assert.deepEqual(await streamed.Body?.transformToByteArray(), new Uint8Array(large));
  assert.equal(streamed.ETag, `"${createHash('md5').update(large).digest('hex')}"`);
  assert.equal(streamed.ContentEncoding, undefined);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
  const Parts = [];
  for (const [PartNumber, size] of [
    [1, 5 * 1024 * 1024],
    [2, 10],
  ] as const) {
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber, Body: Buffer.alloc(size) }),
    );
    Parts.push({ PartNumber, ETag, ChecksumCRC32 });
  }
  const done = await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } }),
  );
  assert.match(done.ETag ?? '', /-2"$/);
  await client.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/parts` }));
  const keys: (string | undefined)[] = [];
  for (let next: string | undefined, more = true; more; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3, ContinuationToken: next }));
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    next = page.NextContinuationToken;
    more = page.IsTruncated ?? false;
  }
  assert.equal(keys.length, 8);
  assert.deepEqual(keys.slice(-1), ['ü +&/stream']);
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: 'no' })), { name: 'NoSuchKey' });
  await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
  assert.equal((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  const names = new Set((await recordsOf(lab)).map(({ raw }) => raw.eventName));
  for (const name of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'CopyObject', 'DeleteObjects'])
    assert.ok(names.has(name), name);
});
