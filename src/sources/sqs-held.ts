import type { Clock, Instant } from '../base/clock.ts';
import type { Problem } from '../base/problem.ts';
import { type Bell, openBell } from './bell.ts';
import type { Found } from './outbox.ts';
import type { Ledger } from './source.ts';
import type { Queue, QueueMessage } from './sqs-queue.ts';

export interface HandOptions {
  readonly once: boolean;
  readonly clock: Clock;
  /** The queue, for people. */
  readonly place: string;
  readonly problem: (problem: Problem) => void;
  /** The first pause before a message comes again: limits.sqsAgainFirstMs unless told. */
  readonly againMs?: number | undefined;
}

/** One message and what is still open of it. */
export interface Held {
  message: QueueMessage;
  /** Files that are not settled yet. */
  open: number;
  failed: boolean;
  /** It is to be put back: others may have it. */
  leaving: boolean;
}

/** A file of a message. Those of one origin are delivered one after the other. */
export interface Task {
  readonly held: Held;
  readonly found: Found;
  readonly ledger: Ledger;
}

/** What is in hand, and what is to be done with it. */
export interface HandState {
  readonly options: HandOptions;
  readonly queue: Queue;
  readonly held: Map<string, Held>;
  readonly tasks: Map<string, Task[]>;
  readonly ready: Task[];
  /** What the queue is still to be told. */
  readonly settled: Held[];
  readonly back: { readonly held: Held; readonly seconds: number }[];
  /** With `once`, messages that were put back: when they are no longer waited for, and how often that was. */
  readonly awaited: Map<string, { until: Instant; tries: number }>;
  readonly arrived: Bell;
  readonly changed: Bell;
  readonly unswept: Bell;
  /** Deliveries that were handed out and are not settled. */
  under: number;
  /** Files settled since it was asked: well, and not. */
  good: number;
  failing: number;
  /** Since when nothing is handed out any more. */
  stoppedAt: Instant | undefined;
  finished: { readonly failure: { readonly error: unknown } | undefined } | undefined;
}

/** Nothing in hand. */
export function newState(queue: Queue, options: HandOptions): HandState {
  return {
    options,
    queue,
    held: new Map(),
    tasks: new Map(),
    ready: [],
    settled: [],
    back: [],
    awaited: new Map(),
    arrived: openBell(),
    changed: openBell(),
    unswept: openBell(),
    under: 0,
    good: 0,
    failing: 0,
    stoppedAt: undefined,
    finished: undefined,
  };
}

/** The message is no longer in hand. */
export function forget(state: HandState, held: Held): void {
  if (state.held.get(held.message.id) === held) state.held.delete(held.message.id);
  state.arrived.ring();
  state.changed.ring();
}
