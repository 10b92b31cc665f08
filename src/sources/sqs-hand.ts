import type { Instant } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { pauseBefore } from '../base/retry.ts';
import { type Found, makeDelivery } from './outbox.ts';
import type { Delivery, Ledger } from './source.ts';
import { type HandOptions, type HandState, type Held, newState, type Task } from './sqs-held.ts';
import type { Queue, QueueMessage } from './sqs-queue.ts';
import { keepHidden, sweep, sweepAll } from './sqs-upkeep.ts';

/**
 * The messages in hand: received, hidden from others as long as it takes, and, when all that one announces is settled, deleted; or
 * shown again after a while when something of it was not. Nothing is lost with the process: the queue shows them again by itself.
 */
export interface Hand {
  /** From now on what is in hand is hidden anew before `hiddenS` seconds are over. Call it once, before the first message. */
  keep(hiddenS: number): void;
  /** Takes a message with what it announces; nothing to deliver means that it is deleted. Received again, it keeps its place. */
  hold(message: QueueMessage, files: readonly Found[], ledger: Ledger): void;
  /** Hides a message for so long and leaves it in the queue. */
  putBack(message: QueueMessage, ms: number): void;
  /** Messages in hand. */
  size(): number;
  /** Resolves when there may be room for more, or something else changed. */
  changed(): Promise<void>;
  /** Nothing is in hand, and nothing that this process put back is to come again soon (with `once`). */
  idle(): boolean;
  /** How the files that were settled since the last call ended. */
  outcome(): 'good' | 'failing' | 'none';
  /** No more will come: `next` ends when all are settled, with what was wrong if something was. */
  finish(failure: { readonly error: unknown } | undefined): void;
  /** The next delivery; undefined at the end. */
  next(): Promise<Delivery | undefined>;
  /** Waits a moment for what is under way, deletes what is settled and shows all else to other processes at once. */
  close(): Promise<void>;
}

/** `stopped` ends the deliveries; then `close`. */
export function openHand(queue: Queue, options: HandOptions, stopped: AbortSignal): Hand {
  const state = newState(queue, options);
  const ended = new AbortController();
  const late = new AbortController();
  let hiding = Promise.resolve();
  const sweeping = sweep(state, ended.signal, late.signal);
  stopped.addEventListener('abort', () => {
    stopAt(state);
    for (const bell of [state.arrived, state.changed]) bell.ring();
  });
  return {
    keep(hiddenS) {
      hiding = keepHidden(state, hiddenS, ended.signal, late.signal);
    },
    hold: (message, files, ledger) => hold(state, message, files, ledger),
    putBack(message, ms) {
      const held = { message, open: 0, failed: true, leaving: false };
      state.held.set(message.id, held);
      leave(state, held, ms);
    },
    size: () => state.held.size,
    changed: () => state.changed.wait(),
    idle: () => isIdle(state),
    outcome() {
      const { good, failing } = state;
      [state.good, state.failing] = [0, 0];
      return good > 0 ? 'good' : failing > 0 ? 'failing' : 'none';
    },
    finish(failure) {
      state.finished = { failure };
      state.arrived.ring();
    },
    next: () => next(state),
    async close() {
      const until = stopAt(state) + limits.sqsStopMs;
      while (state.under > 0 && options.clock.now() < until) {
        await state.changed.wait(options.clock, until - options.clock.now());
      }
      ended.abort();
      state.unswept.ring();
      const swept = new AbortController();
      void options.clock.sleep(limits.sqsStopMs, swept.signal).then(() => late.abort());
      // What is hidden anew must not come after what is shown.
      await Promise.all([hiding, sweeping]);
      await sweepAll(state, late.signal);
      swept.abort();
    },
  };
}

/** From now on nothing is handed out; since when. */
function stopAt(state: HandState): Instant {
  state.stoppedAt ??= state.options.clock.now();
  return state.stoppedAt;
}

function hold(state: HandState, message: QueueMessage, files: readonly Found[], ledger: Ledger): void {
  const known = state.held.get(message.id);
  if (known) {
    // It was hidden for too short: only the newest receipt can delete it.
    known.message = message;
    return;
  }
  const held: Held = { message, open: files.length, failed: false, leaving: false };
  state.held.set(message.id, held);
  if (files.length === 0) settle(state, held);
  for (const found of files) {
    const tasks = state.tasks.get(found.origin) ?? [];
    tasks.push({ held, found, ledger });
    state.tasks.set(found.origin, tasks);
    if (tasks.length === 1) start(state, found.origin, tasks);
  }
}

/** Makes the first file of an origin ready; what was read before is settled without being delivered. */
function start(state: HandState, origin: string, tasks: Task[]): void {
  for (let task = tasks[0]; task; task = tasks[0]) {
    if (!task.ledger.has(origin, task.found.version)) {
      state.ready.push(task);
      state.arrived.ring();
      return;
    }
    tasks.shift();
    count(state, task.held, true);
  }
  state.tasks.delete(origin);
}

async function next(state: HandState): Promise<Delivery | undefined> {
  const { options } = state;
  while (state.stoppedAt === undefined) {
    const task = state.ready.shift();
    if (task) {
      state.under += 1;
      return makeDelivery(task.found, task.ledger, {
        settled: () => end(state, task, true),
        tryAgain(gone) {
          if (gone) options.problem({ place: task.found.origin, message: 'was gone before it could be read' });
          end(state, task, gone);
        },
      });
    }
    if (state.finished?.failure) throw state.finished.failure.error;
    if (state.finished && state.held.size === 0) return undefined;
    await state.arrived.wait();
  }
  return undefined;
}

function end(state: HandState, task: Task, good: boolean): void {
  const { origin } = task.found;
  const tasks = state.tasks.get(origin) ?? [];
  tasks.shift();
  state.under -= 1;
  if (good) state.good += 1;
  else if (state.stoppedAt === undefined) state.failing += 1;
  count(state, task.held, good);
  start(state, origin, tasks);
  state.changed.ring();
}

function count(state: HandState, held: Held, good: boolean): void {
  held.open -= 1;
  held.failed ||= !good;
  if (held.open > 0) return;
  if (held.failed) leave(state, held, undefined);
  else settle(state, held);
}

function settle(state: HandState, held: Held): void {
  state.awaited.delete(held.message.id);
  state.settled.push(held);
  state.unswept.ring();
}

/** `ms` undefined: by how often it was received, so that its redrive policy has its say only after some minutes. */
function leave(state: HandState, held: Held, ms: number | undefined): void {
  const { againMs = limits.sqsAgainFirstMs } = state.options;
  const pause = { firstPauseMs: againMs, maxPauseMs: limits.sqsAgainMaxMs };
  const seconds = Math.ceil((ms ?? pauseBefore(held.message.receives, pause)) / 1000);
  if (ms === undefined && state.stoppedAt === undefined) awaitAgain(state, held, seconds);
  held.leaving = true;
  state.back.push({ held, seconds: state.stoppedAt === undefined ? seconds : 0 });
  state.unswept.ring();
}

/** With `once` it is waited for, some times. */
function awaitAgain(state: HandState, { message }: Held, seconds: number): void {
  const { once, clock, place, problem } = state.options;
  if (!once) return;
  const tries = (state.awaited.get(message.id)?.tries ?? 0) + 1;
  if (tries < limits.deliveryTriesMax) {
    state.awaited.set(message.id, { until: clock.now() + seconds * 1000 + graceMs, tries });
  } else {
    state.awaited.delete(message.id);
    const text = `given up after ${tries} tries; the message stays in the queue`;
    problem({ place: `${place} message ${message.id}`, message: text });
  }
}

/** Others may have received it, or its redrive policy. */
const graceMs = 5000;

function isIdle(state: HandState): boolean {
  const now = state.options.clock.now();
  for (const [id, { until }] of state.awaited) if (until < now && !state.held.has(id)) state.awaited.delete(id);
  return state.held.size === 0 && state.awaited.size === 0;
}
