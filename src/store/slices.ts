import { elapsedMs, yieldToLoop } from '../base/clock.ts';
import { limits } from '../base/limits.ts';

/** Tells long work on the main loop when to let others run. */
export interface Slices {
  due(): boolean;
}

export function makeSlices(): Slices {
  let elapsed = elapsedMs();
  return {
    due() {
      if (elapsed() < limits.sliceMs) return false;
      elapsed = elapsedMs();
      return true;
    },
  };
}

/** Turns of the loop that work nobody waits for leaves to searches before its own next slice: it must come to an end while they go on. */
const turnsForSearches = 20;

/** Lets others run; `asked`: a search is under way that somebody waits for. */
export async function giveWay(asked: () => boolean, turns = turnsForSearches): Promise<void> {
  await yieldToLoop();
  for (let turn = 0; turn < turns && asked(); turn++) await yieldToLoop();
}

/** Does work that stops now and then; others run in between. Throws when it was given up. */
export async function inSlices<T>(
  steps: Generator<void, T>,
  slices: Slices,
  turn: { readonly pass: () => Promise<void>; readonly signal: AbortSignal | undefined },
): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (!slices.due()) continue;
    await turn.pass();
    turn.signal?.throwIfAborted();
  }
}
