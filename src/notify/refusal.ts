import { TrailhoundError } from '../base/errors.ts';

/** Bad input in the words of the original's Notifications plugin. */
export function invalid(reason: string, wire = 'illegal_argument_exception'): TrailhoundError {
  return new TrailhoundError('bad-request', reason, { wire });
}

/** The original's OpenSearchStatusException. */
export function statusError(status: number, reason: string): TrailhoundError {
  return new TrailhoundError('internal', reason, { wire: 'status_exception', status });
}
