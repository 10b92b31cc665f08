import type { Instant } from '../base/clock.ts';

/** What alerting knows of notifications: to whom it hands a message, and what it hears of it. */
export interface Notifier {
  /** What text of events must go through before it stands in a message to this channel: it must not become markup there. */
  harmless(channelId: string): (text: string) => string;
  /**
   * Hands a message over. With `wait` it is tried at once and the answer tells of that try; without, it is stored to be sent and
   * the answer comes at once, so that a dead receiver delays nobody. What happens later is told (`DeliveryNote`).
   */
  notify(request: NotifyRequest): Promise<Notified>;
}

export interface NotifyRequest {
  readonly channelId: string;
  /** The same for the same alert, action and occurrence: sent as `Idempotency-Key`, and never sent twice knowingly. */
  readonly key: string;
  readonly subject: string | undefined;
  readonly body: string;
  readonly wait: boolean;
  /** It says anew what the message before it said (a condition that still holds): one of the same origin that waits is replaced. */
  readonly repeats?: boolean;
  readonly origin: Origin;
}

/** Whose message it is. */
export interface Origin {
  readonly monitorId: string;
  readonly triggerId: string;
  readonly alertId: string;
  readonly actionId: string;
}

export type Notified =
  | { readonly state: 'no-channel' }
  /** Stored; it will be tried. */
  | { readonly state: 'waiting' }
  /** `answer`: what the original calls the message id, the JSON text of event source and status list. */
  | { readonly state: 'sent'; readonly answer: string; readonly attempt: Attempt }
  /** `error`: the JSON text of the original's error. `retrying`: it is stored and will be tried again. */
  | { readonly state: 'failed'; readonly error: string; readonly retrying: boolean; readonly attempt: Attempt };

/** One try, as it stands in the alert and in the records. */
export interface Attempt {
  readonly at: Instant;
  readonly sent: boolean;
  readonly status: number;
  readonly text: string;
}

/** What became of a message after it was handed over. */
export interface DeliveryNote {
  readonly origin: Origin;
  readonly attempt: Attempt;
  /** null once it is sent. */
  readonly error: string | null;
}
