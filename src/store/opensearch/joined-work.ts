/**
 * Work that many wait for and that is done one after the other. A caller that comes while it is under way waits for the next
 * time, for this one may have begun before what the caller wants of it; all who wait so share that next time.
 */
export function joinedWork<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let waiting: Promise<T> | undefined;
  const start = (): Promise<T> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return running ?? start();
      });
    return waiting;
  };
}
