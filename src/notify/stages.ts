import type { Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { pauseBefore } from '../base/retry.ts';
import type { Channel, Outcome } from './channel.ts';
import type { Delivery, Stage } from './delivery.ts';
import type { DeliveryBook } from './delivery-book.ts';

/** A message that is known under its key is not sent again: it answers what became of it. */
export function dedupStage(book: DeliveryBook): Stage {
  return async (delivery) => (delivery.tries > 0 ? delivery : ((await book.get(delivery.key)) ?? delivery));
}

/**
 * One try within limits.sendTimeoutMs. The channel says whether another may help; this says when: after a pause that doubles, until
 * limits.sendDeadlineMs is over.
 */
export function sendStage(channelFor: (delivery: Delivery) => Channel, clock: Clock): Stage {
  return async (delivery, signal) => {
    if (delivery.state !== 'waiting') return delivery;
    const startedAt = clock.now();
    const channel = channelFor(delivery);
    const outcome = await withinTime(clock, signal, (inTime) => channel.send(delivery, inTime));
    // A stop of the program is no failure of the channel: the message waits on as it was.
    if (signal.aborted && !outcome.sent) return delivery;
    return tried(delivery, outcome, startedAt, clock.now());
  };
}

export function recordStage(book: DeliveryBook): Stage {
  return async (delivery) => {
    await book.keep(delivery);
    return delivery;
  };
}

async function withinTime(
  clock: Clock,
  signal: AbortSignal,
  send: (inTime: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const over = new AbortController();
  const done = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop);
  void clock.sleep(limits.sendTimeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) over.abort();
  });
  try {
    return await send(over.signal);
  } finally {
    done.abort();
    signal.removeEventListener('abort', stop);
  }
}

/** The message after a try. Pure. */
function tried(delivery: Delivery, outcome: Outcome, startedAt: number, now: number): Delivery {
  const { sent, retry, status, text, recipients } = outcome;
  const tries = delivery.tries + 1;
  const late = now - delivery.createdAt >= limits.sendDeadlineMs;
  return {
    ...delivery,
    state: sent ? 'sent' : retry && !late ? 'waiting' : 'failed',
    tries,
    nextAt: now + pauseBefore(tries, { firstPauseMs: limits.sendFirstPauseMs, maxPauseMs: limits.sendMaxPauseMs }),
    attempts: [{ at: startedAt, sent, status, text }, ...delivery.attempts].slice(0, limits.attemptsPerActionMax),
    reached: [...new Set([...delivery.reached, ...recipients.filter((r) => r.status === 200).map((r) => r.recipient)])],
    recipients,
  };
}
