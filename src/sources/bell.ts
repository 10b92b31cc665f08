import type { Clock } from '../base/clock.ts';

/** Wakes those who wait. A ring with nobody waiting is forgotten: check the condition right before `wait`. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or after `ms`. */
  wait(clock?: Clock, ms?: number): Promise<void>;
}

export function openBell(): Bell {
  let wakers: (() => void)[] = [];
  return {
    ring() {
      const woken = wakers;
      wakers = [];
      for (const wake of woken) wake();
    },
    wait(clock, ms) {
      if (!clock || ms === undefined) return new Promise((resolve) => void wakers.push(resolve));
      const nap = new AbortController();
      wakers.push(() => nap.abort());
      return clock.sleep(ms, nap.signal);
    },
  };
}
