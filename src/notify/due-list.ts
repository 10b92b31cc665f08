import type { Instant } from '../base/clock.ts';
import type { DeliveryBook, Waiting } from './delivery-book.ts';

/** What is due, by channel, as of the last look at everything that waits: looking is dear, taking is cheap. */
export interface DueList {
  /** When to look again. */
  readonly lookAt: Instant;
  /** Looks again if it is time; `busy` are left out. */
  refresh(now: Instant, busy: ReadonlySet<string>): void;
  /** Something becomes due at that time (0: at once). */
  expect(at: Instant): void;
  /** Each channel's messages: those that were never tried first, then by their time. Takers shift them off. */
  queues(): Iterable<readonly [channelId: string, queue: Waiting[]]>;
}

/** However long nothing is due, the clock is looked at again: it may have been set. */
const lookMaxMs = 30_000;
/** Thousands that wait for their next try must not make looking the program's main work. */
const lookPauseMs = 20;

export function createDueList({ waiting }: Pick<DeliveryBook, 'waiting'>): DueList {
  let ready = new Map<string, Waiting[]>();
  let lookAt: Instant = 0;
  let lookedAt: Instant = 0;
  return {
    get lookAt() {
      return lookAt;
    },
    refresh(now, busy) {
      const set = now < lookedAt;
      lookedAt = now;
      if (now < lookAt && !set) return;
      ready = new Map();
      lookAt = now + lookMaxMs;
      for (const one of waiting.values()) {
        if (busy.has(one.key)) continue;
        if (one.nextAt > now) {
          lookAt = Math.min(lookAt, one.nextAt);
          continue;
        }
        const queue = ready.get(one.channelId);
        if (queue) queue.push(one);
        else ready.set(one.channelId, [one]);
      }
      lookAt = Math.max(lookAt, now + lookPauseMs);
      for (const queue of ready.values()) queue.sort(order);
    },
    expect(at) {
      lookAt = Math.min(lookAt, at);
    },
    queues: () => ready,
  };
}

/** One that fails again and again must not hold up those that were never tried. */
function order(a: Waiting, b: Waiting): number {
  return Math.min(a.tries, 1) - Math.min(b.tries, 1) || a.nextAt - b.nextAt;
}
