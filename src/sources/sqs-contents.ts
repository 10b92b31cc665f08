import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { pauseBefore } from '../base/retry.ts';
import type { Found } from './outbox.ts';
import { type Bucket, openBucket } from './s3-bucket.ts';
import { whySkipped } from './s3-lake.ts';
import type { Ledger, Skipped, SourceOptions } from './source.ts';
import type { Hand } from './sqs-hand.ts';
import { type Announced, readNotice } from './sqs-notice.ts';
import type { QueueMessage } from './sqs-queue.ts';

/** What messages say, and what is done about it. */
export interface Contents {
  /** Takes a message in hand with what is to be delivered of it, or leaves it in the queue where it announces nothing. */
  take(message: QueueMessage): void;
  /** Tells how much was passed over, if it is time to. */
  tellSkipped(): void;
  /** Tells it now. */
  close(): void;
}

export interface ContentsOptions extends SourceOptions {
  readonly clock: Clock;
  readonly place: string;
  readonly queueName: string;
  readonly s3: () => Promise<S3Client>;
  readonly stopped: AbortSignal;
}

/** Events that come as messages have ids of their own: what comes twice is told apart by them. */
const noLedger: Ledger = { has: () => false, add: async () => undefined };

export function openContents(options: ContentsOptions, hand: Hand): Contents {
  const { place, queueName, s3, stopped, clock, ledger, problem } = options;
  const skipped = openSkipped(options);
  const strangers = new Set<string>();
  const tested = new Set<string>();

  const foreign = (message: QueueMessage, why: string): void => {
    const pause = { firstPauseMs: limits.sqsForeignFirstMs, maxPauseMs: limits.sqsAgainMaxMs };
    hand.putBack(message, pauseBefore(message.receives, pause));
    if (strangers.has(message.id)) return;
    strangers.add(message.id);
    for (const oldest of strangers) if (strangers.size > limits.sqsForeignToldMax) strangers.delete(oldest);
    skipped.add('foreign-message');
    const text = `is no notification of S3, but ${why}: it is left in the queue, to its redrive policy`;
    problem({ place: `${place} message ${message.id}`, message: text });
  };
  const isLog = ({ key }: Announced): boolean => {
    // Folders that the console makes.
    if (key.endsWith('/')) return false;
    const reason = whySkipped(key);
    if (reason) skipped.add(reason);
    return reason === undefined;
  };
  return {
    take(message) {
      const notice = readNotice(message.body);
      switch (notice.kind) {
        case 'foreign':
          return foreign(message, notice.why);
        case 'test':
          if (!tested.has(notice.sender))
            problem({ place, message: `${notice.sender} sent its test message: all is well` });
          tested.add(notice.sender);
          return hand.hold(message, [], ledger);
        case 'event':
          return hand.hold(message, [eventIn(message, notice.body, place, queueName)], noLedger);
        case 'objects': {
          const read = (one: Announced): Promise<Uint8Array> =>
            readAnnounced(openBucket(one.bucket, s3, clock), one, stopped);
          return hand.hold(
            message,
            notice.objects.filter(isLog).map((one) => asFound(one, message, read)),
            ledger,
          );
        }
      }
    },
    tellSkipped: () => skipped.tell(clock.now() - limits.sqsSkippedTellMs),
    close: () => skipped.tell(clock.now()),
  };
}

function asFound(one: Announced, message: QueueMessage, read: (one: Announced) => Promise<Uint8Array>): Found {
  return {
    origin: `s3://${one.bucket}/${one.key}`,
    key: one.key,
    bucket: one.bucket,
    version: one.version ?? `message ${message.id}`,
    deliveredAt: one.at ?? message.sentAt,
    read: () => read(one),
  };
}

/** What was deleted since can still be read where the bucket keeps old versions: whoever hides his traces may have deleted it. */
async function readAnnounced(bucket: Bucket, one: Announced, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await bucket.read(one.key, signal);
  } catch (error) {
    const gone = error instanceof TrailhoundError && error.code === 'not-found';
    if (!gone || one.versionId === undefined || one.versionId === 'null') throw error;
    return bucket.read(one.key, signal, one.versionId);
  }
}

function eventIn(message: QueueMessage, body: string, place: string, queueName: string): Found {
  return {
    origin: `${place}/${message.id}`,
    key: message.id,
    bucket: queueName,
    version: message.id,
    deliveredAt: message.sentAt,
    read: async () => Buffer.from(body),
  };
}

/** Counts what is passed over by its key, and tells it now and then: an organisation writes thousands of digests an hour. */
function openSkipped({ place, skipped, clock }: ContentsOptions) {
  const counts = new Map<Skipped['reason'], number>();
  const untold = new Set<Skipped['reason']>();
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    add(reason: Skipped['reason']): void {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      untold.add(reason);
    },
    /** Unless it was told since `before`. */
    tell(before: number): void {
      if (toldAt > before || untold.size === 0) return;
      for (const reason of untold) skipped?.({ place, reason, files: counts.get(reason) ?? 0 });
      untold.clear();
      toldAt = clock.now();
    },
  };
}
