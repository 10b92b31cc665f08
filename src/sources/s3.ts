import type { S3Client } from '@aws-sdk/client-s3';
import { TrailhoundError } from '../base/errors.ts';
import { countsAsLog } from './folder.ts';
import { deliverFound } from './outbox.ts';
import { isBucketName, openBucket } from './s3-bucket.ts';
import { openLake, type S3Options } from './s3-lake.ts';
import { watchBucket } from './s3-watch.ts';
import type { Source } from './source.ts';

/**
 * `s3://bucket/prefix`. Objects are found by listing, and told apart by the ledger: never by a "last key", because late
 * files sort before it. Throws 'bad-request' when the address names no bucket.
 */
export function openS3Source(uri: string, options: S3Options): Source {
  const { bucketName, prefix } = parseAddress(uri);
  return {
    name: uri,
    async *deliveries(signal) {
      let client: Promise<S3Client> | undefined;
      const connect = (): Promise<S3Client> => {
        client ??= connectS3(options);
        return client;
      };
      const bucket = openBucket(bucketName, connect, options.clock);
      try {
        const shared = { ...options, lake: `${options.endpointUrl ?? ''} s3://${bucketName}/${prefix}` };
        yield* deliverFound(shared, signal, (outbox, stopped) => {
          const lake = openLake(bucket, prefix, options, outbox, stopped);
          return options.once ? lake.pass(stopped) : watchBucket(lake, stopped);
        });
      } finally {
        (await client)?.destroy();
      }
    },
  };
}

/** The SDK is large: who reads no bucket does not load it. */
export async function connectS3(options: Pick<S3Options, 'endpointUrl' | 'region'>): Promise<S3Client> {
  const { openS3 } = await import('../aws/clients.ts');
  return openS3(options);
}

function parseAddress(uri: string): { bucketName: string; prefix: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(uri);
  if (!match?.[1] || !isBucketName(match[1])) {
    throw new TrailhoundError('bad-request', `"${uri}" names no bucket: write s3://bucket or s3://bucket/prefix`);
  }
  const path = match[2] ?? '';
  const names = path.slice(path.lastIndexOf('/') + 1);
  // A prefix means a folder, as people write it without its last slash; the name of a log file means that object.
  return { bucketName: match[1], prefix: path === '' || path.endsWith('/') || countsAsLog(names) ? path : `${path}/` };
}
