import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** CloudTrail records as AWS writes them, made for scenarios; `number` makes ids that can be told apart and counted. */

export type Identity = 'anonymous' | 'ANONYMOUS_PRINCIPAL' | 'guide' | 'user';

const identities: Record<Identity, object> = {
  anonymous: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
  ANONYMOUS_PRINCIPAL: { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
  guide: { type: 'Anonymous', principalId: 'Anonymous' },
  user: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEEXAMPLE123',
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    accessKeyId: 'AKIAEXAMPLEEXAMPLE12',
    userName: 'alice',
  },
};

export function s3Record(
  number: number,
  eventName: string,
  identity: Identity,
  more: object = {},
): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    userIdentity: identities[identity],
    eventTime: new Date(Date.now() - 1000).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource: 's3.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: '[aws-cli/2.15.30]',
    requestParameters: {
      bucketName: 'delete-me-projectx-leaky-bucket',
      Host: 's3.amazonaws.com',
      key: `data/${number}.json`,
    },
    responseElements: null,
    additionalEventData: { bytesTransferredOut: 1024, 'x-amz-id-2': 'example' },
    requestID: `REQ${number}`,
    eventID: eventId(number),
    readOnly: true,
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::delete-me-projectx-leaky-bucket/data/${number}.json` }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: '111122223333',
    eventCategory: 'Data',
    ...more,
  };
}

/** A GUID that depends only on the number. */
export function eventId(number: number): string {
  const hex = createHash('md5').update(`event ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

let delivered = 0;

/** Writes a trail file in the real key layout below the folder, whole at once as S3 shows it. */
export function deliver(folder: string, records: readonly unknown[]): string {
  const now = new Date().toISOString();
  const stamp = now.replace(/[-:]/g, '').slice(0, 13);
  const unique = createHash('md5').update(`${process.pid} ${delivered++}`).digest('hex').slice(0, 16);
  const path = join(
    folder,
    `AWSLogs/111122223333/CloudTrail/us-east-1/${now.slice(0, 10).replaceAll('-', '/')}/111122223333_CloudTrail_us-east-1_${stamp}Z_${unique}.json.gz`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, gzipSync(JSON.stringify({ Records: records })));
  renameSync(`${path}.tmp`, path);
  return path;
}

/**
 * Delivers files of reads, up to `recordsMax` in each, three of ten by nobody; now and then a file twice, as a second trail
 * into the same bucket does. Counts what each is one of: `number` records, `anonymous` among them.
 */
export function makeFeed(
  lake: string,
  random: () => number,
  recordsMax: number,
): { readonly counts: { number: number; anonymous: number }; feed(files: number): void } {
  const counts = { number: 0, anonymous: 0 };
  return {
    counts,
    feed(files) {
      for (let file = 0; file < files; file++) {
        const records = Array.from({ length: 1 + Math.floor(random() * recordsMax) }, () => {
          const isAnonymous = random() < 0.3;
          if (isAnonymous) counts.anonymous++;
          return s3Record(counts.number++, 'GetObject', isAnonymous ? 'anonymous' : 'user');
        });
        deliver(lake, records);
        if (random() < 0.2) deliver(lake, records);
      }
    },
  };
}

/** Numbers from 0 up to 1 (mulberry32): the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
