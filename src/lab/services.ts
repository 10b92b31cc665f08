import type { KeyObject } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { Log } from '../base/log.ts';
import { account, region } from './account.ts';
import type { ApiGateway } from './api/rest-api.ts';
import type { Caller } from './caller.ts';
import type { CloudTrail } from './cloudtrail/api.ts';
import { type Delivery, openDelivery, type Pace, type Stream } from './cloudtrail/delivery.ts';
import { digestKeyOf } from './cloudtrail/digest.ts';
import { type Trail, trailArn } from './cloudtrail/trail.ts';
import type { Request } from './exchange.ts';
import { resourceDecision } from './permission.ts';
import type { Bucket } from './s3/bucket.ts';
import { answerS3, type S3 } from './s3/s3.ts';
import { type Queue, type Sqs, sendTo } from './sqs.ts';
import { streamArn } from './stack/s3-resources.ts';
import type { Stack } from './stack/stack.ts';

/** All services of the lab and what joins them. */
export interface Services {
  readonly s3: S3;
  readonly sqs: Sqs;
  readonly gateway: ApiGateway;
  readonly cloudTrail: CloudTrail;
  readonly stacks: Map<string, Stack>;
  readonly streams: Map<string, Stream>;
  readonly delivery: Delivery;
  readonly clock: Clock;
  record(record: Document): void;
  /** A line of a stage's access log; lost where no such stream is, as on AWS. */
  accessLog(destinationArn: string, line: string): void;
}

export interface ServiceOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: Pace;
  readonly digestKey: KeyObject;
  url(): string;
  /** Told of every object that a service of AWS wrote: the lab keeps the data lake on the disk too. */
  written(bucket: string, key: string, body: Uint8Array): Promise<void>;
}

export function createServices(options: ServiceOptions): Services {
  const { clock, log, pace } = options;
  const trails = new Map<string, Trail>();
  const streams = new Map<string, Stream>();
  const buckets = new Map<string, Bucket>();
  const queues = new Map<string, Queue>();
  const sqs: Sqs = { queues, clock, url: options.url };
  const key = digestKeyOf(options.digestKey, clock.now());
  const s3: S3 = {
    buckets,
    clock,
    record: (record) => delivery.record(record),
    send: (arn, body) => void sendTo(sqs, arn, body),
  };
  const delivery = openDelivery({
    trails,
    streams,
    key,
    pace,
    clock,
    log,
    async deliver({ service, sourceArn, bucket, key: object, body, headers }) {
      const request = internalRequest(
        clock,
        'PUT',
        `/${encodeKey(object)}`,
        `${bucket}.s3.${region}.amazonaws.com`,
        body,
        {
          ...headers,
          'x-lab-source-arn': sourceArn,
        },
      );
      // Firehose writes with the role that its stream was given, which the lab takes as allowed.
      const reply = answerS3(s3, request, service.startsWith('firehose') ? firehose : { kind: 'service', service });
      if (reply.status < 300) await options.written(bucket, object, body);
      return reply;
    },
  });
  return {
    s3,
    sqs,
    gateway: { apis: new Map(), keys: new Map(), plans: new Map() },
    cloudTrail: { trails, key, checkBucket: (bucket, prefix, trail) => checkBucket(s3, bucket, prefix, trail) },
    stacks: new Map(),
    streams,
    delivery,
    clock,
    record: (record) => delivery.record(record),
    accessLog(arn, line) {
      const stream = [...streams.values()].find(({ name }) => streamArn(name) === arn);
      if (stream) delivery.line(stream, line);
    },
  };
}

const firehose: Caller = {
  kind: 'user',
  proof: { version: 'SigV4', method: 'AuthHeader' },
  user: {
    name: 'firehose',
    accountId: account,
    arn: `arn:aws:sts::${account}:assumed-role/lab-firehose/AWSFirehoseToS3`,
    principalId: 'AROALABFIREHOSE000000:AWSFirehoseToS3',
    accessKeyId: 'ASIALABNOTAREALKEY00',
    secretAccessKey: '',
    policy: { Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] },
  },
  via: 'firehose.amazonaws.com',
};

/** What CloudTrail asks before it takes a bucket: may it write its files, with full control for the bucket's owner? */
function checkBucket(s3: S3, name: string, prefix: string, trail: string): 'ok' | 'no-bucket' | 'refused' {
  const bucket = s3.buckets.get(name);
  if (!bucket) return 'no-bucket';
  const folder = `${prefix ? `${prefix}/` : ''}AWSLogs/${account}/`;
  const decision = resourceDecision(bucket.policy?.document, {
    caller: { kind: 'service', service: 'cloudtrail.amazonaws.com' },
    action: 's3:PutObject',
    resource: `arn:aws:s3:::${name}/${folder}CloudTrail/${region}/x.json.gz`,
    sourceIp: undefined,
    context: {
      's3:x-amz-acl': 'bucket-owner-full-control',
      'aws:SourceArn': trailArn(trail),
      'aws:SourceAccount': account,
    },
  });
  return decision === 'allowed' ? 'ok' : 'refused';
}

/** A request that the lab makes to itself. */
export function internalRequest(
  clock: Clock,
  method: string,
  target: string,
  host: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Request {
  const [path = '/', rawQuery = ''] = target.split(/\?(.*)/s);
  return {
    method,
    path,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: { host, ...headers },
    host,
    body,
    sourceAddress: '127.0.0.1',
    at: clock.now(),
  };
}

export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
