import type { Instant } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { AwsRefusal } from '../exchange.ts';
import type { Acl } from './acl.ts';
import type { Checksum } from './checksum.ts';

export interface StoredObject {
  readonly body: Uint8Array;
  /** With its quotes. */
  readonly etag: string;
  /** What a download gives back: content-type, cache-control, x-amz-meta-…, x-amz-storage-class. */
  readonly headers: Readonly<Record<string, string>>;
  readonly modifiedAt: Instant;
  readonly checksum: Checksum;
  /** How long each part is, when it was uploaded in parts. */
  readonly parts: readonly number[] | undefined;
  acl: Acl;
  tags: Document | undefined;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly startedAt: Instant;
  readonly headers: Readonly<Record<string, string>>;
  readonly acl: Acl;
  readonly algorithm: Checksum['algorithm'];
  readonly checksumType: Checksum['type'];
  readonly parts: Map<number, UploadedPart>;
}

export interface UploadedPart {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly checksum: string;
  readonly modifiedAt: Instant;
}

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

export type Ownership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export interface Bucket {
  readonly name: string;
  /** The account that made it. */
  readonly owner: string;
  readonly createdAt: Instant;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  policy: { readonly text: string; readonly document: Document } | undefined;
  acl: Acl;
  publicAccessBlock: PublicAccessBlock | undefined;
  ownership: Ownership | undefined;
  /** Where ObjectCreated and ObjectRemoved are told. */
  notification: Document | undefined;
  /** Settings that are kept and given back, without effect on the lab: the XML by its subresource (`lifecycle`). */
  readonly settings: Map<string, Uint8Array>;
  /** Keys in S3's order; undefined after a change. */
  sorted: readonly string[] | undefined;
}

export type Buckets = Map<string, Bucket>;

/** Since April 2023 a new bucket blocks the public and knows no ACLs. */
export const blockedAll: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** Keys in the order of their UTF-8 bytes. */
export function sortedKeys(bucket: Bucket): readonly string[] {
  bucket.sorted ??= [...bucket.objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return bucket.sorted;
}

export function putObject(bucket: Bucket, key: string, object: StoredObject): void {
  if (!bucket.objects.has(key)) bucket.sorted = undefined;
  bucket.objects.set(key, object);
}

export function removeObject(bucket: Bucket, key: string): boolean {
  const removed = bucket.objects.delete(key);
  if (removed) bucket.sorted = undefined;
  return removed;
}

/** The object; throws NoSuchKey. */
export function objectOf(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (!object) throw new AwsRefusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
  return object;
}

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}
