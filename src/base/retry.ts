import type { Clock } from './clock.ts';

/** How long to wait between tries: doubling from the first pause to the longest. */
export interface BackOff {
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export interface RetryOptions extends Partial<BackOff> {
  readonly clock: Clock;
  /** Tries in all, the first one included. */
  readonly attempts: number;
  /** The part that knows says whether another try may help; an error it refuses is thrown at once. */
  readonly again: (error: unknown) => boolean;
  /** An abort ends the waiting: the last error is thrown. */
  readonly signal?: AbortSignal;
}

/** The operation's value from the first try that succeeds; the last error when none did. */
export async function retry<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, attempts, again, signal, firstPauseMs = 200, maxPauseMs = 20_000 } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await operation();
    } catch (error) {
      if (tries >= attempts || signal?.aborted || !again(error)) throw error;
      await clock.sleep(pauseBefore(tries, { firstPauseMs, maxPauseMs }), signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** Milliseconds to wait after `tries` failed tries (1 → the first pause). */
export function pauseBefore(tries: number, { firstPauseMs, maxPauseMs }: BackOff): number {
  return Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(30, tries - 1));
}
