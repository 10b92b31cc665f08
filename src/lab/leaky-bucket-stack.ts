import type { Document } from '../base/document.ts';
import { account, extendedRequestId, requestId } from './account.ts';
import { dataEvent } from './event-record.ts';
import type { Stack, StackScope } from './stack.ts';

/** The guide's name for it. */
export const leakyBucketName = 'delete-me-projectx-leaky-bucket';

/** Clearly made up: nobody must ever wonder whether they are real. */
const sampleObjects: readonly (readonly [key: string, contentType: string, content: string])[] = [
  [
    'config/database-credentials.json',
    'application/json',
    JSON.stringify(
      {
        note: 'FAKE: made up for the Trailhound lab',
        host: 'db.example.com',
        user: 'not-a-user',
        password: 'not-a-password',
      },
      null,
      2,
    ),
  ],
  ['backups/customers-2026-01.csv', 'text/csv', 'id,name\n1,FAKE Example Person\n2,FAKE Other Person\n'],
  ['README.txt', 'text/plain', 'Sample data of the Trailhound lab. Nothing here is real.\n'],
];

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'PublicRead',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${leakyBucketName}/*`,
    },
    {
      Sid: 'PublicList',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${leakyBucketName}`,
    },
  ],
};

/** A bucket that anybody may list and read. */
export const leakyBucketStack: Stack = {
  name: 'leaky-bucket',
  create(scope) {
    const host = `${leakyBucketName}.s3.amazonaws.com`;
    const common = { bucketName: leakyBucketName, Host: host };
    scope.buckets.set(leakyBucketName, {
      name: leakyBucketName,
      objects: new Map(),
      policy: undefined,
      blocksPublicAccess: true,
    });
    call(scope, 'CreateBucket', common);
    call(scope, 'PutBucketPublicAccessBlock', {
      publicAccessBlock: '',
      PublicAccessBlockConfiguration: {
        xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
        RestrictPublicBuckets: false,
        BlockPublicPolicy: false,
        BlockPublicAcls: false,
        IgnorePublicAcls: false,
      },
      ...common,
    });
    call(scope, 'PutBucketPolicy', { bucketPolicy: policy, ...common, policy: '' });
    const bucket = scope.buckets.get(leakyBucketName);
    if (bucket) {
      bucket.blocksPublicAccess = false;
      bucket.policy = policy;
      for (const [key, contentType, content] of sampleObjects) {
        const body = Buffer.from(content);
        bucket.objects.set(key, { body, contentType, modifiedAt: scope.at });
        scope.record(uploaded(key, body.length, host, scope));
      }
    }
    return { BucketName: leakyBucketName };
  },
  remove(scope) {
    if (!scope.buckets.delete(leakyBucketName)) return;
    const common = { bucketName: leakyBucketName, Host: `${leakyBucketName}.s3.amazonaws.com` };
    call(scope, 'DeleteBucketPolicy', { ...common, policy: '' });
    call(scope, 'DeleteBucket', common);
  },
};

function call(scope: StackScope, eventName: string, requestParameters: Document): void {
  scope.called({
    eventSource: 's3.amazonaws.com',
    eventName,
    requestParameters,
    resources: [{ accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${leakyBucketName}` }],
  });
}

function uploaded(key: string, bytesIn: number, host: string, scope: StackScope): Document {
  return dataEvent({
    at: scope.at,
    eventName: 'PutObject',
    readOnly: false,
    bucket: leakyBucketName,
    key,
    host,
    parameters: {},
    sourceAddress: '127.0.0.1',
    userAgent: 'aws-cli/2.31.0 md/lab',
    error: undefined,
    requestId: requestId(),
    extendedRequestId: extendedRequestId(),
    bytesIn,
    bytesOut: 0,
    by: 'administrator',
  });
}
