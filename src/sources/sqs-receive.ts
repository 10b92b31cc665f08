import type { Clock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { pauseBefore } from '../base/retry.ts';
import type { Share, SourceOptions } from './source.ts';
import type { Contents } from './sqs-contents.ts';
import type { Hand } from './sqs-hand.ts';
import type { Queue } from './sqs-queue.ts';

export interface Receiving {
  readonly queue: Queue;
  readonly hand: Hand;
  readonly contents: Contents;
  readonly share: Share | undefined;
  readonly place: string;
}

export interface ReceiveOptions extends SourceOptions {
  readonly clock: Clock;
  readonly waitS?: number;
}

/** Messages in one answer, and how long one request waits for them (SQS's limits). */
const answerMax = 10;
const waitMaxS = 20;
/** With `once`: an empty answer after so long says that there is nothing; a long poll asks all of SQS's servers. */
const waitOnceS = 2;
const pause = { firstPauseMs: 1000, maxPauseMs: 60_000 };
/** While files fail. A file that can never be read must not make others wait for long. */
const failingPause = { firstPauseMs: 1000, maxPauseMs: 15_000 };

/**
 * Receives until the signal aborts, or, with `once`, until the queue is empty and everything is settled. What fails while watching
 * is told once and tried again with back-off; with `once` it is thrown.
 */
export async function receiveAll(parts: Receiving, options: ReceiveOptions, stopped: AbortSignal): Promise<void> {
  const { queue, hand, contents, place } = parts;
  const { once, clock, problem } = options;
  const poll = openPoll(parts, options, stopped);
  let failures = 0;
  let hiddenS: number | undefined;
  while (!stopped.aborted) {
    try {
      hiddenS ??= learnHidden(parts, (await queue.facts(stopped)).hiddenS);
      if (await standsBy(parts, options, stopped)) {
        if (!once) continue;
        problem({ place, message: 'another process reads it for rules that look at earlier events: nothing was read' });
        return;
      }
      const messages = await poll(hiddenS);
      for (const message of messages) contents.take(message);
      contents.tellSkipped();
      failures = 0;
      if (once && messages.length === 0 && hand.idle()) return;
    } catch (error) {
      if (stopped.aborted) return;
      if (once) throw error;
      failures += 1;
      if (failures === 1) problem({ place, message: `${reasonOf(error)}; trying again` });
      await clock.sleep(pauseBefore(failures, pause), stopped);
    }
  }
}

function learnHidden({ hand }: Receiving, told: number | undefined): number {
  const hiddenS = told === undefined || !(told > 0) ? limits.sqsHiddenS : Math.min(told, limits.sqsHiddenMaxS);
  hand.keep(hiddenS);
  return hiddenS;
}

/** Where rules look at earlier events, all of a lake is read by the process that came first: others ask again in a while. */
async function standsBy(
  { share, place }: Receiving,
  { clock, once }: ReceiveOptions,
  stopped: AbortSignal,
): Promise<boolean> {
  if (share === undefined || share.leaveMs(place) < Number.POSITIVE_INFINITY) return false;
  if (!once) await clock.sleep(limits.filesLeftLookMs, stopped);
  return true;
}

/**
 * One request for messages, when there is room for them. While files fail, whosever fault it is, one message a pause is asked for:
 * each receipt counts for the redrive policy, and an outage of the store must not send all of them to the dead letters.
 */
function openPoll({ queue, hand }: Receiving, { clock, once, waitS }: ReceiveOptions, stopped: AbortSignal) {
  const cut = new AbortController();
  const wait = waitS ?? (once ? waitOnceS : waitMaxS);
  let endsAt = 0;
  let bad = 0;
  // A request that is cut off may have been answered: those messages come again only after their time. A short one is waited for.
  stopped.addEventListener('abort', () => {
    if (endsAt - clock.now() > limits.sqsStopMs) cut.abort();
  });
  return async (hiddenS: number): ReturnType<Queue['receive']> => {
    const outcome = hand.outcome();
    if (outcome === 'good') bad = 0;
    else if (outcome === 'failing') bad += 1;
    if (bad > 0) await clock.sleep(pauseBefore(bad, failingPause), stopped);
    const most = bad > 0 ? 1 : limits.sqsMessagesInHandMax;
    while (hand.size() >= most && !stopped.aborted) await hand.changed();
    if (stopped.aborted) return [];
    endsAt = clock.now() + wait * 1000;
    return queue.receive({ max: Math.min(answerMax, most - hand.size()), waitS: wait, hiddenS }, cut.signal);
  };
}
