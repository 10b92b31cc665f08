import { oneLine } from '../parts/plain-text.ts';
import type { EventSource } from '../wire/events.ts';

/** What the Events table shows of a document. Every value comes from outside and may be of any type, or absent. */
export interface EventRow {
  /** When it happened, as the record says; the document's own time where the record says nothing. */
  readonly time: string | undefined;
  readonly eventName: string | undefined;
  /** `s3.amazonaws.com` */
  readonly source: string | undefined;
  readonly identity: string | undefined;
  /** Without credentials. */
  readonly anonymous: boolean;
  readonly sourceIp: string | undefined;
  /** Bucket (and key), API or other resource. */
  readonly resource: string | undefined;
  /** What AWS refused with, such as AccessDenied. */
  readonly errorCode: string | undefined;
  readonly rule: { readonly id: string; readonly level: string; readonly description: string } | undefined;
}

export function eventRow(document: EventSource): EventRow {
  const aws = at(document, 'data', 'aws');
  const rule = at(document, 'rule');
  return {
    time: text(at(aws, 'eventTime')) ?? text(at(document, '@timestamp')) ?? text(at(document, 'timestamp')),
    eventName: oneLine(at(aws, 'eventName')),
    source: oneLine(at(aws, 'eventSource')),
    identity: identityOf(at(aws, 'userIdentity')),
    anonymous: at(document, 'trailhound', 'anonymous') === true,
    sourceIp: oneLine(at(aws, 'sourceIPAddress') ?? at(aws, 'source_ip_address')),
    resource: resourceOf(aws),
    errorCode: oneLine(at(aws, 'errorCode')),
    rule:
      rule === undefined
        ? undefined
        : {
            id: oneLine(at(rule, 'id')) ?? '–',
            level: oneLine(at(rule, 'level')) ?? '–',
            description: oneLine(at(rule, 'description')) ?? '',
          },
  };
}

/** Own properties only, over any value: a record may hold keys such as `__proto__`. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Who it was: the name a person would say, before numbers. */
function identityOf(identity: unknown): string | undefined {
  const names = ['arn', 'userName', 'invokedBy', 'principalId', 'accountId', 'type'];
  if (typeof identity !== 'object') return oneLine(identity);
  for (const name of names) {
    const found = oneLine(at(identity, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function resourceOf(aws: unknown): string | undefined {
  const parameters = at(aws, 'requestParameters');
  const bucket = oneLine(at(parameters, 'bucketName'));
  if (bucket !== undefined) {
    const key = oneLine(at(parameters, 'key'));
    return key === undefined ? bucket : `${bucket}/${key}`;
  }
  const api = oneLine(at(parameters, 'restApiId') ?? at(parameters, 'apiId'));
  if (api !== undefined) {
    const path = oneLine(at(parameters, 'resourcePath') ?? at(parameters, 'path'));
    return path === undefined ? api : `${api} ${path}`;
  }
  const resources = at(aws, 'resources');
  const first = Array.isArray(resources) ? resources[0] : resources;
  return oneLine(at(first, 'ARN') ?? at(first, 'arn'));
}
