import type { Instant } from '../base/clock.ts';

/** At most one message in so many minutes, counted from the last one. */
export interface Throttle {
  readonly minutes: number;
  /** When the last message went out; null when none did. */
  readonly last: Instant | null;
}

/** The first stage of a message's way: whether it stays behind because the one before it is too young. */
export function isThrottled({ minutes, last }: Throttle, at: Instant): boolean {
  return last !== null && last > at - minutes * 60_000;
}
