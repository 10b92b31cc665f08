import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Instant } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { account, region } from '../account.ts';
import { seconds } from '../record.ts';
import type { PreviousDigest, Trail } from './trail.ts';

/** The key with which digests are signed, and how ListPublicKeys tells it. */
export interface DigestKey {
  readonly privateKey: KeyObject;
  /** PKCS#1 DER. */
  readonly der: Buffer;
  readonly fingerprint: string;
  readonly createdAt: Instant;
}

/** AWS does not tell how it derives fingerprints; readers compare them only. */
export function digestKeyOf(privateKey: KeyObject, createdAt: Instant): DigestKey {
  const der = createPublicKey(privateKey).export({ type: 'pkcs1', format: 'der' });
  return { privateKey, der, fingerprint: createHash('md5').update(der).digest('hex'), createdAt };
}

export interface Digest {
  readonly key: string;
  readonly body: Buffer;
  readonly signature: string;
  readonly previous: PreviousDigest;
}

/** The digest of a trail's files since the last one, signed (specs/cloudtrail.md §1.4). */
export function digestOf(trail: Trail, end: Instant, key: DigestKey): Digest {
  const objectKey = digestObjectKey(trail, end);
  const times = trail.undigested.flatMap(({ newest, oldest }) => [newest, oldest]).sort();
  const before = trail.previousDigest;
  const content: Document = {
    awsAccountId: account,
    digestStartTime: seconds(trail.digestEnd),
    digestEndTime: seconds(end),
    digestS3Bucket: trail.bucket,
    digestS3Object: objectKey,
    digestPublicKeyFingerprint: key.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: times.at(-1) ?? null,
    oldestEventTime: times[0] ?? null,
    previousDigestS3Bucket: before?.bucket ?? null,
    previousDigestS3Object: before?.key ?? null,
    previousDigestHashValue: before?.hash ?? null,
    previousDigestHashAlgorithm: before ? 'SHA-256' : null,
    previousDigestSignature: before?.signature ?? null,
    logFiles: trail.undigested.map(({ bucket, key: s3Object, hash, newest, oldest }) => ({
      s3Bucket: bucket,
      s3Object,
      hashValue: hash,
      hashAlgorithm: 'SHA-256',
      newestEventTime: newest,
      oldestEventTime: oldest,
    })),
  };
  const plain = Buffer.from(JSON.stringify(content));
  const hash = hashOf(plain);
  const signed = `${seconds(end)}\n${trail.bucket}/${objectKey}\n${hash}\n${before?.signature ?? 'null'}`;
  const signature = sign('sha256', Buffer.from(signed), key.privateKey).toString('hex');
  return {
    key: objectKey,
    body: gzipSync(plain),
    signature,
    previous: { bucket: trail.bucket, key: objectKey, hash, signature },
  };
}

export function hashOf(inflated: Uint8Array): string {
  return createHash('sha256').update(inflated).digest('hex');
}

function digestObjectKey({ prefix, name }: Trail, end: Instant): string {
  const time = seconds(end);
  const day = time.slice(0, 10);
  const file = `${account}_CloudTrail-Digest_${region}_${name}_${region}_${time.replace(/[-:]/g, '')}.json.gz`;
  return [...(prefix ? [prefix] : []), 'AWSLogs', account, 'CloudTrail-Digest', region, ...day.split('-'), file].join(
    '/',
  );
}
