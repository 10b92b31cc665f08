import { type Clock, elapsedMs } from '../base/clock.ts';
import { type Document, own, text } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { parseKnownJson, writeJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Operation, OperationResult, Store } from '../store/store.ts';
import { ensureIndex, leaseIndex } from './system-index.ts';

/** Who runs the monitors of a store that several processes share. */
export interface Holder {
  /** Of this start of a process. */
  readonly id: string;
  /** Where people find it: machine, process, address. */
  readonly name: string;
}

/**
 * The right to run monitors, a document changed by compare-and-set only. It is lost when its holder stops renewing it: that is
 * seen by the others' own clocks (the document did not change for limits.leaseExpiryMs), so the machines' clocks may differ. A
 * holder trusts its right for less than that, limits.leaseTrustMs from its last renewal.
 *
 * What a holder writes is first put into the document itself, in the same compare-and-set, and then done: whoever takes over does
 * it once more before anything else. So a write of several documents is there as a whole or not at all, and one who lost the right
 * cannot begin another.
 */
export interface Lease {
  /** One look: takes what is free; what is held renews itself. Answers the term that is held, or who holds it as far as is known. */
  turn(): Promise<{ readonly term: Term } | { readonly holder: string; readonly alive: boolean }>;
  /** Gives it up, so that another need not wait. */
  release(): Promise<void>;
}

/** From taking to losing the lease. */
export interface Term {
  /** Aborts when it is lost. */
  readonly signal: AbortSignal;
  /** Writes all or, when it throws, has lost the lease: the next holder finishes what was begun. */
  write(operations: readonly Operation[]): Promise<readonly OperationResult[]>;
}

/** Under this name the document stands. */
const leaseId = 'alerting';

/** `stopwatch` measures how long something lasts: not by the time of day, which may be set. */
export function makeLease(store: Store, clock: Clock, holder: Holder, stopwatch: Stopwatch = elapsedMs): Lease {
  let held: Held | undefined;
  let seen: { readonly seqNo: number; readonly since: () => number; readonly changed: boolean } | undefined;

  const take = async (seqNo: number | undefined, before: Document | undefined): Promise<Held | undefined> => {
    const pending = text(own(before, 'pending'));
    const since = stopwatch();
    const taken = await put(store, holder, 1, pending, seqNo);
    if (taken === undefined) return undefined;
    const next = makeHeld({ store, clock, holder, stopwatch }, { seqNo: taken, beat: 1, since });
    try {
      if (pending !== undefined) await next.redo(operationsOf(pending));
    } catch (error) {
      next.lose();
      throw error;
    }
    return next;
  };
  const look = async (): Promise<Awaited<ReturnType<Lease['turn']>>> => {
    const found = await lookUp(store);
    const by = text(own(found?.source, 'holder'));
    if (found && by !== undefined && by !== holder.id) {
      if (seen?.seqNo !== found.seqNo) seen = { seqNo: found.seqNo, since: stopwatch(), changed: seen !== undefined };
      if (seen.since() < limits.leaseExpiryMs) {
        return { holder: text(own(found.source, 'name')) ?? by, alive: seen.changed };
      }
    }
    seen = undefined;
    held = await take(found?.seqNo, found?.source);
    return held ? { term: held.term } : { holder: 'another process', alive: false };
  };
  return {
    async turn() {
      if (held && !held.term.signal.aborted) return { term: held.term };
      held = undefined;
      return look();
    },
    async release() {
      await held?.release();
      held = undefined;
    },
  };
}

interface Held {
  readonly term: Term;
  redo(operations: readonly Operation[]): Promise<void>;
  release(): Promise<void>;
  lose(): void;
}

/** The document as it was written last; `since` counts from before that. */
interface Beat {
  readonly seqNo: number;
  readonly beat: number;
  readonly since: () => number;
}

type Stopwatch = typeof elapsedMs;

interface HeldParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly holder: Holder;
  readonly stopwatch: Stopwatch;
}

/** A term that has just begun. */
function makeHeld({ store, clock, holder, stopwatch }: HeldParts, first: Beat): Held {
  const ended = new AbortController();
  let at = first;
  let pending: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting: Waiting[] = [];

  const lost = (): TrailhoundError => new TrailhoundError('conflict', 'another process runs the monitors now');
  const lose = (): void => ended.abort();
  /** One after the other; each step holds the lease when it begins and when it ends, or throws. */
  const step = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(async () => {
      if (ended.signal.aborted) throw lost();
      try {
        return await work();
      } catch (error) {
        lose();
        throw error;
      }
    });
    turn = done.catch(() => undefined);
    return done;
  };
  const mark = async (next: string | undefined, name: Holder | null = holder): Promise<void> => {
    const began = stopwatch();
    const seq = await put(store, name, at.beat + 1, next, at.seqNo);
    if (seq === undefined || began() > limits.leaseTrustMs) throw lost();
    at = { seqNo: seq, beat: at.beat + 1, since: began };
    pending = next;
  };
  const redo = async (operations: readonly Operation[]): Promise<readonly OperationResult[]> => {
    const results = await store.write(operations);
    pending = undefined;
    return results;
  };
  const flush = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    const operations = group.flatMap((entry) => entry.operations);
    if (operations.length === 0) return;
    await mark(writeJson(operations));
    answer(group, await redo(operations));
  };
  void expire(() => limits.leaseTrustMs - at.since(), clock, ended);
  void repeat(() => step(() => mark(pending)), clock, ended.signal);
  return {
    lose,
    term: {
      signal: ended.signal,
      async write(operations) {
        if (operations.length === 0) return [];
        if (ended.signal.aborted) throw lost();
        const entry: Waiting = { operations, results: undefined };
        waiting.push(entry);
        await step(flush);
        if (!entry.results) throw lost();
        return entry.results;
      },
    },
    redo: (operations) => step(async () => void (await redo(operations))),
    release: () =>
      step(() => mark(pending, null))
        .catch(() => undefined)
        .finally(lose),
  };
}

/** Ends the term when nothing of its trust is left. */
async function expire(rest: () => number, clock: Clock, ended: AbortController): Promise<void> {
  while (!ended.signal.aborted) {
    const ms = rest();
    if (ms <= 0) ended.abort();
    else await clock.sleep(ms, ended.signal);
  }
}

async function repeat(renew: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(limits.leaseRenewMs, signal);
    // One that fails ends the term.
    await renew().catch(() => undefined);
  }
}

interface Waiting {
  readonly operations: readonly Operation[];
  results: readonly OperationResult[] | undefined;
}

/** Each gets the results of its own operations. */
function answer(group: readonly Waiting[], results: readonly OperationResult[]): void {
  let from = 0;
  for (const entry of group) {
    entry.results = results.slice(from, from + entry.operations.length);
    from += entry.operations.length;
  }
}

/** Writes the document where it is as expected (`undefined`: not there). Answers its new _seq_no, undefined where it is not. */
async function put(
  store: Store,
  holder: Holder | null,
  beat: number,
  pending: string | undefined,
  seqNo: number | undefined,
): Promise<number | undefined> {
  const document = {
    holder: holder?.id ?? null,
    name: holder?.name ?? null,
    beat,
    ...(pending === undefined ? {} : { pending }),
  };
  const guard = seqNo === undefined ? {} : { ifSeqNo: seqNo, ifPrimaryTerm: 1 };
  const action = seqNo === undefined ? 'create' : 'index';
  const [result] = await store.write([{ action, index: leaseIndex, id: leaseId, document, ...guard }]);
  if (!result) return undefined;
  if (!('error' in result)) return result.seqNo;
  if (result.error !== 'conflict') throw new TrailhoundError('internal', `the lease cannot be kept: ${result.reason}`);
  // The answer to the first try may have been lost on its way: then the document is as we wrote it.
  const found = holder && (await store.get(leaseIndex, leaseId));
  const same = found && own(found.source, 'holder') === holder.id && own(found.source, 'beat') === beat;
  return same ? found.seqNo : undefined;
}

async function lookUp(store: Store): ReturnType<Store['get']> {
  try {
    return await store.get(leaseIndex, leaseId);
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.code !== 'index-not-found') throw error;
    await ensureIndex(store, leaseIndex);
    return undefined;
  }
}

function operationsOf(pending: string): readonly Operation[] {
  try {
    return parseKnownJson(pending) as readonly Operation[];
  } catch (error) {
    throw new TrailhoundError('data-folder-broken', `${leaseIndex}/${leaseId} is damaged: ${reasonOf(error)}`);
  }
}
