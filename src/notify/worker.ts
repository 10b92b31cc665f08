import type { Clock, Instant } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { DeliveryBook, Waiting } from './delivery-book.ts';
import { createDueList } from './due-list.ts';

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

export function createWorker({ book, clock, log, attempt, drop }: WorkerPorts): Worker {
  const busy = new Set<string>();
  const perChannel = new Map<string, number>();
  const running = new Set<Promise<void>>();
  let alarm = new AbortController();
  const due = createDueList(book);

  const start = ({ key, channelId }: Waiting, work: () => Promise<void>): void => {
    busy.add(key);
    perChannel.set(channelId, (perChannel.get(channelId) ?? 0) + 1);
    const run = work()
      .catch(async (error) => {
        log.error(`a message to ${channelId} could not be tried: ${reasonOf(error)}`);
        await clock.sleep(limits.sendFirstPauseMs);
      })
      .then(() => {
        running.delete(run);
        busy.delete(key);
        perChannel.set(channelId, (perChannel.get(channelId) ?? 1) - 1);
        due.expect(book.waiting.get(key)?.nextAt ?? Number.POSITIVE_INFINITY);
        alarm.abort();
      });
    running.add(run);
  };

  /** Starts what is due and fits; answers when to look again. */
  const turn = (signal: AbortSignal): Instant => {
    for (const waiting of tooMany(book)) {
      if (!busy.has(waiting.key)) start(waiting, () => drop(waiting.key, 'too many messages wait'));
    }
    due.refresh(clock.now(), busy);
    for (const [channelId, queue] of due.queues()) {
      while (running.size < limits.sendsMax && (perChannel.get(channelId) ?? 0) < limits.sendsPerChannelMax) {
        const waiting = queue.shift();
        if (!waiting) break;
        const current = book.waiting.get(waiting.key);
        if (current === waiting && !busy.has(waiting.key)) start(waiting, () => attempt(waiting.key, signal));
      }
    }
    return due.lookAt;
  };

  return {
    wake() {
      due.expect(0);
      alarm.abort();
    },
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
      due.expect(0);
      alarm.abort();
    },
  };
}

/** The oldest beyond limits.notificationsWaitingMax. */
function tooMany({ waiting }: DeliveryBook): readonly Waiting[] {
  const excess = waiting.size - limits.notificationsWaitingMax;
  return excess > 0 ? [...waiting.values()].slice(0, excess) : [];
}
