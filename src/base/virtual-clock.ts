import type { Clock, Instant } from './clock.ts';
import { yieldToLoop } from './clock.ts';

/** A clock that moves only when told: for replays and tests. */
export interface VirtualClock extends Clock {
  /** Moves time forward step by step, waking each sleeper at its own instant and letting it run before going on. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: Instant;
  readonly order: number;
  wake(): void;
}

export function virtualClock(start: Instant): VirtualClock {
  let now = start;
  let order = 0;
  const sleepers = new Set<Sleeper>();

  const next = (until: Instant): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.at > until) continue;
      if (!first || sleeper.at < first.at || (sleeper.at === first.at && sleeper.order < first.order)) first = sleeper;
    }
    return first;
  };

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { at: now + Math.max(0, ms), order: order++, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let sleeper = next(until); sleeper; sleeper = next(until)) {
        now = Math.max(now, sleeper.at);
        sleeper.wake();
        await settle();
      }
      now = until;
    },
  };
}

/** What a woken sleeper starts may take several turns of the loop (promises, then I/O callbacks). */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await yieldToLoop();
}
