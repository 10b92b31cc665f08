import type { Instant } from '../base/clock.ts';
import { type Compiled, compileMonitor } from './compiled.ts';
import type { Cursor } from './cursor.ts';
import type { Monitor } from './monitor.ts';
import type { Memo } from './run.ts';
import { nextFire } from './schedule.ts';

/** A saved monitor in memory: what is stored of it, and where it stands in its schedule. Changed only by this room. */
export interface Watch {
  readonly id: string;
  monitor: Monitor;
  compiled: Compiled;
  version: number;
  seqNo: number;
  cursor: Cursor;
  /** What the store holds of it: where nothing matched, it may be behind. */
  storedCursor: Cursor;
  /** The next fire time of the schedule; undefined while disabled, or when there is none. */
  nextFire: Instant | undefined;
  /** When a matching document woke it; undefined when none is pending. */
  markedAt: Instant | undefined;
  /** A marked run waits until then: after a run, some multiple of the run's duration. */
  restUntil: Instant;
  /** The run under way. */
  running: Promise<void> | undefined;
  lastExecution: Instant | undefined;
  /** A matching document came since its question was asked last. */
  woken: boolean;
  memo: Memo | undefined;
  /** Gone from the store: a run that still holds it must not write. */
  removed: boolean;
  /** The end of the line for the monitor's lock. */
  tail: Promise<unknown>;
}

export interface Saved {
  readonly id: string;
  readonly monitor: Monitor;
  readonly version: number;
  readonly seqNo: number;
}

export function newWatch({ id, monitor, version, seqNo }: Saved, cursor: Cursor, now: Instant): Watch {
  return {
    id,
    monitor,
    compiled: compileMonitor(monitor),
    version,
    seqNo,
    cursor,
    storedCursor: cursor,
    nextFire: firstFire(monitor, now),
    markedAt: undefined,
    restUntil: 0,
    running: undefined,
    lastExecution: undefined,
    woken: true,
    memo: undefined,
    removed: false,
    tail: Promise.resolve(),
  };
}

/** Takes over a new version of the monitor. The schedule goes on where it was unless it changed. */
export function updateWatch(watch: Watch, { monitor, version, seqNo }: Saved, cursor: Cursor, now: Instant): void {
  const sameTimes =
    monitor.enabled === watch.monitor.enabled &&
    monitor.enabledTime === watch.monitor.enabledTime &&
    JSON.stringify(monitor.schedule) === JSON.stringify(watch.monitor.schedule);
  watch.monitor = monitor;
  watch.compiled = compileMonitor(monitor);
  watch.version = version;
  watch.seqNo = seqNo;
  watch.cursor = cursor;
  watch.storedCursor = cursor;
  if (!sameTimes) watch.nextFire = firstFire(monitor, now);
  if (!monitor.enabled) watch.markedAt = undefined;
}

/** Runs that were missed are not made up for: the next one is the first after now. */
export function firstFire(monitor: Monitor, now: Instant): Instant | undefined {
  return monitor.enabled ? nextFire(monitor.schedule, monitor.enabledTime ?? now, now) : undefined;
}

/** One after the other for one monitor: judging a run, acknowledging, updating and deleting see each other's results. */
export function locked<T>(watch: Watch, work: () => Promise<T>): Promise<T> {
  const turn = watch.tail.then(work, work);
  watch.tail = turn.catch(() => undefined);
  return turn;
}
