/** Milliseconds since 1970, UTC. */
export type Instant = number;

/** Where time comes from. This file is the only one that reads the machine's clock or sets a timer. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects: check the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};

/**
 * Lets timers, sockets and other requests run: called between slices of long work. Of several that wait each has a turn of the loop
 * of its own, first come first: what else is to run waits for one slice, however many searches are under way.
 */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (turns.push(resolve) === 1) setImmediate(nextTurn);
  });
}

const turns: (() => void)[] = [];

function nextTurn(): void {
  const first = turns.shift();
  if (turns.length > 0) setImmediate(nextTurn);
  first?.();
}

/** A stopwatch for durations (`took`, slices of work); not wall-clock time. */
export function elapsedMs(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}
