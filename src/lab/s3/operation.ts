import type { Document } from '../../base/document.ts';
import type { Caller } from '../caller.ts';
import type { Reply, Request } from '../exchange.ts';
import type { Bucket, Buckets } from './bucket.ts';

/** One call of S3, its address told apart and its bucket found. */
export interface Call {
  readonly buckets: Buckets;
  /** The bucket that is asked for; a call of the account has none. */
  readonly bucket: Bucket;
  readonly bucketName: string;
  /** '' for a call on the bucket. */
  readonly key: string;
  readonly request: Request;
  readonly caller: Caller;
  /** May the same caller do something else too? For copies, and for what a missing key may tell. */
  may(action: string, bucket: Bucket, key: string | undefined): boolean;
  /** Tells the bucket's queues, `ObjectCreated:Put`. */
  notify(eventName: string, key: string, size: number, etag: string): void;
}

/** What CloudTrail tells of an answer beside the request. */
export interface Told {
  readonly responseElements?: Document;
  readonly additionalEventData?: Document;
}

export type Answer = Reply & { readonly told?: Told };

export interface Operation {
  /** As CloudTrail names it, which is not always the API's name (specs/cloudtrail.md §0.4). */
  readonly eventName: string;
  /** The IAM action. */
  readonly action: string;
  readonly on: 'account' | 'bucket' | 'object';
  readonly data: boolean;
  readonly readOnly: boolean;
  /** How CloudTrail tells the body: the XML by its root, or the policy as `bucketPolicy`. */
  readonly body?: 'xml' | 'policy';
  /** Makes its bucket: there need be none. */
  readonly creates?: true;
  run(call: Call): Answer;
}
