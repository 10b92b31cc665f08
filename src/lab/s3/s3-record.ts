import { type Document, isDocument, put } from '../../base/document.ts';
import { account, region } from '../account.ts';
import type { Caller } from '../caller.ts';
import { type Request, userAgentOf } from '../exchange.ts';
import { trailRecord } from '../record.ts';
import { parseXml } from '../xml.ts';
import { bucketArn } from './bucket.ts';
import type { Operation, Told } from './operation.ts';

/** A call of S3 that was answered or refused. */
export interface Finished {
  readonly operation: Operation;
  readonly bucketName: string;
  readonly key: string;
  readonly request: Request;
  readonly caller: Caller;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly told: Told | undefined;
  readonly byAcl: boolean;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly bytesOut: number;
}

/** S3's record (specs/cloudtrail.md §1.6). */
export function s3Record(call: Finished): Document {
  const { operation, request, caller } = call;
  return trailRecord({
    at: request.at,
    caller,
    eventSource: 's3.amazonaws.com',
    eventName: operation.eventName,
    readOnly: operation.readOnly,
    data: operation.data,
    sourceAddress: request.sourceAddress,
    userAgent: `[${userAgentOf(request)}]`,
    error: call.error,
    requestParameters: parametersOf(call),
    responseElements: operation.readOnly ? null : (call.told?.responseElements ?? null),
    additionalEventData: {
      ...(caller.kind === 'user'
        ? { SignatureVersion: caller.proof.version, AuthenticationMethod: caller.proof.method }
        : {}),
      ...(caller.kind === 'service' ? { SignatureVersion: 'SigV4', AuthenticationMethod: 'AuthHeader' } : {}),
      ...(call.byAcl ? { aclRequired: 'Yes' } : {}),
      ...(call.error ? {} : call.told?.additionalEventData),
      bytesTransferredIn: request.body.length,
      'x-amz-id-2': call.extendedRequestId,
      bytesTransferredOut: call.bytesOut,
    },
    requestId: call.requestId,
    ...(operation.on === 'account' ? {} : { resources: resourcesOf(call) }),
  });
}

function resourcesOf({ operation, bucketName, key }: Finished): readonly Document[] {
  const arn = bucketArn(bucketName);
  const bucket = { accountId: account, type: 'AWS::S3::Bucket', ARN: arn };
  if (!operation.data) return [bucket];
  const object = key === '' ? { ARNPrefix: `${arn}/` } : { ARN: `${arn}/${key}` };
  return [{ type: 'AWS::S3::Object', ...object }, bucket];
}

const hidden = /^(X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|AWSAccessKeyId|Signature|x-id)$/i;
const told =
  /^x-amz-(acl|storage-class|server-side-encryption|copy-source|metadata-directive|object-ownership|bucket-object-lock-enabled|tagging|website-redirect-location)$/;
const grant = /^x-amz-grant-/;
const valueMax = 8192;

/** The query, the headers that matter, and the body, as S3 tells them. Hostile values are cut as AWS cuts long ones. */
function parametersOf({ operation, bucketName, key, request }: Finished): Document {
  const found: { [name: string]: unknown } = {};
  if (operation.body) addBody(found, operation, request);
  if (operation.on !== 'account') found.bucketName = bucketName;
  found.Host = operation.on === 'account' ? `s3.${region}.amazonaws.com` : request.host;
  for (const [name, value] of request.query) if (!hidden.test(name)) put(found, name, value.slice(0, valueMax));
  const grants: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    if (grant.test(name)) grants[name] = value.slice(0, valueMax);
    else if (told.test(name)) found[name] = value.slice(0, valueMax);
  }
  if (Object.keys(grants).length > 0) found.accessControlList = grants;
  if (key !== '') found.key = key;
  return found;
}

function addBody(found: { [name: string]: unknown }, operation: Operation, request: Request): void {
  if (request.body.length === 0) return;
  try {
    if (operation.body === 'policy') {
      const policy: unknown = JSON.parse(Buffer.from(request.body).toString());
      if (isDocument(policy)) found.bucketPolicy = policy;
    } else {
      const { root, value } = parseXml(request.body);
      put(found, root, typed(value));
    }
  } catch {
    // What cannot be read is refused by the call and told without a body.
  }
}

/** `true` and `false` of XML are booleans in CloudTrail. */
function typed(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (Array.isArray(value)) return value.map(typed);
  if (!isDocument(value)) return value;
  const members: { [name: string]: unknown } = {};
  for (const [name, member] of Object.entries(value)) put(members, name, typed(member));
  return members;
}
