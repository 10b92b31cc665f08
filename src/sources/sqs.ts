import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { connectS3 } from './s3.ts';
import type { Source, SourceOptions } from './source.ts';
import { parseQueueAddress, type QueueAddress, queueForms } from './sqs-address.ts';
import { openContents } from './sqs-contents.ts';
import { openHand } from './sqs-hand.ts';
import { openQueue } from './sqs-queue.ts';
import { receiveAll } from './sqs-receive.ts';

export interface SqsOptions extends SourceOptions {
  readonly clock: Clock;
  /** Another AWS than Amazon's, for the queue and for the objects. A queue's URL says by itself where the queue is. */
  readonly endpointUrl?: string;
  readonly region?: string;
  /** How long one request waits for messages, in seconds: 20 unless told. */
  readonly waitS?: number;
  /** The first pause before a message whose file failed comes again: limits.sqsAgainFirstMs unless told. */
  readonly againMs?: number;
}

/**
 * A queue that is told what S3 writes: `sqs://QUEUE`, its URL or its ARN. Each message is deleted when all objects that it
 * announces are stored, and shown to others again when one of them could not be. Throws 'bad-request' when the address names no queue.
 *
 * Several processes share a queue without more ado; where rules look at earlier events, one of them reads it.
 */
export function openSqsSource(uri: string, options: SqsOptions): Source {
  const address = parseQueueAddress(uri);
  if (!address) throw new TrailhoundError('bad-request', `"${uri}" names no queue: write ${queueForms}`);
  return {
    name: uri,
    async *deliveries(signal) {
      const stop = new AbortController();
      const stopped = AbortSignal.any([signal, stop.signal]);
      const clients = openClients(address, options);
      const queue = openQueue(address, clients.sqs, options.clock);
      const place = `sqs://${address.name}`;
      const share = await options.sharing?.join(`${options.endpointUrl ?? ''} ${place}`);
      const hand = openHand(queue, { ...options, place }, stopped);
      const contents = openContents({ ...options, place, queueName: address.name, s3: clients.s3, stopped }, hand);
      const receiving = receiveAll({ queue, hand, contents, share, place }, options, stopped).then(
        () => hand.finish(undefined),
        (error: unknown) => hand.finish({ error }),
      );
      try {
        for (let delivery = await hand.next(); delivery; delivery = await hand.next()) yield delivery;
      } finally {
        stop.abort();
        // First the last answer: it may bring messages that are to be put back.
        await receiving;
        await hand.close();
        contents.close();
        share?.leave();
        await clients.close();
      }
    },
  };
}

/** The SDK is large: who reads no queue does not load it. */
function openClients(address: QueueAddress, options: SqsOptions) {
  const region = address.region ?? options.region;
  const where = region === undefined ? {} : { region };
  let sqs: Promise<SQSClient> | undefined;
  let s3: Promise<S3Client> | undefined;
  const connect = async (): Promise<SQSClient> => {
    const { openSqs } = await import('../aws/sqs-client.ts');
    const endpointUrl = address.url === undefined ? options.endpointUrl : new URL(address.url).origin;
    return openSqs({ ...where, ...(endpointUrl ? { endpointUrl } : {}) });
  };
  return {
    sqs(): Promise<SQSClient> {
      sqs ??= connect();
      return sqs;
    },
    s3(): Promise<S3Client> {
      s3 ??= connectS3({ ...where, ...(options.endpointUrl ? { endpointUrl: options.endpointUrl } : {}) });
      return s3;
    },
    async close(): Promise<void> {
      for (const client of await Promise.allSettled([sqs, s3])) {
        if (client.status === 'fulfilled') client.value?.destroy();
      }
    },
  };
}
