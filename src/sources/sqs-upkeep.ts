import { reasonOf } from '../base/errors.ts';
import { forget, type HandState, type Held } from './sqs-held.ts';

/** Hides what is in hand anew while it is, as the queue would show it to others after `hiddenS`. Ends with `ended`. */
export async function keepHidden(
  state: HandState,
  hiddenS: number,
  ended: AbortSignal,
  late: AbortSignal,
): Promise<void> {
  const { options, queue } = state;
  const { complain, recovered } = complainOnce(state, late);
  while (!ended.aborted) {
    await options.clock.sleep((hiddenS * 1000) / 3, ended);
    const all = [...state.held.values()];
    for (let from = 0; from < all.length && !ended.aborted; from += batchMax) {
      const staying = all
        .slice(from, from + batchMax)
        .filter((held) => !held.leaving && state.held.has(held.message.id));
      if (staying.length > 0) await queue.hide(messagesOf(staying), hiddenS, late).then(recovered, complain);
    }
  }
}

/** Deletes what is settled and puts back what failed, several in one request. Ends with `ended`. */
export async function sweep(state: HandState, ended: AbortSignal, late: AbortSignal): Promise<void> {
  const { options, settled, back, unswept } = state;
  const { complain, recovered } = complainOnce(state, late);
  while (!ended.aborted) {
    if (settled.length === 0 && back.length === 0) {
      await unswept.wait();
      continue;
    }
    if (settled.length < batchMax && back.length === 0) await options.clock.sleep(gatherMs, ended);
    await sweepOnce(state, late).then(recovered, complain);
  }
}

/** At the end: deletes what is settled and shows everything else at once. */
export async function sweepAll(state: HandState, late: AbortSignal): Promise<void> {
  const { complain } = complainOnce(state, late);
  for (const held of state.held.values()) {
    if (held.leaving || state.settled.includes(held)) continue;
    held.leaving = true;
    state.back.push({ held, seconds: 0 });
  }
  while (state.settled.length > 0 || state.back.length > 0) await sweepOnce(state, late).catch(complain);
}

/** Messages in one request (SQS's limit). */
const batchMax = 10;
/** How long a message that is settled waits for others to be deleted with. */
const gatherMs = 100;

/** Throws what failed last; what was to be done is not tried again: the messages come again, and are known then. */
async function sweepOnce(state: HandState, late: AbortSignal): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const attempt = async (those: readonly Held[], does: () => Promise<void>): Promise<void> => {
    await does().catch((error: unknown) => {
      failure = { error };
    });
    for (const held of those) forget(state, held);
  };
  const done = state.settled.splice(0, batchMax);
  if (done.length > 0) await attempt(done, () => state.queue.remove(messagesOf(done), late));
  const left = state.back.splice(0, batchMax);
  for (const seconds of new Set(left.map((one) => one.seconds))) {
    const those = left.filter((one) => one.seconds === seconds).map(({ held }) => held);
    await attempt(those, () => state.queue.hide(messagesOf(those), seconds, late));
  }
  if (failure) throw failure.error;
}

function messagesOf(held: readonly Held[]): Held['message'][] {
  return held.map(({ message }) => message);
}

/** Tells once that the queue could not be told, until it could. What a stop cuts short is no problem. */
function complainOnce(
  { options }: HandState,
  late: AbortSignal,
): { complain(error: unknown): void; recovered(): void } {
  let told = false;
  return {
    complain(error) {
      const message = `${reasonOf(error)}; its messages come again`;
      if (!told && !late.aborted) options.problem({ place: options.place, message });
      told = true;
    },
    recovered() {
      told = false;
    },
  };
}
