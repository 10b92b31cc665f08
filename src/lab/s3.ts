import type { Document } from '../base/document.ts';
import { extendedRequestId, region, requestId } from './account.ts';
import { type Bucket, type Buckets, etagOf } from './bucket.ts';
import { dataEvent } from './event-record.ts';
import { type Reply, type Request, userAgentOf } from './exchange.ts';
import { allowsAnyone } from './policy.ts';
import { errorXml, listXml } from './s3-xml.ts';

interface Call {
  readonly eventName: string;
  readonly action: string;
  readonly readOnly: boolean;
  answer(bucket: Bucket, key: string | undefined, request: Request): Reply | Refusal;
}

interface Refusal {
  readonly code: keyof typeof refusals;
}

const refusals = {
  AccessDenied: { status: 403, message: 'Access Denied' },
  NoSuchBucket: { status: 404, message: 'The specified bucket does not exist' },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.' },
  InvalidAccessKeyId: { status: 403, message: 'The AWS Access Key Id you provided does not exist in our records.' },
  MethodNotAllowed: { status: 405, message: 'The specified method is not allowed against this resource.' },
} as const;

/**
 * Answers one request in path style, and leaves the record that CloudTrail would write, if any. None for a bucket that
 * nobody owns, for ListBuckets without credentials, and for credentials that are not valid (the lab knows none).
 */
export function answerS3(buckets: Buckets, request: Request, record: (record: Document) => void): Reply {
  const ids = { requestId: requestId(), extendedRequestId: extendedRequestId() };
  const [, name = '', path] = /^\/([^/]*)(?:\/(.*))?$/s.exec(request.path) ?? [];
  const key = path === undefined || path === '' ? undefined : decoded(path);
  const finish = (outcome: Reply | Refusal, bucket?: Bucket, call?: Call): Reply => {
    const reply = 'code' in outcome ? refuse(outcome.code, request, ids) : outcome;
    const error = 'code' in outcome ? { code: outcome.code, message: refusals[outcome.code].message } : undefined;
    if (bucket && call) record(s3Record(bucket, key, call, request, reply, error, ids));
    return { ...reply, headers: { ...commonHeaders(ids), ...reply.headers } };
  };
  if (isSigned(request)) return finish({ code: 'InvalidAccessKeyId' });
  if (name === '') return finish({ code: 'AccessDenied' });
  const bucket = buckets.get(name);
  if (!bucket) return finish({ code: 'NoSuchBucket' });
  const call = callOf(request, key);
  if (!call) return finish({ code: 'MethodNotAllowed' });
  const open = may(bucket, call.action, key);
  return finish(open ? call.answer(bucket, key, request) : { code: 'AccessDenied' }, bucket, call);
}

function may(bucket: Bucket, action: string, key: string | undefined): boolean {
  if (bucket.blocksPublicAccess) return false;
  const resource = `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`;
  return allowsAnyone(bucket.policy, action, resource);
}

/** What CloudTrail calls the operation: ListObjectsV2 is logged as ListObjects (specs/cloudtrail.md §0.4). */
function callOf(request: Request, key: string | undefined): Call | undefined {
  const { method } = request;
  if (key === undefined) {
    if (method === 'GET') return listObjects;
    if (method === 'HEAD') return headBucket;
    return undefined;
  }
  if (method === 'GET') return getObject;
  if (method === 'HEAD') return headObject;
  if (method === 'PUT') return closed('PutObject', 's3:PutObject');
  if (method === 'DELETE') return closed('DeleteObject', 's3:DeleteObject');
  return undefined;
}

const listObjects: Call = {
  eventName: 'ListObjects',
  action: 's3:ListBucket',
  readOnly: true,
  answer: (bucket, _key, request) => xml(200, listXml(bucket, request.query)),
};

const headBucket: Call = {
  eventName: 'HeadBucket',
  action: 's3:ListBucket',
  readOnly: true,
  answer: () => ({
    status: 200,
    headers: { 'x-amz-bucket-region': region, 'content-type': 'application/xml' },
    body: '',
  }),
};

const getObject: Call = { eventName: 'GetObject', action: 's3:GetObject', readOnly: true, answer: objectReply };
const headObject: Call = { eventName: 'HeadObject', action: 's3:GetObject', readOnly: true, answer: objectReply };

/** Calls that the lab's policies never open to the world. */
function closed(eventName: string, action: string): Call {
  return { eventName, action, readOnly: false, answer: () => ({ code: 'AccessDenied' }) };
}

/** A missing key is told only to a caller who may list the bucket. */
function objectReply(bucket: Bucket, key: string | undefined): Reply | Refusal {
  const object = bucket.objects.get(key ?? '');
  if (!object) return { code: may(bucket, 's3:ListBucket', undefined) ? 'NoSuchKey' : 'AccessDenied' };
  return {
    status: 200,
    headers: {
      'content-type': object.contentType,
      etag: etagOf(object),
      'last-modified': new Date(object.modifiedAt).toUTCString(),
      'accept-ranges': 'bytes',
    },
    body: object.body,
  };
}

interface Ids {
  readonly requestId: string;
  readonly extendedRequestId: string;
}

function s3Record(
  bucket: Bucket,
  key: string | undefined,
  call: Call,
  request: Request,
  reply: Reply,
  error: { readonly code: string; readonly message: string } | undefined,
  ids: Ids,
): Document {
  const sent = request.method === 'HEAD' ? 0 : Buffer.byteLength(reply.body);
  return dataEvent({
    at: request.at,
    eventName: call.eventName,
    readOnly: call.readOnly,
    bucket: bucket.name,
    key,
    host: request.host,
    parameters: Object.fromEntries([...request.query].slice(0, 20)),
    sourceAddress: request.sourceAddress,
    userAgent: userAgentOf(request),
    error,
    ...ids,
    bytesIn: request.body.length,
    bytesOut: sent,
    by: 'anonymous',
  });
}

function refuse(code: keyof typeof refusals, request: Request, ids: Ids): Reply {
  const { status, message } = refusals[code];
  return xml(status, errorXml(code, message, request.path, ids));
}

function xml(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function commonHeaders(ids: Ids): Readonly<Record<string, string>> {
  return { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.extendedRequestId, server: 'AmazonS3' };
}

function isSigned(request: Request): boolean {
  return request.headers.authorization !== undefined || request.query.has('X-Amz-Signature');
}

/** A key that is no valid percent-encoding is taken as it stands: it will not be found. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
