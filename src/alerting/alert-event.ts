import { at, type Document, own, text } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { StoredDocument } from '../store/store.ts';

/** One event of an alert: enough to know who did what to which resource, and the way to the document. */
export interface AlertEvent {
  readonly index: string;
  readonly id: string;
  /** ISO 8601, as in the record. */
  readonly eventTime: string | null;
  readonly eventName: string | null;
  readonly sourceIPAddress: string | null;
  /** What it was done to, as one line: `bucket/key`, `api/stage/GET/path`, an ARN. */
  readonly resource: string | null;
}

/** Longer values are cut: an object key may have 1,024 bytes, and an alert holds a hundred events. */
const textMax = 1100;

export function alertEvent(document: Pick<StoredDocument, 'index' | 'id' | 'source'>): AlertEvent {
  const { source } = document;
  return {
    index: document.index,
    id: document.id,
    eventTime: short(at(source, 'data.aws.eventTime') ?? own(source, '@timestamp') ?? own(source, 'timestamp')),
    eventName: short(at(source, 'data.aws.eventName')),
    sourceIPAddress: short(at(source, 'data.aws.sourceIPAddress') ?? at(source, 'data.aws.source_ip_address')),
    resource: resourceOf(source),
  };
}

export function isHistoric(source: Document): boolean {
  return at(source, 'trailhound.historic') === true;
}

/** The newest first, each document once, at most limits.eventsPerAlertMax. */
export function mergeEvents(older: readonly AlertEvent[], newer: readonly AlertEvent[]): readonly AlertEvent[] {
  const events = new Map<string, AlertEvent>();
  for (const event of [...newer, ...older]) {
    const key = `${event.index}/${event.id}`;
    if (!events.has(key)) events.set(key, event);
  }
  // ISO times of one zone sort as text; Array.sort keeps the order of equal ones.
  return [...events.values()]
    .sort((a, b) => compare(b.eventTime ?? '', a.eventTime ?? ''))
    .slice(0, limits.eventsPerAlertMax);
}

export function eventJson(event: AlertEvent): Document {
  return {
    _index: event.index,
    _id: event.id,
    eventTime: event.eventTime,
    eventName: event.eventName,
    sourceIPAddress: event.sourceIPAddress,
    resource: event.resource,
  };
}

export function storedEvent(json: Document): AlertEvent {
  return {
    index: text(own(json, '_index')) ?? '',
    id: text(own(json, '_id')) ?? '',
    eventTime: short(own(json, 'eventTime')),
    eventName: short(own(json, 'eventName')),
    sourceIPAddress: short(own(json, 'sourceIPAddress')),
    resource: short(own(json, 'resource')),
  };
}

/** Parameters that name what a call is about, where there is no bucket and no API. */
const namingParameters = [
  'functionName',
  'roleName',
  'userName',
  'policyArn',
  'instanceId',
  'groupId',
  'trailName',
  'secretId',
  'keyId',
  'name',
  'arn',
];

function resourceOf(source: Document): string | null {
  const parameters = at(source, 'data.aws.requestParameters');
  const bucket = text(own(parameters, 'bucketName'));
  if (bucket) {
    const key = text(own(parameters, 'key'));
    return short(key ? `${bucket}/${key}` : bucket);
  }
  const api = text(own(parameters, 'apiId')) ?? text(own(parameters, 'restApiId'));
  if (api) {
    const rest = ['stage', 'httpMethod', 'path'].map((name) => text(own(parameters, name))?.replace(/^\//, ''));
    return short([api, ...rest.filter((part) => part !== undefined)].join('/'));
  }
  const listed = at(source, 'data.aws.resources');
  const first: unknown = Array.isArray(listed) ? listed[0] : listed;
  const arn = text(own(first, 'ARN')) ?? text(own(first, 'arn'));
  if (arn) return short(arn);
  for (const name of namingParameters) {
    const value = text(own(parameters, name));
    if (value) return short(value);
  }
  return null;
}

function short(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return value.length > textMax ? `${value.slice(0, textMax)}…` : value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
