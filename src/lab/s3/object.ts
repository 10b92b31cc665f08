import { createHash } from 'node:crypto';
import { isDocument, own } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { AwsRefusal, type Request } from '../exchange.ts';
import { parseXml, type XmlValue } from '../xml.ts';
import { type Acl, aclOfHeaders, aclOfXml, aclXml, privateAcl } from './acl.ts';
import { type Bucket, objectOf, putObject, removeObject, type StoredObject } from './bucket.ts';
import { refusePublicAcl } from './bucket-acl.ts';
import { type Checksum, checksumElement, verifyChecksums } from './checksum.ts';
import { checkConditions, rangeOf } from './conditions.ts';
import type { Answer, Call } from './operation.ts';
import { emptyReply, httpDate, isoDate, plainXml, xmlReply } from './reply.ts';

const keptHeaders =
  /^(content-type|cache-control|content-disposition|content-encoding|content-language|expires|x-amz-storage-class|x-amz-website-redirect-location|x-amz-meta-.*)$/;
const metadataMax = 2048;

/** The headers of an upload that a download gives back. */
export function headersToKeep(request: Request): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  let metadata = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || !keptHeaders.test(name) || value === 'STANDARD') continue;
    if (name.startsWith('x-amz-meta-')) metadata += name.length - 'x-amz-meta-'.length + value.length;
    kept[name] = value;
  }
  if (metadata > metadataMax) {
    throw new AwsRefusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return { 'content-type': 'binary/octet-stream', ...kept };
}

export function etagOf(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The ACL that an upload asks for. On a bucket that knows no ACLs it must ask for none. */
export function aclOfUpload({ bucket, request, caller }: Call): Acl {
  const uploader = caller.kind === 'user' ? caller.user.accountId : bucket.owner;
  const owner = bucket.ownership === 'ObjectWriter' ? uploader : bucket.owner;
  const asked = aclOfHeaders(request.headers, owner, bucket.owner);
  if (asked === undefined) return privateAcl(owner);
  refusePublicAcl(bucket, asked, request.headers['x-amz-acl']);
  return asked;
}

const encrypted = { 'x-amz-server-side-encryption': 'AES256' };

export function checksumHeaders({ algorithm, value, type }: Checksum): Readonly<Record<string, string>> {
  return { [`x-amz-checksum-${algorithm}`]: value, 'x-amz-checksum-type': type };
}

export const sseTold = { additionalEventData: { SSEApplied: 'Default_SSE_S3' }, responseElements: encrypted } as const;

export function putObjectCall(call: Call): Answer {
  const { bucket, key, request } = call;
  checkKey(key);
  checkConditions(request.headers, bucket.objects.get(key), 'write');
  const checksum = verifyChecksums(request.headers, request.body);
  const object: StoredObject = {
    body: request.body,
    etag: etagOf(request.body),
    headers: headersToKeep(request),
    modifiedAt: request.at,
    checksum,
    parts: undefined,
    acl: aclOfUpload(call),
    tags: undefined,
  };
  putObject(bucket, key, object);
  call.notify('ObjectCreated:Put', key, object.body.length, object.etag);
  return emptyReply(200, { etag: object.etag, ...encrypted, ...checksumHeaders(checksum) }, sseTold);
}

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > limits.labKeyMax) {
    throw new AwsRefusal(400, 'KeyTooLongError', 'Your key is too long', { Size: String(Buffer.byteLength(key)) });
  }
}

/** GetObject and HeadObject. A missing key is told only to a caller who may list the bucket. */
export function getObject(call: Call): Answer {
  const { bucket, key, request } = call;
  if (!bucket.objects.has(key) && !call.may('s3:ListBucket', bucket, undefined)) throw denied();
  const object = objectOf(bucket, key);
  const notModified = checkConditions(request.headers, object, 'read');
  const shared = { etag: object.etag, 'last-modified': httpDate(object.modifiedAt), ...encrypted };
  if (notModified) return emptyReply(304, { etag: object.etag, 'last-modified': httpDate(object.modifiedAt) });
  const part = request.query.get('partNumber');
  const range = part === null ? rangeOf(request.headers.range, object.body.length) : partRange(object, part);
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    ...shared,
    ...object.headers,
    ...(part !== null && object.parts ? { 'x-amz-mp-parts-count': String(object.parts.length) } : {}),
    ...(request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !range
      ? checksumHeaders(object.checksum)
      : {}),
    ...overrides(request),
  };
  const told = { additionalEventData: { SSEApplied: 'Default_SSE_S3' } };
  if (!range) return { status: 200, headers, body: object.body, told };
  headers['content-range'] = `bytes ${range.from}-${range.to - 1}/${object.body.length}`;
  return { status: 206, headers, body: object.body.subarray(range.from, range.to), told };
}

export function denied(): AwsRefusal {
  return new AwsRefusal(403, 'AccessDenied', 'Access Denied');
}

function partRange(object: StoredObject, text: string): { readonly from: number; readonly to: number } {
  const number = Number(text);
  const parts = object.parts ?? [object.body.length];
  if (!Number.isInteger(number) || number < 1 || number > parts.length) {
    throw new AwsRefusal(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable');
  }
  const from = parts.slice(0, number - 1).reduce((sum, length) => sum + length, 0);
  return { from, to: from + (parts[number - 1] ?? 0) };
}

/** `response-content-type=…` and their like, which a signed query may ask for. */
function overrides(request: Request): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of request.query) {
    const header = /^response-(content-(?:type|language|disposition|encoding)|cache-control|expires)$/.exec(name)?.[1];
    if (header) found[header] = value.replace(/[^\x20-\x7e]/g, '?');
  }
  return found;
}

export function deleteObject(call: Call): Answer {
  if (removeObject(call.bucket, call.key)) call.notify('ObjectRemoved:Delete', call.key, 0, '');
  return emptyReply(204);
}

/** DeleteObjects: up to 1,000 keys; each is answered by itself. CloudTrail tells none of their names. */
export function deleteObjects(call: Call): Answer {
  const { bucket, request } = call;
  verifyChecksums(request.headers, request.body);
  const { root, value } = parseXml(request.body);
  const given = own(value, 'Object');
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (root !== 'Delete' || list.length === 0 || list.length > 1000) {
    throw new AwsRefusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const done: XmlValue[] = [];
  const failed: XmlValue[] = [];
  for (const each of list) {
    const name = own(each, 'Key');
    const key = typeof name === 'string' ? name : '';
    if (!call.may('s3:DeleteObject', bucket, key)) {
      failed.push({ Key: key, Code: 'AccessDenied', Message: 'Access Denied' });
      continue;
    }
    if (removeObject(bucket, key)) call.notify('ObjectRemoved:Delete', key, 0, '');
    done.push({ Key: key });
  }
  return xmlReply('DeleteResult', { Deleted: own(value, 'Quiet') === 'true' ? [] : done, Error: failed });
}

export function copyObject(call: Call): Answer {
  const { bucket, key, request } = call;
  checkKey(key);
  const { object, headers: from, same } = copySource(call);
  const replace = request.headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
  if (same && !replace && request.headers['x-amz-storage-class'] === undefined) {
    throw new AwsRefusal(
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const copy: StoredObject = {
    ...object,
    headers: replace ? headersToKeep(request) : from,
    // A copy is one piece, whatever its source was.
    etag: etagOf(object.body),
    parts: undefined,
    checksum: verifyChecksums({ 'x-amz-sdk-checksum-algorithm': object.checksum.algorithm }, object.body),
    modifiedAt: request.at,
    acl: aclOfUpload(call),
  };
  putObject(bucket, key, copy);
  call.notify('ObjectCreated:Copy', key, copy.body.length, copy.etag);
  const answer = xmlReply(
    'CopyObjectResult',
    {
      LastModified: isoDate(copy.modifiedAt),
      ETag: copy.etag,
      [checksumElement(copy.checksum.algorithm)]: copy.checksum.value,
      ChecksumType: copy.checksum.type,
    },
    sseTold,
  );
  return { ...answer, headers: { ...answer.headers, ...encrypted } };
}

/** What `x-amz-copy-source` names, which the caller must be able to read. */
export function copySource(call: Call): {
  readonly object: StoredObject;
  readonly headers: Readonly<Record<string, string>>;
  readonly same: boolean;
} {
  const source = call.request.headers['x-amz-copy-source'] ?? '';
  const [, name = '', encoded = ''] = /^\/?([^/]+)\/(.+?)(?:\?versionId=null)?$/s.exec(source) ?? [];
  let key: string;
  try {
    key = decodeURIComponent(encoded);
  } catch {
    key = encoded;
  }
  if (name === '' || key === '') {
    throw new AwsRefusal(
      400,
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  const bucket: Bucket | undefined = call.buckets.get(name);
  if (!bucket) throw new AwsRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
  if (!call.may('s3:GetObject', bucket, key)) throw denied();
  const object = objectOf(bucket, key);
  const conditions = Object.fromEntries(
    Object.entries(call.request.headers)
      .filter(([header]) => header.startsWith('x-amz-copy-source-if-'))
      .map(([header, value]) => [header.slice('x-amz-copy-source-'.length), value]),
  );
  if (checkConditions(conditions, object, 'read')) {
    throw new AwsRefusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  return { object, headers: object.headers, same: bucket === call.bucket && key === call.key };
}

export function getObjectAcl({ bucket, key }: Call): Answer {
  return plainXml(aclXml(objectOf(bucket, key).acl));
}

export function putObjectAcl(call: Call): Answer {
  const { bucket, key, request } = call;
  const object = objectOf(bucket, key);
  const acl =
    request.body.length > 0
      ? aclOfXml(request.body, object.acl.owner)
      : aclOfHeaders(request.headers, object.acl.owner, bucket.owner);
  if (!acl) throw new AwsRefusal(400, 'MissingSecurityHeader', 'Your request was missing a required header');
  refusePublicAcl(bucket, acl, request.headers['x-amz-acl']);
  object.acl = acl;
  return emptyReply(200);
}

export function getObjectTagging({ bucket, key }: Call): Answer {
  const set = own(objectOf(bucket, key).tags, 'TagSet');
  return xmlReply('Tagging', { TagSet: isDocument(set) ? (set as XmlValue) : '' });
}

export function putObjectTagging({ bucket, key, request }: Call): Answer {
  objectOf(bucket, key).tags = parseXml(request.body).value;
  return emptyReply(200);
}

export function deleteObjectTagging({ bucket, key }: Call): Answer {
  objectOf(bucket, key).tags = undefined;
  return emptyReply(204);
}

export function getObjectAttributes({ bucket, key, request }: Call): Answer {
  const object = objectOf(bucket, key);
  const asked = (request.headers['x-amz-object-attributes'] ?? '').split(',').map((each) => each.trim());
  const checksum = {
    [checksumElement(object.checksum.algorithm)]: object.checksum.value,
    ChecksumType: object.checksum.type,
  };
  const answer = xmlReply('GetObjectAttributesResponse', {
    ...(asked.includes('ETag') ? { ETag: object.etag.replaceAll('"', '') } : {}),
    ...(asked.includes('Checksum') ? { Checksum: checksum } : {}),
    ...(asked.includes('ObjectParts') && object.parts ? { ObjectParts: { PartsCount: object.parts.length } } : {}),
    ...(asked.includes('StorageClass') ? { StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD' } : {}),
    ...(asked.includes('ObjectSize') ? { ObjectSize: object.body.length } : {}),
  });
  return { ...answer, headers: { ...answer.headers, 'last-modified': httpDate(object.modifiedAt) } };
}
