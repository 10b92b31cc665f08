/**
 * Runs work with a signal that aborts, with the same reason, as soon as one of the given does. Nothing of it is left on the given ones when
 * the work ends: `AbortSignal.any` leaves a few bytes on each for as long as that lives, which may be as long as the program.
 */
export async function withSignals<T>(
  given: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signals = given.filter((one) => one !== undefined);
  const joined = new AbortController();
  const abort = (): void => joined.abort(signals.find(({ aborted }) => aborted)?.reason);
  if (signals.some(({ aborted }) => aborted)) abort();
  for (const signal of signals) signal.addEventListener('abort', abort);
  try {
    return await work(joined.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}
