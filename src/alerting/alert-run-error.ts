import type { Instant } from '../base/clock.ts';
import type { Alert } from './alert.ts';
import { masked, type Next, pushed } from './alert-state.ts';

/** Why a whole run failed, without a trigger to blame. */
export interface RunError {
  readonly message: string;
  readonly at: Instant;
}

/**
 * The alert of a monitor whose runs fail (document-level monitors): the same message only moves the notification time, another
 * one takes its place and the message before goes to the history.
 */
export function nextRunError(current: Alert | undefined, { message, at }: RunError, fresh: () => Alert): Next {
  const shown = masked(message);
  if (!current) return { reason: 'failed', open: { ...fresh(), errorMessage: shown }, closed: undefined };
  const told = { ...current, lastNotificationTime: at };
  if (current.errorMessage === shown) return { reason: 'failed', open: told, closed: undefined };
  const history = pushed(current.history, { timestamp: current.startTime, message: current.errorMessage ?? '' });
  return { reason: 'failed', open: { ...told, errorMessage: shown, history, startTime: at }, closed: undefined };
}

/** The first run that works ends it; as in the original it stays an ERROR in the history. */
export function recoveredRun(current: Alert, at: Instant): Next {
  return { reason: 'recovered', open: undefined, closed: { ...current, endTime: at } };
}
