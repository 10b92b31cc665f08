import type { Instant } from '../base/clock.ts';
import { type Document, isDocument, own, text } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { isBucketName, urlDecoded } from './s3-bucket.ts';

/** An object that a message says was written. */
export interface Announced {
  readonly bucket: string;
  readonly key: string;
  /** The etag as a listing shows it, or what else tells this version from the next; undefined where nothing does. */
  readonly version: string | undefined;
  /** S3's own name of the version, in a bucket that keeps old ones. */
  readonly versionId: string | undefined;
  /** When S3 says it was written. */
  readonly at: Instant | undefined;
}

/**
 * What a message of a queue is. `objects`: written objects, none where it tells of deletions only. `event`: itself a
 * CloudTrail record, in EventBridge's envelope; `body` is its JSON. `test`: what S3 or CloudTrail send when notifications are set up.
 * `foreign`: none of these, and why.
 */
export type Notice =
  | { readonly kind: 'objects'; readonly objects: readonly Announced[] }
  | { readonly kind: 'event'; readonly body: string; readonly at: Instant | undefined }
  | { readonly kind: 'test'; readonly sender: string }
  | { readonly kind: 'foreign'; readonly why: string };

/**
 * Reads the body of a message: S3's event notification, EventBridge's "Object Created" and its events "via CloudTrail", CloudTrail's
 * own notification; each as it is or as SNS wraps it (specs: S3 guide "Event message structure", EventBridge "Amazon S3 events").
 */
export function readNotice(body: string): Notice {
  const notice = unwrapped(body);
  if (notice.kind !== 'objects') return notice;
  const { objects } = notice;
  if (objects.length > limits.sqsObjectsMax) return foreign(`the names of ${objects.length} objects`);
  const odd = objects.find(({ bucket }) => !isBucketName(bucket));
  return odd ? foreign(`an object in ${shown(odd.bucket)}, which is no bucket's name`) : notice;
}

function unwrapped(body: string): Notice {
  const value = parsed(body);
  if (isDocument(value) && typeof own(value, 'Message') === 'string' && own(value, 'Type') !== undefined) {
    if (own(value, 'Type') === 'Notification') return readPlain(String(own(value, 'Message')));
    return foreign(
      `SNS sent ${shown(own(value, 'Type'))}: open the SubscribeURL in the message to confirm the subscription, if it is yours`,
    );
  }
  return readPlain(body, value);
}

function readPlain(body: string, value: unknown = parsed(body)): Notice {
  if (body.trim() === validation) return { kind: 'test', sender: 'CloudTrail' };
  if (!isDocument(value)) return foreign(value === undefined ? 'not JSON' : 'no JSON object');
  if (own(value, 'Event') === 's3:TestEvent') return { kind: 'test', sender: 'S3' };
  const records = own(value, 'Records');
  if (Array.isArray(records)) return readRecords(records);
  const detail = own(value, 'detail');
  const type = text(own(value, 'detail-type')) ?? '';
  if (isDocument(detail) && type.endsWith(' via CloudTrail')) return { kind: 'event', body, at: timeOf(value, 'time') };
  if (isDocument(detail) && own(value, 'source') === 'aws.s3') return readBridged(type, detail, timeOf(value, 'time'));
  if (own(value, 's3ObjectKey') !== undefined) return readTrailNotice(value);
  return foreign(`JSON with ${named(Object.keys(value))}`);
}

/** What CloudTrail publishes to a topic when it may, instead of JSON (aws-cloudtrail-processing-library). */
const validation = 'CloudTrail validation message.';

/** `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{…}}]}`: keys are encoded as in forms. */
function readRecords(records: readonly unknown[]): Notice {
  const objects: Announced[] = [];
  for (const record of records) {
    const name = text(own(record, 'eventName')) ?? '';
    const s3 = own(record, 's3');
    const object = own(s3, 'object');
    const bucket = text(own(own(s3, 'bucket'), 'name'));
    const key = text(own(object, 'key'));
    if (bucket === undefined || key === undefined) return foreign('"Records" that are none of S3');
    if (!/^(s3:)?ObjectCreated:/.test(name)) continue;
    objects.push(
      announced(bucket, urlDecoded(key), own(object, 'eTag'), object, 'versionId', timeOf(record, 'eventTime')),
    );
  }
  return records.length === 0 ? foreign('"Records" without an entry') : { kind: 'objects', objects };
}

/** EventBridge tells keys as they are. */
function readBridged(type: string, detail: Document, at: Instant | undefined): Notice {
  const object = own(detail, 'object');
  const bucket = text(own(own(detail, 'bucket'), 'name'));
  const key = text(own(object, 'key'));
  if (bucket === undefined || key === undefined) return foreign(`an event ${shown(type)} of S3 that names no object`);
  if (type !== 'Object Created') return { kind: 'objects', objects: [] };
  return { kind: 'objects', objects: [announced(bucket, key, own(object, 'etag'), object, 'version-id', at)] };
}

/** CloudTrail's own: `{"s3Bucket":"b","s3ObjectKey":["key1","key2"]}`. Its files never change. */
function readTrailNotice(value: Document): Notice {
  const bucket = text(own(value, 's3Bucket'));
  const listed = own(value, 's3ObjectKey');
  const keys = (Array.isArray(listed) ? listed : [listed]).map(text);
  if (bucket === undefined || keys.length === 0 || keys.includes(undefined)) {
    return foreign('"s3ObjectKey" that names no objects');
  }
  const objects = keys.flatMap((key) =>
    key === undefined ? [] : [announced(bucket, key, undefined, {}, '', undefined)],
  );
  return { kind: 'objects', objects };
}

function announced(
  bucket: string,
  key: string,
  etag: unknown,
  object: unknown,
  versionName: string,
  at: Instant | undefined,
): Announced {
  const versionId = text(own(object, versionName));
  const version = text(etag)?.replaceAll('"', '') || versionId || text(own(object, 'sequencer'));
  return { bucket, key, version, versionId, at };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function timeOf(holder: unknown, name: string): Instant | undefined {
  const at = Date.parse(text(own(holder, name)) ?? '');
  return Number.isNaN(at) ? undefined : at;
}

function foreign(why: string): Notice {
  return { kind: 'foreign', why };
}

function named(names: readonly string[]): string {
  if (names.length === 0) return 'no member';
  return `${names.slice(0, 5).map(shown).join(', ')}${names.length > 5 ? ', …' : ''}`;
}

/** Of a stranger's text as much as tells what it is. */
function shown(value: unknown): string {
  return `"${(typeof value === 'string' ? value : '').slice(0, 40)}"`;
}
