import type { Request } from '../exchange.ts';
import { getBucketAcl, putBucketAcl } from './bucket-acl.ts';
import * as settings from './bucket-settings.ts';
import * as list from './list.ts';
import * as multipart from './multipart.ts';
import { getNotification, putNotification } from './notification.ts';
import * as object from './object.ts';
import type { Answer, Call, Operation } from './operation.ts';

type Run = (call: Call) => Answer;
type Extra = Pick<Operation, 'body' | 'creates'>;

/** Data events: calls on objects, and the few on buckets that S3 counts among them. The IAM action is `s3:` and a name. */
function data(eventName: string, action: string, on: 'bucket' | 'object', run: Run, extra: Extra = {}): Operation {
  const readOnly = /^(Get|Head|List)/.test(eventName);
  return { eventName, action: `s3:${action}`, on, data: true, readOnly, run, ...extra };
}

function management(eventName: string, action: string, run: Run, extra: Extra = {}): Operation {
  return {
    eventName,
    action: `s3:${action}`,
    on: 'bucket',
    data: false,
    readOnly: /^Get/.test(eventName),
    run,
    ...extra,
  };
}

const xml = { body: 'xml' } as const;

/** Settings that are kept without effect: subresource → name in events, IAM action, what is answered where none is kept. */
const plainSettings: readonly (readonly [string, string, string, settings.Absent])[] = [
  ['versioning', 'BucketVersioning', 'BucketVersioning', { root: 'VersioningConfiguration', value: '' }],
  ['logging', 'BucketLogging', 'BucketLogging', { root: 'BucketLoggingStatus', value: '' }],
  ['accelerate', 'AccelerateConfiguration', 'AccelerateConfiguration', { root: 'AccelerateConfiguration', value: '' }],
  [
    'requestPayment',
    'BucketRequestPayment',
    'BucketRequestPayment',
    { root: 'RequestPaymentConfiguration', value: { Payer: 'BucketOwner' } },
  ],
  ['tagging', 'BucketTagging', 'BucketTagging', { code: 'NoSuchTagSet', message: 'The TagSet does not exist' }],
  [
    'website',
    'BucketWebsite',
    'BucketWebsite',
    { code: 'NoSuchWebsiteConfiguration', message: 'The specified bucket does not have a website configuration' },
  ],
  [
    'lifecycle',
    'BucketLifecycle',
    'LifecycleConfiguration',
    { code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
  ],
  [
    'cors',
    'BucketCors',
    'BucketCORS',
    { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
  ],
  [
    'replication',
    'BucketReplication',
    'ReplicationConfiguration',
    { code: 'ReplicationConfigurationNotFoundError', message: 'The replication configuration was not found' },
  ],
  [
    'object-lock',
    'ObjectLockConfiguration',
    'BucketObjectLockConfiguration',
    {
      code: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    },
  ],
  [
    'encryption',
    'BucketEncryption',
    'EncryptionConfiguration',
    {
      root: 'ServerSideEncryptionConfiguration',
      value: { Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false } },
    },
  ],
];

/** `METHOD subresource` → operation, on buckets. '' is the bucket itself. The first that the query names wins. */
const onBucket: ReadonlyMap<string, Operation> = new Map([
  ['PUT policy', management('PutBucketPolicy', 'PutBucketPolicy', settings.putPolicy, { body: 'policy' })],
  ['GET policy', management('GetBucketPolicy', 'GetBucketPolicy', settings.getPolicy)],
  ['DELETE policy', management('DeleteBucketPolicy', 'DeleteBucketPolicy', settings.deletePolicy)],
  ['GET policyStatus', management('GetBucketPolicyStatus', 'GetBucketPolicyStatus', settings.getPolicyStatus)],
  ['PUT acl', management('PutBucketAcl', 'PutBucketAcl', putBucketAcl, xml)],
  ['GET acl', management('GetBucketAcl', 'GetBucketAcl', getBucketAcl)],
  [
    'PUT publicAccessBlock',
    management('PutBucketPublicAccessBlock', 'PutBucketPublicAccessBlock', settings.putPublicAccessBlock, xml),
  ],
  [
    'GET publicAccessBlock',
    management('GetBucketPublicAccessBlock', 'GetBucketPublicAccessBlock', settings.getPublicAccessBlock),
  ],
  [
    'DELETE publicAccessBlock',
    management('DeleteBucketPublicAccessBlock', 'PutBucketPublicAccessBlock', settings.deletePublicAccessBlock),
  ],
  [
    'PUT ownershipControls',
    management('PutBucketOwnershipControls', 'PutBucketOwnershipControls', settings.putOwnership, xml),
  ],
  [
    'GET ownershipControls',
    management('GetBucketOwnershipControls', 'GetBucketOwnershipControls', settings.getOwnership),
  ],
  [
    'DELETE ownershipControls',
    management('DeleteBucketOwnershipControls', 'PutBucketOwnershipControls', settings.deleteOwnership),
  ],
  ['PUT notification', management('PutBucketNotification', 'PutBucketNotification', putNotification, xml)],
  ['GET notification', management('GetBucketNotification', 'GetBucketNotification', getNotification)],
  ['GET location', management('GetBucketLocation', 'GetBucketLocation', settings.getLocation)],
  ...plainSettings.flatMap(([name, event, action, absent]): [string, Operation][] => [
    [`GET ${name}`, management(`Get${event}`, `Get${action}`, settings.getSetting(name, absent))],
    [`PUT ${name}`, management(`Put${event}`, `Put${action}`, settings.putSetting(name), xml)],
    [`DELETE ${name}`, management(`Delete${event}`, `Put${action}`, settings.deleteSetting(name))],
  ]),
  ['GET versions', data('ListObjectVersions', 'ListBucketVersions', 'bucket', list.listVersions)],
  ['GET uploads', data('ListMultipartUploads', 'ListBucketMultipartUploads', 'bucket', multipart.listUploads)],
  ['POST delete', data('DeleteObjects', 'DeleteObject', 'bucket', object.deleteObjects)],
  ['PUT ', management('CreateBucket', 'CreateBucket', settings.createBucket, { body: 'xml', creates: true })],
  ['DELETE ', management('DeleteBucket', 'DeleteBucket', settings.deleteBucket)],
  ['HEAD ', data('HeadBucket', 'ListBucket', 'bucket', settings.headBucket)],
  ['GET ', data('ListObjects', 'ListBucket', 'bucket', list.listObjects)],
]);

const onObject: ReadonlyMap<string, Operation> = new Map([
  ['GET acl', data('GetObjectAcl', 'GetObjectAcl', 'object', object.getObjectAcl)],
  ['PUT acl', data('PutObjectAcl', 'PutObjectAcl', 'object', object.putObjectAcl, xml)],
  ['GET tagging', data('GetObjectTagging', 'GetObjectTagging', 'object', object.getObjectTagging)],
  ['PUT tagging', data('PutObjectTagging', 'PutObjectTagging', 'object', object.putObjectTagging)],
  ['DELETE tagging', data('DeleteObjectTagging', 'DeleteObjectTagging', 'object', object.deleteObjectTagging)],
  ['GET attributes', data('GetObjectAttributes', 'GetObject', 'object', object.getObjectAttributes)],
  ['POST uploads', data('CreateMultipartUpload', 'PutObject', 'object', multipart.createUpload)],
  ['GET uploadId', data('ListParts', 'ListMultipartUploadParts', 'object', multipart.listParts)],
  ['PUT uploadId', data('UploadPart', 'PutObject', 'object', multipart.uploadPart)],
  ['POST uploadId', data('CompleteMultipartUpload', 'PutObject', 'object', multipart.completeUpload)],
  ['DELETE uploadId', data('AbortMultipartUpload', 'AbortMultipartUpload', 'object', multipart.abortUpload)],
  ['GET ', data('GetObject', 'GetObject', 'object', object.getObject)],
  ['HEAD ', data('HeadObject', 'GetObject', 'object', object.getObject)],
  ['PUT ', data('PutObject', 'PutObject', 'object', object.putObjectCall)],
  ['DELETE ', data('DeleteObject', 'DeleteObject', 'object', object.deleteObject)],
]);

const copy = data('CopyObject', 'PutObject', 'object', object.copyObject);
const partCopy = data('UploadPartCopy', 'PutObject', 'object', multipart.uploadPartCopy);
const listAll: Operation = {
  eventName: 'ListBuckets',
  action: 's3:ListAllMyBuckets',
  on: 'account',
  data: false,
  readOnly: true,
  run: list.listBuckets,
};

/** Subresources that S3 has and the lab does not: a request for one must not be taken for another. */
const unknown =
  /^(analytics|inventory|metrics|intelligent-tiering|torrent|select|restore|retention|legal-hold|renameObject|session|metadataTable|abac)$/;

/** Which operation a request asks for; undefined for what S3 has not on this, 'not-here' for what the lab leaves out. */
export function operationOf(request: Request, bucket: string, key: string): Operation | 'not-here' | undefined {
  const { method, query, headers } = request;
  if (bucket === '') return method === 'GET' ? listAll : undefined;
  if ([...query.keys()].some((name) => unknown.test(name))) return 'not-here';
  const table = key === '' ? onBucket : onObject;
  for (const name of query.keys()) {
    const found = table.get(`${method} ${name}`);
    if (name === '' || !found) continue;
    return found === table.get('PUT uploadId') && headers['x-amz-copy-source'] !== undefined && key !== ''
      ? partCopy
      : found;
  }
  if (key !== '' && method === 'PUT' && headers['x-amz-copy-source'] !== undefined) return copy;
  return table.get(`${method} `);
}
