import { createHash } from 'node:crypto';
import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';

export interface StoredObject {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly modifiedAt: Instant;
}

export interface Bucket {
  readonly name: string;
  readonly objects: Map<string, StoredObject>;
  policy: Document | undefined;
  /** While true, no policy opens the bucket to the public. */
  blocksPublicAccess: boolean;
}

/** The lab's S3: buckets by name. */
export type Buckets = Map<string, Bucket>;

export function etagOf(object: StoredObject): string {
  return `"${createHash('md5').update(object.body).digest('hex')}"`;
}
