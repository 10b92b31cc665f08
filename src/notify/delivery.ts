import type { Instant } from '../base/clock.ts';
import { at, type Document, isDocument, own } from '../base/document.ts';
import type { RecipientOutcome } from './channel.ts';
import type { Attempt, Origin } from './notifier.ts';

/** A message on its way, and what happened to it so far. */
export interface Delivery {
  readonly key: string;
  readonly channelId: string;
  readonly subject: string;
  readonly body: string;
  /** undefined for a test message. */
  readonly origin: Origin | undefined;
  /** It takes the place of one of the same origin that waits; see NotifyRequest. */
  readonly repeats: boolean;
  readonly state: DeliveryState;
  readonly createdAt: Instant;
  /** Not tried before this. */
  readonly nextAt: Instant;
  readonly tries: number;
  /** The newest tries, newest first. */
  readonly attempts: readonly Attempt[];
  /** Recipients that have it already. */
  readonly reached: readonly string[];
  /** What the last try said of each recipient of a mail. */
  readonly recipients: readonly RecipientOutcome[];
}

/** `replaced`: one that repeats it came while it waited. */
export type DeliveryState = 'waiting' | 'sent' | 'failed' | 'replaced';

/** A step on a message's way: it answers the message as it is afterwards. One that is no longer waiting passes untouched. */
export type Stage = (delivery: Delivery, signal: AbortSignal) => Promise<Delivery>;

/** The stages one after the other. */
export async function passThrough(
  stages: readonly Stage[],
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Delivery> {
  let current = delivery;
  for (const stage of stages) current = await stage(current, signal);
  return current;
}

/** As it is kept. The text of a message that is done is dropped: it may be long, and the alert has the events. */
export function deliveryJson(delivery: Delivery): Document {
  const { origin } = delivery;
  return {
    state: delivery.state,
    config_id: delivery.channelId,
    subject: delivery.subject,
    ...(delivery.state === 'waiting' ? { message: delivery.body } : {}),
    ...(origin
      ? {
          origin: {
            monitor_id: origin.monitorId,
            trigger_id: origin.triggerId,
            alert_id: origin.alertId,
            action_id: origin.actionId,
          },
        }
      : {}),
    ...(delivery.repeats ? { repeats: true } : {}),
    created_time_ms: delivery.createdAt,
    next_time_ms: delivery.nextAt,
    tries: delivery.tries,
    attempts: delivery.attempts,
    reached: delivery.reached,
    recipients: delivery.recipients,
  };
}

/** Reads back what `deliveryJson` wrote; wrong shapes cost their own part. */
export function storedDelivery(key: string, source: Document): Delivery {
  const word = (value: unknown): string => (typeof value === 'string' ? value : '');
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  const list = (value: unknown): readonly Document[] => (Array.isArray(value) ? value.filter(isDocument) : []);
  const state = word(own(source, 'state'));
  const reached = own(source, 'reached');
  return {
    key,
    channelId: word(own(source, 'config_id')),
    subject: word(own(source, 'subject')),
    body: word(own(source, 'message')),
    origin: isDocument(own(source, 'origin'))
      ? {
          monitorId: word(at(source, 'origin.monitor_id')),
          triggerId: word(at(source, 'origin.trigger_id')),
          alertId: word(at(source, 'origin.alert_id')),
          actionId: word(at(source, 'origin.action_id')),
        }
      : undefined,
    repeats: own(source, 'repeats') === true,
    state: state === 'waiting' || state === 'sent' || state === 'replaced' ? state : 'failed',
    createdAt: number(own(source, 'created_time_ms')),
    nextAt: number(own(source, 'next_time_ms')),
    tries: number(own(source, 'tries')),
    attempts: list(own(source, 'attempts')).map((entry) => ({
      at: number(own(entry, 'at')),
      sent: own(entry, 'sent') === true,
      status: number(own(entry, 'status')),
      text: word(own(entry, 'text')),
    })),
    reached: Array.isArray(reached) ? reached.map(word) : [],
    recipients: list(own(source, 'recipients')).map((entry) => ({
      recipient: word(own(entry, 'recipient')),
      status: number(own(entry, 'status')),
      text: word(own(entry, 'text')),
    })),
  };
}
