import type { Clock, Instant } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import { pauseBefore } from '../base/retry.ts';
import { type Bell, openBell } from './bell.ts';
import type { Delivery, Ledger, Share, Sharing } from './source.ts';

/** A version of a file that a source found; the outbox makes it a delivery. */
export interface Found {
  readonly origin: string;
  readonly key: string;
  readonly bucket: string;
  readonly version: string;
  readonly deliveredAt: Instant;
  /** 'not-found' says that the file is gone: it is dropped instead of tried again. */
  read(): Promise<Uint8Array>;
}

/** What stands between finding files and handing them on: once per version, tried again, never too many ahead. */
export interface Outbox {
  /** Delivers the file unless this version was read before or is under way. Waits while the reader is behind. */
  offer(found: Found): Promise<void>;
  /** True when offering this version would do nothing. */
  knows(origin: string, version: string): boolean;
}

export interface OutboxOptions {
  readonly once: boolean;
  readonly ledger: Ledger;
  readonly problem: (problem: Problem) => void;
  readonly clock: Clock;
  readonly sharing?: Sharing | undefined;
  /** What all processes that can read the same files call them together; without it nothing is shared out. */
  readonly lake?: string;
  /** Files found and not yet taken by the reader; beyond it `offer` waits. */
  readonly aheadMax?: number;
}

interface Entry {
  found: Found;
  tries: number;
  /** A newer version that was found while this one was under way: delivered after it. */
  next: Found | undefined;
  /** When a file to be tried again is due. */
  due: Instant | undefined;
  foundAt: Instant;
}

/**
 * Runs `find`, which offers what it finds, and yields the deliveries. Ends when the signal aborts or the reader leaves
 * (`find` is then told by its signal), or when `find` is through and every delivery was settled (ack, 'malformed', or
 * given up after limits.deliveryTriesMax tries). What `find` throws is thrown after what it had offered is taken.
 */
export async function* deliverFound(
  options: OutboxOptions,
  signal: AbortSignal,
  find: (outbox: Outbox, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Delivery> {
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const share = options.lake === undefined ? undefined : await options.sharing?.join(options.lake);
  const outbox = openOutbox(options, share, stopped);
  const finding = find(outbox, stopped).then(
    () => outbox.finish(undefined),
    (error: unknown) => outbox.finish({ error }),
  );
  try {
    for (let delivery = await outbox.take(); delivery; delivery = await outbox.take()) yield delivery;
  } finally {
    stop.abort();
    await finding;
    share?.leave();
  }
}

interface Box {
  readonly options: OutboxOptions;
  readonly signal: AbortSignal;
  /** By origin: what is ready, under way or to be tried again. */
  readonly entries: Map<string, Entry>;
  readonly ready: Entry[];
  readonly waiting: Set<Entry>;
  readonly share: Share | undefined;
  /** Left to other processes, until the ledger knows them or it is this one's turn. */
  readonly left: Set<Entry>;
  leftLookedAt: Instant;
  readonly arrived: Bell;
  readonly taken: Bell;
  finished: { readonly failure: { readonly error: unknown } | undefined } | undefined;
}

interface OpenOutbox extends Outbox {
  finish(failure: { readonly error: unknown } | undefined): void;
  /** The next delivery; undefined at the end. */
  take(): Promise<Delivery | undefined>;
}

function openOutbox(options: OutboxOptions, share: Share | undefined, signal: AbortSignal): OpenOutbox {
  const box: Box = {
    options,
    signal,
    entries: new Map(),
    ready: [],
    waiting: new Set(),
    share,
    left: new Set(),
    leftLookedAt: Number.NEGATIVE_INFINITY,
    arrived: openBell(),
    taken: openBell(),
    finished: undefined,
  };
  signal.addEventListener('abort', () => {
    box.arrived.ring();
    box.taken.ring();
  });
  return {
    knows(origin, version) {
      const entry = box.entries.get(origin);
      if (entry) return entry.found.version === version || entry.next?.version === version;
      return options.ledger.has(origin, version);
    },
    offer: (found) => offer(box, found),
    take: () => take(box),
    finish(failure) {
      box.finished = { failure };
      box.arrived.ring();
    },
  };
}

async function offer(box: Box, found: Found): Promise<void> {
  const { ledger, aheadMax = limits.deliveriesAheadMax } = box.options;
  const behind = (): boolean => box.ready.length >= aheadMax || box.left.size >= limits.filesLeftMax;
  while (behind() && !box.signal.aborted) await box.taken.wait();
  const entry = box.entries.get(found.origin);
  if (entry?.found.version === found.version) entry.next = undefined;
  else if (ledger.has(found.origin, found.version)) return;
  else if (entry && box.left.has(entry)) entry.found = found;
  else if (entry) entry.next = found;
  else {
    const fresh: Entry = { found, tries: 0, next: undefined, due: undefined, foundAt: box.options.clock.now() };
    box.entries.set(found.origin, fresh);
    place(box, fresh);
  }
}

async function take(box: Box): Promise<Delivery | undefined> {
  const { ledger, clock } = box.options;
  while (!box.signal.aborted) {
    let soonest = Number.POSITIVE_INFINITY;
    for (const entry of box.waiting) {
      if (entry.due !== undefined && entry.due <= clock.now()) post(box, entry);
      else soonest = Math.min(soonest, entry.due ?? soonest);
    }
    lookAtLeft(box);
    const entry = box.ready.shift();
    if (entry) {
      box.taken.ring();
      if (isOthers(box, entry)) continue;
      return makeDelivery(entry.found, ledger, {
        settled: () => drop(box, entry),
        tryAgain: (gone) => tryAgain(box, entry, gone),
      });
    }
    if (box.finished?.failure) throw box.finished.failure.error;
    if (box.finished && box.entries.size === 0) return undefined;
    if (box.left.size > 0) soonest = Math.min(soonest, clock.now() + limits.filesLeftLookMs);
    await (soonest < Number.POSITIVE_INFINITY ? box.arrived.wait(clock, soonest - clock.now()) : box.arrived.wait());
  }
  return undefined;
}

/** A file that is another process's is left to it for now. */
function place(box: Box, entry: Entry): void {
  if ((box.share?.leaveMs(entry.found.origin) ?? 0) > 0) {
    box.left.add(entry);
    box.arrived.ring();
  } else {
    post(box, entry);
  }
}

/** What others read meanwhile is done; what they left too long, or what became this process's, is delivered. */
function lookAtLeft(box: Box): void {
  const { ledger, clock } = box.options;
  const now = clock.now();
  if (box.left.size === 0 || now - box.leftLookedAt < limits.filesLeftLookMs) return;
  box.leftLookedAt = now;
  for (const entry of box.left) {
    const { origin, version } = entry.found;
    const read = ledger.has(origin, version);
    if (!read && now - entry.foundAt < (box.share?.leaveMs(origin) ?? 0)) continue;
    box.left.delete(entry);
    if (read) drop(box, entry);
    else post(box, entry);
  }
  box.taken.ring();
}

/** While it waited here, others may have come whose it is, or read it. */
function isOthers(box: Box, entry: Entry): boolean {
  const { ledger, clock } = box.options;
  const { origin, version } = entry.found;
  if (!box.share || entry.tries > 0) return false;
  const read = ledger.has(origin, version);
  const waits = clock.now() - entry.foundAt < box.share.leaveMs(origin);
  if (read) drop(box, entry);
  else if (waits) box.left.add(entry);
  return read || waits;
}

function post(box: Box, entry: Entry): void {
  box.waiting.delete(entry);
  entry.due = undefined;
  box.ready.push(entry);
  box.arrived.ring();
}

/** The version is settled: the newer one takes its place, if there is one. */
function drop(box: Box, entry: Entry): void {
  if (entry.next && !box.options.ledger.has(entry.next.origin, entry.next.version)) {
    Object.assign(entry, { found: entry.next, next: undefined, tries: 0, foundAt: box.options.clock.now() });
    place(box, entry);
  } else {
    box.entries.delete(entry.found.origin);
    box.arrived.ring();
  }
}

function tryAgain(box: Box, entry: Entry, gone: boolean): void {
  const { once, clock, problem } = box.options;
  const place = entry.found.origin;
  entry.tries += 1;
  const givenUp = once && entry.tries >= limits.deliveryTriesMax;
  if (gone) problem({ place, message: 'was gone before it could be read' });
  else if (givenUp && !entry.next) {
    problem({ place, message: `given up after ${entry.tries} tries; the next run tries it again` });
  }
  if (gone || givenUp || entry.next) drop(box, entry);
  else {
    entry.due = clock.now() + pauseBefore(entry.tries, { firstPauseMs: 1000, maxPauseMs: 60_000 });
    box.waiting.add(entry);
    box.arrived.ring();
  }
}

/** `told` hears once how it ended; `gone`: its last reading found nothing there. */
export function makeDelivery(
  found: Found,
  ledger: Ledger,
  told: { settled(): void; tryAgain(gone: boolean): void },
): Delivery {
  let state: 'open' | 'settled' = 'open';
  let gone = false;
  const record = async (): Promise<void> => {
    if (state === 'settled') return;
    state = 'settled';
    try {
      await ledger.add(found.origin, found.version);
    } catch (error) {
      // The ledger did not take it: what was read is safe, and reading it again is harmless.
      told.tryAgain(false);
      throw error;
    }
    told.settled();
  };
  return {
    origin: found.origin,
    key: found.key,
    bucket: found.bucket,
    version: found.version,
    deliveredAt: found.deliveredAt,
    async read() {
      try {
        return await found.read();
      } catch (error) {
        gone = error instanceof TrailhoundError && error.code === 'not-found';
        throw error;
      }
    },
    ack: record,
    async nack(reason) {
      if (reason === 'malformed') return record();
      if (state === 'settled') return;
      state = 'settled';
      told.tryAgain(gone);
    },
  };
}
