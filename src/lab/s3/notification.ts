import { type Document, isDocument, own, text } from '../../base/document.ts';
import { account, region, requestId } from '../account.ts';
import { AwsRefusal } from '../exchange.ts';
import { strictEncode } from '../signature.ts';
import { parseXml, type XmlValue, xmlText } from '../xml.ts';
import { namespace } from './acl.ts';
import { type Bucket, bucketArn } from './bucket.ts';
import type { Answer, Call } from './operation.ts';
import { emptyReply, plainXml } from './reply.ts';

export function getNotification({ bucket }: Call): Answer {
  return plainXml(xmlText('NotificationConfiguration', (bucket.notification ?? {}) as XmlValue, namespace));
}

/** Queues only: the lab has neither topics nor functions. Each queue named is sent `s3:TestEvent`, as on AWS. */
export function putNotification(call: Call): Answer {
  const { value } = parseXml(call.request.body);
  for (const kind of ['TopicConfiguration', 'CloudFunctionConfiguration']) {
    if (own(value, kind) !== undefined) {
      throw new AwsRefusal(501, 'NotImplemented', `The lab tells queues only: ${kind} is not there.`);
    }
  }
  const { xmlns: _, ...members } = value;
  call.bucket.notification = members;
  call.notify('TestEvent', '', 0, '');
  return emptyReply(200);
}

/** The queues that are to be told of an event, and what they are told. */
export function messagesFor(
  bucket: Bucket,
  event: {
    readonly name: string;
    readonly key: string;
    readonly size: number;
    readonly etag: string;
    readonly at: number;
  },
): readonly { readonly queueArn: string; readonly body: Document }[] {
  const given = own(bucket.notification, 'QueueConfiguration');
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return list.flatMap((each) => {
    const queueArn = text(own(each, 'Queue'));
    if (queueArn === undefined) return [];
    if (event.name === 'TestEvent') return [{ queueArn, body: testEvent(bucket, event.at) }];
    if (!wants(each, event.name) || !passes(own(own(each, 'Filter'), 'S3Key'), event.key)) return [];
    return [{ queueArn, body: { Records: [record(bucket, event, text(own(each, 'Id')) ?? 'lab')] } }];
  });
}

function wants(configuration: unknown, name: string): boolean {
  const given = own(configuration, 'Event');
  const events = Array.isArray(given) ? given : [given];
  return events.some((event) => {
    if (typeof event !== 'string') return false;
    const wanted = event.replace(/^s3:/, '');
    return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : wanted === name;
  });
}

function passes(filter: unknown, key: string): boolean {
  const given = own(filter, 'FilterRule');
  const rules = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return rules.every((rule) => {
    const value = text(own(rule, 'Value')) ?? '';
    const name = text(own(rule, 'Name'))?.toLowerCase();
    return name === 'suffix' ? key.endsWith(value) : key.startsWith(value);
  });
}

function testEvent(bucket: Bucket, at: number): Document {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(at).toISOString(),
    Bucket: bucket.name,
    RequestId: requestId(),
    HostId: 'lab',
  };
}

function record(
  bucket: Bucket,
  { name, key, size, etag, at }: { name: string; key: string; size: number; etag: string; at: number },
  configurationId: string,
): Document {
  const removed = name.startsWith('ObjectRemoved');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(at).toISOString(),
    eventName: name,
    userIdentity: { principalId: `AWS:${account}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId(), 'x-amz-id-2': 'lab' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket.name, ownerIdentity: { principalId: account }, arn: bucketArn(bucket.name) },
      // As a form encodes it: + for a space.
      object: {
        key: strictEncode(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        ...(removed ? {} : { size, eTag: etag.replaceAll('"', '') }),
        sequencer: at.toString(16).toUpperCase().padStart(18, '0'),
      },
    },
  };
}

export function isNotified(bucket: Bucket): boolean {
  return isDocument(bucket.notification);
}
