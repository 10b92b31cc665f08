import type { SQSClient } from '@aws-sdk/client-sqs';
import { awsFailure, credentialsHint } from '../aws/failure.ts';
import type { Clock, Instant } from '../base/clock.ts';
import { own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { retry } from '../base/retry.ts';
import type { QueueAddress } from './sqs-address.ts';

export interface QueueMessage {
  readonly id: string;
  /** Of this receipt: what deletes it and hides it from others. */
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly sentAt: Instant;
}

export interface QueueFacts {
  /** How long the queue hides what was received, in seconds; undefined where it may not be asked. */
  readonly hiddenS: number | undefined;
  /** Whether messages that come again and again go to another queue. */
  readonly redrives: boolean | undefined;
}

/** One queue, with retries. Everything it throws is a TrailhoundError that says what to do. */
export interface Queue {
  /** Throws when there is no such queue, or none that may be read. */
  facts(signal: AbortSignal): Promise<QueueFacts>;
  /** Waits up to `waitS` for messages, at most `max` (10), and hides them for `hiddenS`. */
  receive(
    wanted: { readonly max: number; readonly waitS: number; readonly hiddenS: number },
    signal: AbortSignal,
  ): Promise<readonly QueueMessage[]>;
  /** Deletes at most 10. What was received again meanwhile, by whomever, is left to that receipt. */
  remove(messages: readonly QueueMessage[], signal: AbortSignal): Promise<void>;
  /** Hides at most 10 from now on for so long; 0 shows them to all at once. */
  hide(messages: readonly QueueMessage[], seconds: number, signal: AbortSignal): Promise<void>;
}

export function openQueue(address: QueueAddress, client: () => Promise<SQSClient>, clock: Clock): Queue {
  let known: Promise<string> | undefined;
  const patient = async <T>(does: string, signal: AbortSignal, operation: () => Promise<T>): Promise<T> => {
    try {
      const again = (error: unknown): boolean => awsFailure(error).passing;
      return await retry(operation, { clock, signal, attempts: limits.s3TriesMax, maxPauseMs: 5000, again });
    } catch (error) {
      throw queueError(error, address, does);
    }
  };
  const url = (signal: AbortSignal): Promise<string> => {
    known ??= urlOf(address, client, signal).catch((error) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    facts: (signal) =>
      patient('cannot be read', signal, async () => {
        const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
        const asked = new GetQueueAttributesCommand({
          QueueUrl: await url(signal),
          AttributeNames: ['VisibilityTimeout', 'RedrivePolicy'],
        });
        const { Attributes: told } = await (await client()).send(asked, { abortSignal: signal }).catch((error) => {
          // Reading goes without it.
          if (/AccessDenied/.test(awsFailure(error).code)) return { Attributes: undefined };
          throw error;
        });
        if (!told) return { hiddenS: undefined, redrives: undefined };
        return { hiddenS: Number(told.VisibilityTimeout), redrives: told.RedrivePolicy !== undefined };
      }),
    receive: (wanted, signal) =>
      patient('cannot be read', signal, async () => {
        const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
        const asked = new ReceiveMessageCommand({
          QueueUrl: await url(signal),
          MaxNumberOfMessages: wanted.max,
          WaitTimeSeconds: wanted.waitS,
          VisibilityTimeout: wanted.hiddenS,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        });
        const { Messages: received } = await (await client()).send(asked, { abortSignal: signal });
        return (received ?? []).flatMap(({ MessageId: id, ReceiptHandle: receipt, Body: body, Attributes: told }) => {
          if (id === undefined || receipt === undefined) return [];
          const receives = Number(told?.ApproximateReceiveCount) || 1;
          return [{ id, receipt, body: body ?? '', receives, sentAt: Number(told?.SentTimestamp) || clock.now() }];
        });
      }),
    remove: (messages, signal) =>
      patient('does not let messages be deleted', signal, async () => {
        const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
        const Entries = messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
        const asked = new DeleteMessageBatchCommand({ QueueUrl: await url(signal), Entries });
        failIfFailed(await (await client()).send(asked, { abortSignal: signal }));
      }),
    hide: (messages, seconds, signal) =>
      patient('does not let messages be hidden', signal, async () => {
        const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
        const Entries = messages.map(({ receipt }, index) => {
          return { Id: String(index), ReceiptHandle: receipt, VisibilityTimeout: seconds };
        });
        const asked = new ChangeMessageVisibilityBatchCommand({ QueueUrl: await url(signal), Entries });
        failIfFailed(await (await client()).send(asked, { abortSignal: signal }));
      }),
  };
}

async function urlOf(address: QueueAddress, client: () => Promise<SQSClient>, signal: AbortSignal): Promise<string> {
  if (address.url !== undefined) return address.url;
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const asked = new GetQueueUrlCommand({ QueueName: address.name, QueueOwnerAWSAccountId: address.account });
  const { QueueUrl } = await (await client()).send(asked, { abortSignal: signal });
  if (QueueUrl === undefined) throw new TrailhoundError('source-failed', `SQS tells no URL of "${address.name}"`);
  return QueueUrl;
}

/** An entry that fails by the sender's fault is one whose receipt is no longer valid: its message was received anew, or is gone. */
function failIfFailed(answer: { readonly Failed?: readonly object[] | undefined }): void {
  const failed = answer.Failed?.find((entry) => own(entry, 'SenderFault') !== true);
  if (!failed) return;
  const message = String(own(failed, 'Message') ?? 'SQS could not do it');
  throw Object.assign(new Error(message), { code: 'InternalError' });
}

const rights =
  'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility, sqs:GetQueueUrl and sqs:GetQueueAttributes';

function queueError(error: unknown, { name, account, region, url }: QueueAddress, does: string): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  const { code, status, message } = awsFailure(error);
  const say = (text: string, kind: 'source-failed' | 'forbidden' = 'source-failed'): TrailhoundError =>
    new TrailhoundError(kind, text, { cause: error });
  if (/NonExistentQueue|QueueDoesNotExist/.test(code)) {
    const where = url === undefined ? "name, account and region (--region), or write the queue's URL" : 'its URL';
    return say(`there is no queue "${name}" that the credentials may see: check ${where}`);
  }
  const credentials = credentialsHint(code);
  if (credentials) return say(`the queue "${name}" ${does} (${code}): ${credentials}`);
  if (/AccessDenied/.test(code) || status === 403) {
    const arn = `arn:aws:sqs:${region ?? '*'}:${account ?? '*'}:${name}`;
    return say(`the queue "${name}" ${does} (${code}): the credentials need ${rights} on ${arn}`, 'forbidden');
  }
  return say(`the queue "${name}" ${does} (${code}): ${message}`);
}
