import { gzipSync } from 'node:zlib';
import type { Clock, Instant } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import { logKey } from '../../trail/object-key.ts';
import { account, randomText, region } from '../account.ts';
import type { Reply } from '../exchange.ts';
import { type DigestKey, digestOf, hashOf } from './digest.ts';
import { wants } from './selectors.ts';
import { type Trail, trailArn } from './trail.ts';

/** How long AWS and the lab take. */
export interface Pace {
  /** From the first call to its file. */
  readonly deliveryMs: number;
  readonly digestMs: number;
}

export const quick: Pace = { deliveryMs: 2000, digestMs: 60_000 };
export const realistic: Pace = { deliveryMs: 300_000, digestMs: 3_600_000 };

/** Writes an object as a service of AWS does: by its rights, leaving its record. Answers what S3 answered. */
export type Deliver = (object: {
  readonly service: string;
  readonly sourceArn: string;
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}) => Promise<Reply>;

export interface Delivery {
  /** A record of a call: each trail that wants it gets it. */
  record(record: Document): void;
  /** A line of a stage's access log, for a Firehose stream's bucket. */
  line(stream: Stream, line: string): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** Writes the digests of what no digest tells yet. */
  digest(): Promise<void>;
  close(): Promise<void>;
}

/** A Firehose stream, as far as access logs need it. */
export interface Stream {
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  /** `.jsonl.gz`. */
  readonly extension: string;
  readonly waiting: string[];
}

export interface DeliveryOptions {
  readonly trails: ReadonlyMap<string, Trail>;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly deliver: Deliver;
  readonly key: DigestKey;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: Log;
}

export function openDelivery(options: DeliveryOptions): Delivery {
  const { trails, streams, clock, pace } = options;
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  let digesting: Promise<void> | undefined;

  const flush = (): Promise<void> => {
    last = last.then(async () => {
      for (const trail of trails.values()) await deliverTrail(options, trail);
      for (const stream of streams.values()) await deliverStream(options, stream);
    });
    return last;
  };
  const wake = (): void => {
    running ??= clock.sleep(pace.deliveryMs, stop.signal).then(async () => {
      running = undefined;
      await flush();
    });
    digesting ??= clock.sleep(pace.digestMs, stop.signal).then(async () => {
      digesting = undefined;
      if (!stop.signal.aborted) await digest();
    });
  };
  const digest = async (): Promise<void> => {
    await flush();
    for (const trail of trails.values()) await deliverDigest(options, trail);
  };
  return {
    record(record) {
      for (const trail of trails.values()) {
        if (!trail.logging || !wants(trail, record)) continue;
        trail.waiting.push(record);
        if (trail.waiting.length > limits.labRecordsWaitingMax) trail.waiting.shift();
        wake();
      }
    },
    line(stream, line) {
      stream.waiting.push(line);
      if (stream.waiting.length > limits.labRecordsWaitingMax) stream.waiting.shift();
      wake();
    },
    flush,
    digest,
    async close() {
      stop.abort();
      await running;
      await digesting;
      await digest();
    },
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

async function deliverTrail(options: DeliveryOptions, trail: Trail): Promise<void> {
  if (trail.waiting.length === 0) return;
  const records = trail.waiting;
  trail.waiting = [];
  const at = options.clock.now();
  const key = logKey({ prefix: trail.prefix, account, region, deliveredAt: at, unique: randomText(letters, 16) });
  const plain = Buffer.from(JSON.stringify({ Records: records }));
  if (await put(options, trail, key, gzipSync(plain), {})) {
    const times = records.map(({ eventTime }) => String(eventTime)).sort();
    trail.deliveredAt = at;
    trail.undigested.push({
      bucket: trail.bucket,
      key,
      hash: hashOf(plain),
      newest: times.at(-1) ?? '',
      oldest: times[0] ?? '',
    });
  } else {
    // CloudTrail tries a bucket that refuses it for 30 days: the records wait for the next file.
    trail.waiting = [...records, ...trail.waiting].slice(-limits.labRecordsWaitingMax);
  }
}

async function deliverDigest(options: DeliveryOptions, trail: Trail): Promise<void> {
  const at = Math.floor(options.clock.now() / 1000) * 1000;
  if (!trail.validation || trail.undigested.length === 0 || at <= trail.digestEnd) return;
  const digest = digestOf(trail, at, options.key);
  const metadata = {
    'x-amz-meta-signature': digest.signature,
    'x-amz-meta-signature-algorithm': 'SHA256withRSA',
  };
  if (!(await put(options, trail, digest.key, digest.body, metadata))) return;
  trail.previousDigest = digest.previous;
  trail.digestEnd = at;
  trail.digestedAt = at;
  trail.undigested = [];
}

async function put(
  { deliver, log }: DeliveryOptions,
  trail: Trail,
  key: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const reply = await deliver({
    service: 'cloudtrail.amazonaws.com',
    sourceArn: trailArn(trail.name),
    bucket: trail.bucket,
    key,
    body,
    headers: {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-amz-acl': 'bucket-owner-full-control',
      ...headers,
    },
  });
  const code = reply.status < 300 ? undefined : (/<Code>(\w+)/.exec(String(reply.body))?.[1] ?? String(reply.status));
  if (code !== undefined && trail.deliveryError !== code) {
    log.warn(`trail ${trail.name} cannot write to s3://${trail.bucket}: ${code}`);
  }
  trail.deliveryError = code;
  return code === undefined;
}

/** Raw lines, as API Gateway's records come out of a stream that adds nothing. */
async function deliverStream({ deliver, clock }: DeliveryOptions, stream: Stream): Promise<void> {
  if (stream.waiting.length === 0) return;
  const lines = stream.waiting.splice(0);
  const time = new Date(clock.now()).toISOString();
  const hour = `${time.slice(0, 10).replaceAll('-', '/')}/${time.slice(11, 13)}`;
  const file = `${stream.name}-1-${time.slice(0, 19).replace(/[T:]/g, '-')}-${randomText(letters, 16)}${stream.extension}`;
  await deliver({
    service: 'firehose.amazonaws.com',
    sourceArn: '',
    bucket: stream.bucket,
    key: `${stream.prefix}${hour}/${file}`,
    body: gzipSync(lines.map((line) => `${line}\n`).join('')),
    headers: { 'content-type': 'application/octet-stream' },
  });
}

/** Time until which a digest was written; a new trail's first one begins with it. */
export function digestStart(at: Instant): Instant {
  return Math.floor(at / 1000) * 1000;
}
