import { at, type Document, isDocument, own, text } from '../base/document.ts';
import { accessLogRecord, looksLikeAccessLog } from './access-log.ts';
import type { SkipReason } from './record.ts';

/** What one JSON value of a trail file is. `several`: an envelope around more values; `text`: around the text of one. */
export type Shape =
  | { readonly kind: 'cloudtrail' | 'access-log'; readonly raw: Document; readonly problem?: string }
  | { readonly kind: 'several'; readonly values: readonly unknown[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly why: string };

/** Tells records from what lies beside them in a trail's bucket. Never throws; `value` came from JSON.parse. */
export function shapeOf(value: unknown): Shape {
  if (!isDocument(value)) return skip('not-an-object', `${nameOf(value)} where a record should be`);
  if (isInsight(value)) return skip('insight', 'an Insights record tells of unusual rates, it is no event');
  if (isAggregated(value)) return skip('aggregated', 'an aggregated record sums up events, it is none');
  if (looksLikeRecord(value)) return { kind: 'cloudtrail', raw: value };
  const inner = envelope(value);
  if (inner) return { kind: 'several', values: inner };
  if (isDigest(value)) return skip('digest', 'a digest file lists log files, it holds no events');
  const line = looksLikeAccessLog(value) ? accessLogRecord(value) : undefined;
  if (line) return { kind: 'access-log', raw: line };
  const packed = packedText(value);
  if (packed?.startsWith('CWL CONTROL MESSAGE'))
    return skip('unknown-shape', 'CloudWatch Logs tries out where it sends');
  if (packed !== undefined) return { kind: 'text', text: packed };
  if (Object.hasOwn(value, 'Records')) return skip('unknown-shape', '"Records" is no list');
  return skip('unknown-shape', `no CloudTrail record: it has ${fieldNames(value)}`);
}

/** Fields that only records have; any one of them tells. */
const tellingFields = ['eventVersion', 'userIdentity', 'eventType', 'eventCategory', 'eventID'];

function looksLikeRecord(value: Document): boolean {
  const named = text(own(value, 'eventName')) !== undefined;
  if (named && text(own(value, 'eventSource')) !== undefined) return true;
  if ((named || Object.hasOwn(value, 'eventSource')) && tellingFields.some((field) => Object.hasOwn(value, field)))
    return true;
  if (Object.hasOwn(value, 'eventVersion') && Object.hasOwn(value, 'userIdentity')) return true;
  // Columns of Athena and Glue are lower-case: rows exported from there are records all the same.
  return text(own(value, 'eventname')) !== undefined && text(own(value, 'eventsource')) !== undefined;
}

/** EventBridge's `detail`; `Records` inside a value; the `event` of a labelled example. Only where a record shows inside. */
function envelope(value: Document): readonly unknown[] | undefined {
  const records = own(value, 'Records');
  if (Array.isArray(records)) return records;
  for (const field of ['logEvents', 'Events', 'events']) {
    const list = own(value, field);
    if (Array.isArray(list) && list.every((item) => packedText(item) !== undefined)) return list;
  }
  for (const field of ['detail', 'event']) {
    const inner = own(value, field);
    if (!isDocument(inner)) continue;
    if (Array.isArray(own(inner, 'Records')) || isDocument(own(inner, 'detail'))) return [inner];
    if (looksLikeRecord(inner) || isInsight(inner) || isAggregated(inner)) return [inner];
  }
  return undefined;
}

/**
 * The text that an event of `aws cloudtrail lookup-events` (`CloudTrailEvent`) or of CloudWatch Logs (`message` beside its time: a
 * subscription, `aws logs filter-log-events`) carries: a record, or a line of an access log.
 */
function packedText(value: unknown): string | undefined {
  const looked = own(value, 'CloudTrailEvent');
  if (typeof looked === 'string') return looked;
  const message = own(value, 'message');
  return typeof message === 'string' && typeof own(value, 'timestamp') === 'number' ? message : undefined;
}

function isInsight(value: Document): boolean {
  return (
    own(value, 'eventType') === 'AwsCloudTrailInsight' ||
    own(value, 'eventCategory') === 'Insight' ||
    (isDocument(own(value, 'insightDetails')) && !Object.hasOwn(value, 'eventName'))
  );
}

function isAggregated(value: Document): boolean {
  return (
    own(value, 'eventType') === 'AwsAggregatedEvent' ||
    own(value, 'eventCategory') === 'Aggregated' ||
    (at(value, 'timeWindow.windowStart') !== undefined && isDocument(own(value, 'summary')))
  );
}

function isDigest(value: Document): boolean {
  return (
    Object.hasOwn(value, 'digestS3Object') ||
    (Object.hasOwn(value, 'digestEndTime') && Object.hasOwn(value, 'logFiles'))
  );
}

function skip(reason: SkipReason, why: string): Shape {
  return { kind: 'skip', reason, why };
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return `a ${typeof value}`;
}

function fieldNames(value: Document): string {
  const names = Object.keys(value);
  if (names.length === 0) return 'no fields';
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 40)));
  return shown.join(', ') + (names.length > shown.length ? `, … (${names.length} fields)` : '');
}
