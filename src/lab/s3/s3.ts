import type { Clock } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { account, extendedRequestId, region, requestId } from '../account.ts';
import type { Caller } from '../caller.ts';
import { AwsRefusal, type Reply, type Request } from '../exchange.ts';
import { identityDecision } from '../permission.ts';
import { escapeXml } from '../xml.ts';
import type { Bucket, Buckets } from './bucket.ts';
import { isNotified, messagesFor } from './notification.ts';
import { denied } from './object.ts';
import type { Answer, Call, Operation } from './operation.ts';
import { operationOf } from './operations.ts';
import { permits } from './permission.ts';
import { type Finished, s3Record } from './s3-record.ts';

/** What S3 needs of the lab. */
export interface S3 {
  readonly buckets: Buckets;
  readonly clock: Clock;
  /** Takes the record that CloudTrail would write. */
  record(record: Document): void;
  /** Sends a message to a queue of the lab; nothing happens where it is not there. */
  send(queueArn: string, body: string): void;
}

/** Host names under which a bucket stands before the first dot, or stands alone in the path. */
const virtualHost =
  /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com|s3(?:\.[a-z0-9-]+)?\.localhost|localhost)(?::\d+)?$/i;
const plainHost = /^s3(?:[.-][a-z0-9-]+)*\.(?:amazonaws\.com|localhost)(?::\d+)?$/i;

/** Bucket and key of a request, in path style or by its host name. */
function addressOf(request: Request): { readonly bucketName: string; readonly key: string } {
  const byHost = plainHost.test(request.host) ? undefined : virtualHost.exec(request.host)?.[1];
  const [, first = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
  const encoded = byHost === undefined ? rest : request.path.slice(1);
  return { bucketName: byHost?.toLowerCase() ?? decoded(first), key: decoded(encoded) };
}

/** A key that is no valid percent-encoding is taken as it stands: it will not be found. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Answers one request whose signature was checked, and leaves the record that CloudTrail would write, if any: none for a
 * bucket that nobody owns when the caller is a stranger, and none for ListBuckets without credentials.
 */
export function answerS3(s3: S3, request: Request, caller: Caller): Reply {
  const ids = { requestId: requestId(), extendedRequestId: extendedRequestId() };
  const { bucketName, key } = addressOf(request);
  const operation = operationOf(request, bucketName, key);
  const bucket = s3.buckets.get(bucketName);
  let byAcl = false;
  let answer: Answer;
  let error: Finished['error'];
  try {
    if (operation === 'not-here') throw new AwsRefusal(501, 'NotImplemented', 'The lab does not have this operation.');
    if (!operation) {
      throw new AwsRefusal(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
    }
    byAcl = authorize(operation, bucket, bucketName, key, caller, request);
    answer = operation.run(callOf(s3, operation, bucket, bucketName, key, caller, request));
  } catch (thrown) {
    if (!(thrown instanceof AwsRefusal)) throw thrown;
    error = { code: thrown.awsCode, message: thrown.message };
    answer = refusal(thrown, request, ids);
  }
  const mine = bucket?.owner === account || (caller.kind === 'user' && caller.user.accountId === account);
  if (operation && operation !== 'not-here' && mine) {
    const bytesOut = request.method === 'HEAD' ? 0 : Buffer.byteLength(answer.body);
    const finished = { operation, bucketName, key, request, caller, error, told: answer.told, byAcl, ...ids, bytesOut };
    s3.record(s3Record(finished));
  }
  return {
    status: answer.status,
    headers: {
      'x-amz-request-id': ids.requestId,
      'x-amz-id-2': ids.extendedRequestId,
      server: 'AmazonS3',
      ...answer.headers,
    },
    body: answer.body,
  };
}

/** Throws what S3 answers to somebody who may not. Answers whether an ACL alone let them in. */
function authorize(
  operation: Operation,
  bucket: Bucket | undefined,
  bucketName: string,
  key: string,
  caller: Caller,
  request: Request,
): boolean {
  if (operation.on === 'account' || operation.creates) {
    const asked = {
      caller,
      action: operation.action,
      resource: operation.creates ? `arn:aws:s3:::${bucketName}` : '*',
      sourceIp: request.sourceAddress,
      context: {},
    };
    if (identityDecision(asked) !== 'allowed') throw denied();
    return false;
  }
  if (!bucket) {
    throw new AwsRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucketName });
  }
  // DeleteObjects asks for each key by itself; anybody may ask it.
  if (operation.eventName === 'DeleteObjects') return false;
  const permit = permits(bucket, operation.action, operation.on === 'object' ? key : undefined, caller, request);
  if (permit.allowed) return permit.byAcl;
  // Where ACLs count, a key that is not there has none that could forbid: whoever may list is told so.
  const missing =
    operation.action === 's3:GetObject' && !bucket.objects.has(key) && bucket.ownership !== 'BucketOwnerEnforced';
  if (missing && permits(bucket, 's3:ListBucket', undefined, caller, request).allowed) return false;
  throw denied();
}

function callOf(
  s3: S3,
  operation: Operation,
  bucket: Bucket | undefined,
  bucketName: string,
  key: string,
  caller: Caller,
  request: Request,
): Call {
  const { buckets } = s3;
  return {
    buckets,
    // Operations without a bucket never look at it: ListBuckets, and CreateBucket, which makes it.
    bucket: bucket as Bucket,
    bucketName,
    key: operation.on === 'object' ? key : '',
    request,
    caller,
    may: (action, other, otherKey) => permits(other, action, otherKey, caller, request).allowed,
    notify(name, of, size, etag) {
      if (!bucket || !isNotified(bucket)) return;
      for (const { queueArn, body } of messagesFor(bucket, { name, key: of, size, etag, at: request.at })) {
        s3.send(queueArn, JSON.stringify(body));
      }
    },
  };
}

function refusal(
  { awsCode, message, status, members }: AwsRefusal,
  request: Request,
  ids: { readonly requestId: string; readonly extendedRequestId: string },
): Answer {
  const parts = {
    Code: awsCode,
    Message: message,
    ...members,
    Resource: decoded(request.path),
    RequestId: ids.requestId,
    HostId: ids.extendedRequestId,
  };
  const inner = Object.entries(parts)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;
  const where = awsCode === 'NoSuchBucket' ? {} : { 'x-amz-bucket-region': region };
  return { status, headers: { 'content-type': 'application/xml', ...(request.method === 'HEAD' ? where : {}) }, body };
}

/** What S3 answers to a signature that is not right. No record is left of it. */
export function refuseS3(thrown: AwsRefusal, request: Request): Reply {
  const ids = { requestId: requestId(), extendedRequestId: extendedRequestId() };
  const { status, headers, body } = refusal(thrown, request, ids);
  return {
    status,
    headers: { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.extendedRequestId, ...headers },
    body,
  };
}
