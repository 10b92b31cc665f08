/** Work that stops now and then, so that others may run. */
export type Steps<T> = Generator<void, T>;

/** Does all of it at a stretch. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
