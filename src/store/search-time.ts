import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { withSignals } from '../base/joined-signal.ts';
import { limits } from '../base/limits.ts';

/**
 * Runs a search until it is done, given up by its asker, or has taken limits.searchMs. The search lets others run between its
 * slices, so a long one stalls nobody; but a thousand fuzzy words against every word of a million documents would take hours of a
 * core that others need. Words and type are those of OpenSearch's search backpressure.
 */
export async function withinTime<T>(
  clock: Pick<Clock, 'sleep'>,
  asker: AbortSignal | undefined,
  search: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(limits.searchMs, done.signal).then(() => {
    if (!done.signal.aborted) over.abort(tooLong());
  });
  try {
    return await withSignals([asker, over.signal], search);
  } finally {
    done.abort();
    await timer;
  }
}

function tooLong(): TrailhoundError {
  const allowed = `${limits.searchMs / 1000}s`;
  return new TrailhoundError(
    'bad-request',
    `The request was cancelled: elapsed time exceeded [${allowed} >= ${allowed}]. Ask for less at a time: fewer indices, a time range, rarer words`,
    { wire: 'task_cancelled_exception', status: 429 },
  );
}
