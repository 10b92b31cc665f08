import type { Clock, Instant } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { DeliveryBook, Waiting } from './delivery-book.ts';

/** Sends what waits, each message when its time has come, until it is told to stop. */
export interface Worker {
  /** Something new waits. */
  wake(): void;
  /** Until the signal aborts; tries under way are ended and their messages wait for the next start. */
  run(signal: AbortSignal): Promise<void>;
  /** Keeps the worker from a message that somebody else is trying. */
  claim(key: string): boolean;
  release(key: string): void;
}

export interface WorkerPorts {
  readonly book: DeliveryBook;
  readonly clock: Clock;
  readonly log: Log;
  /** One try of a message. */
  attempt(key: string, signal: AbortSignal): Promise<void>;
  /** Gives a message up. */
  drop(key: string, why: string): Promise<void>;
}

/** However long nothing is due, the clock is looked at again: it may have been set. */
const sleepMaxMs = 30_000;

export function createWorker({ book, clock, log, attempt, drop }: WorkerPorts): Worker {
  const busy = new Set<string>();
  const perChannel = new Map<string, number>();
  const running = new Set<Promise<void>>();
  let alarm = new AbortController();

  const start = ({ key, channelId }: Waiting, work: () => Promise<void>): void => {
    busy.add(key);
    perChannel.set(channelId, (perChannel.get(channelId) ?? 0) + 1);
    const run = work()
      .catch((error) => log.error(`a message to ${channelId} could not be tried: ${reasonOf(error)}`))
      .then(() => {
        running.delete(run);
        busy.delete(key);
        perChannel.set(channelId, (perChannel.get(channelId) ?? 1) - 1);
        alarm.abort();
      });
    running.add(run);
  };

  /** Starts what is due and fits; answers when to look again. */
  const turn = (signal: AbortSignal): Instant => {
    const now = clock.now();
    let next = now + sleepMaxMs;
    const excess = book.waiting.size - limits.notificationsWaitingMax;
    const oldest = excess > 0 ? [...book.waiting.values()].slice(0, excess) : [];
    for (const waiting of oldest) {
      if (!busy.has(waiting.key)) start(waiting, () => drop(waiting.key, 'too many messages wait'));
    }
    // Messages that were never tried go first: one that fails again and again must not hold up the others.
    const due = [...book.waiting.values()].sort(
      (a, b) => Math.min(a.tries, 1) - Math.min(b.tries, 1) || a.nextAt - b.nextAt,
    );
    for (const waiting of due) {
      if (busy.has(waiting.key)) continue;
      if (waiting.nextAt > now) next = Math.min(next, waiting.nextAt);
      else if (running.size < limits.sendsMax && (perChannel.get(waiting.channelId) ?? 0) < limits.sendsPerChannelMax) {
        start(waiting, () => attempt(waiting.key, signal));
      }
    }
    return next;
  };

  return {
    wake: () => alarm.abort(),
    async run(signal) {
      const stop = (): void => alarm.abort();
      signal.addEventListener('abort', stop);
      while (!signal.aborted) {
        alarm = new AbortController();
        const next = turn(signal);
        await clock.sleep(next - clock.now(), alarm.signal);
      }
      signal.removeEventListener('abort', stop);
      await Promise.all(running);
    },
    claim(key) {
      if (busy.has(key)) return false;
      busy.add(key);
      return true;
    },
    release(key) {
      busy.delete(key);
      alarm.abort();
    },
  };
}
