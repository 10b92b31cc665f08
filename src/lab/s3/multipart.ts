import { createHash, randomBytes } from 'node:crypto';
import { own, text } from '../../base/document.ts';
import { account, canonicalId } from '../account.ts';
import { AwsRefusal } from '../exchange.ts';
import { parseXml } from '../xml.ts';
import { putObject, type StoredObject, type Upload, type UploadedPart } from './bucket.ts';
import { algorithmNamed, type Checksum, checksumElement, checksumOf, verifyChecksums } from './checksum.ts';
import { checkConditions, rangeOf } from './conditions.ts';
import { numberOf, shower } from './list.ts';
import { aclOfUpload, checkKey, checksumHeaders, copySource, etagOf, headersToKeep, sseTold } from './object.ts';
import type { Answer, Call } from './operation.ts';
import { emptyReply, isoDate, xmlReply } from './reply.ts';

const partMinimum = 5 * 1024 * 1024;
const encrypted = { 'x-amz-server-side-encryption': 'AES256' };

export function createUpload(call: Call): Answer {
  const { bucket, key, request } = call;
  checkKey(key);
  const algorithm = algorithmNamed(request.headers['x-amz-checksum-algorithm']) ?? 'crc64nvme';
  const asked = request.headers['x-amz-checksum-type'];
  const checksumType = asked === 'FULL_OBJECT' || algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE';
  const id = randomBytes(48).toString('base64url');
  bucket.uploads.set(id, {
    id,
    key,
    startedAt: request.at,
    headers: headersToKeep(request),
    acl: aclOfUpload(call),
    algorithm,
    checksumType,
    parts: new Map(),
  });
  const named =
    request.headers['x-amz-checksum-algorithm'] === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': checksumType };
  const answer = xmlReply(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: key, UploadId: id },
    { ...sseTold, responseElements: { ...encrypted, uploadId: id, key, bucketName: bucket.name } },
  );
  return { ...answer, headers: { ...answer.headers, ...encrypted, ...named } };
}

export function uploadPart(call: Call): Answer {
  const { request } = call;
  const upload = uploadOf(call);
  const checksum = verifyChecksums(
    { 'x-amz-sdk-checksum-algorithm': upload.algorithm, ...request.headers },
    request.body,
  );
  const part = keepPart(call, upload, request.body);
  const told = request.headers['x-amz-sdk-checksum-algorithm'] || checksum.algorithm === upload.algorithm;
  return emptyReply(
    200,
    { etag: part.etag, ...encrypted, ...(told ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value } : {}) },
    sseTold,
  );
}

export function uploadPartCopy(call: Call): Answer {
  const upload = uploadOf(call);
  const { object } = copySource(call);
  const range = rangeOf(call.request.headers['x-amz-copy-source-range'], object.body.length);
  const part = keepPart(call, upload, range ? object.body.subarray(range.from, range.to) : object.body);
  return xmlReply('CopyPartResult', { LastModified: isoDate(part.modifiedAt), ETag: part.etag }, sseTold);
}

function keepPart({ request }: Call, upload: Upload, body: Uint8Array): UploadedPart {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new AwsRefusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      ArgumentName: 'partNumber',
    });
  }
  const part = { body, etag: etagOf(body), checksum: checksumOf(upload.algorithm, body), modifiedAt: request.at };
  upload.parts.set(number, part);
  return part;
}

function uploadOf({ bucket, key, request }: Call): Upload {
  const upload = bucket.uploads.get(request.query.get('uploadId') ?? '');
  if (upload?.key === key) return upload;
  throw new AwsRefusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: request.query.get('uploadId') ?? '' },
  );
}

export function completeUpload(call: Call): Answer {
  const { bucket, key, request } = call;
  const upload = uploadOf(call);
  checkConditions(request.headers, bucket.objects.get(key), 'write');
  const parts = namedParts(request.body, upload);
  const body = Buffer.concat(parts.map((part) => part.body));
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex')));
  const etag = `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`;
  const checksum = checksumOfUpload(upload, parts, body);
  const object: StoredObject = {
    body,
    etag,
    headers: upload.headers,
    modifiedAt: request.at,
    checksum,
    parts: parts.map((part) => part.body.length),
    acl: upload.acl,
    tags: undefined,
  };
  putObject(bucket, key, object);
  bucket.uploads.delete(upload.id);
  call.notify('ObjectCreated:CompleteMultipartUpload', key, body.length, etag);
  const answer = xmlReply(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${request.host}/${bucket.name}/${key}`,
      Bucket: bucket.name,
      Key: key,
      ETag: etag,
      [checksumElement(checksum.algorithm)]: checksum.value,
      ChecksumType: checksum.type,
    },
    { ...sseTold, responseElements: { ...encrypted, bucketName: bucket.name, key, ...checksumHeaders(checksum) } },
  );
  return { ...answer, headers: { ...answer.headers, ...encrypted } };
}

function namedParts(body: Uint8Array, upload: Upload): readonly UploadedPart[] {
  const { root, value } = parseXml(body);
  const given = own(value, 'Part');
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (root !== 'CompleteMultipartUpload' || list.length === 0) {
    throw new AwsRefusal(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  let before = 0;
  const parts = list.map((each, index) => {
    const number = Number(text(own(each, 'PartNumber')));
    const part = upload.parts.get(number);
    if (!part || text(own(each, 'ETag'))?.replaceAll('"', '') !== part.etag.replaceAll('"', '')) {
      throw new AwsRefusal(
        400,
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { PartNumber: String(number) },
      );
    }
    if (number <= before) {
      throw new AwsRefusal(
        400,
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    before = number;
    if (index < list.length - 1 && part.body.length < partMinimum) {
      throw new AwsRefusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        PartNumber: String(number),
      });
    }
    return part;
  });
  return parts;
}

function checksumOfUpload(upload: Upload, parts: readonly UploadedPart[], body: Uint8Array): Checksum {
  const { algorithm, checksumType: type } = upload;
  if (type === 'FULL_OBJECT') return { algorithm, value: checksumOf(algorithm, body), type };
  const all = Buffer.concat(parts.map(({ checksum }) => Buffer.from(checksum, 'base64')));
  return { algorithm, value: `${checksumOf(algorithm, all)}-${parts.length}`, type };
}

export function abortUpload(call: Call): Answer {
  call.bucket.uploads.delete(uploadOf(call).id);
  return emptyReply(204);
}

export function listParts(call: Call): Answer {
  const { bucket, key, request } = call;
  const upload = uploadOf(call);
  const max = numberOf(request.query.get('max-parts'), 'max-parts');
  const marker = Number(request.query.get('part-number-marker') ?? 0) || 0;
  const all = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const shown = all.slice(0, max);
  return xmlReply('ListPartsResult', {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    Initiator: { ID: canonicalId(account) },
    Owner: { ID: canonicalId(bucket.owner) },
    StorageClass: 'STANDARD',
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.[0] ?? 0,
    MaxParts: max,
    IsTruncated: all.length > shown.length,
    Part: shown.map(([number, part]) => ({
      PartNumber: number,
      LastModified: isoDate(part.modifiedAt),
      ETag: part.etag,
      Size: part.body.length,
      [checksumElement(upload.algorithm)]: part.checksum,
    })),
  });
}

export function listUploads({ bucket, request: { query } }: Call): Answer {
  const show = shower(query.get('encoding-type'));
  const prefix = query.get('prefix') ?? '';
  const max = numberOf(query.get('max-uploads'), 'max-uploads');
  const marker = query.get('key-marker') ?? '';
  const all = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix) && (marker === '' || key > marker))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.startedAt - b.startedAt));
  const shown = all.slice(0, max);
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    KeyMarker: show(marker),
    UploadIdMarker: '',
    ...(all.length > shown.length
      ? { NextKeyMarker: show(shown.at(-1)?.key ?? ''), NextUploadIdMarker: shown.at(-1)?.id ?? '' }
      : {}),
    Prefix: show(prefix),
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxUploads: max,
    IsTruncated: all.length > shown.length,
    Upload: shown.map(({ id, key, startedAt }) => ({
      Key: show(key),
      UploadId: id,
      Initiator: { ID: canonicalId(account) },
      Owner: { ID: canonicalId(bucket.owner) },
      StorageClass: 'STANDARD',
      Initiated: isoDate(startedAt),
    })),
  });
}
