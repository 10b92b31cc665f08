import type { Clock, Instant } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Period } from './compiled.ts';
import type { Order } from './run.ts';
import { nextFire, periodStart } from './schedule.ts';
import { firstFire, type Watch } from './watch.ts';

/** Runs monitors when their time has come or a document woke them; never one twice at a time. */
export interface Scheduler {
  /** A document matched: run soon. At most one mark is pending for each monitor. */
  mark(watch: Watch): void;
  /** Something about the schedule changed: look again. */
  wake(): void;
  /** Runs until the signal aborts; runs under way are given up then: they are repeated by the next start. */
  run(signal: AbortSignal): Promise<void>;
  /** Runs what is marked, without waiting for its time, until nothing is marked or running. */
  settled(): Promise<void>;
  /** Resolves when no run is under way; starts none. */
  idle(): Promise<void>;
  readonly counts: { runs: number; failures: number };
}

export interface SchedulerPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a marked run waits for further documents; limits.markDelayMs unless told. */
  readonly markDelayMs?: number;
  /** How many times its last run's duration a marked monitor rests; limits.markRestFactor unless told. */
  readonly markRestFactor?: number;
  watches(): Iterable<Watch>;
  /** Rejects, with nothing stored, when the signal aborted before the run was judged. */
  execute(watch: Watch, order: Order, signal: AbortSignal): Promise<unknown>;
}

/** However long nothing is due, the clock is looked at again: it may have been set, or the machine slept. */
const sleepMaxMs = 30_000;

export function createScheduler({
  clock,
  log,
  markDelayMs = limits.markDelayMs,
  markRestFactor = limits.markRestFactor,
  watches,
  execute,
}: SchedulerPorts): Scheduler {
  const counts = { runs: 0, failures: 0 };
  let alarm = new AbortController();
  let looked: Instant = 0;

  const starter = createStarter({ clock, log, execute, markRestFactor }, counts, () => alarm.abort());

  /** Starts what is due; answers when to look again. */
  const turn = (): Instant => {
    const now = clock.now();
    // The clock was set back: fire times worked out before would mean silence until then.
    if (now < looked) for (const watch of watches()) watch.nextFire = firstFire(watch.monitor, now);
    looked = now;
    let next = now + sleepMaxMs;
    for (const watch of watches()) {
      const due = dueOf(watch, markDelayMs);
      if (due === undefined || watch.running) continue;
      if (due > now) next = Math.min(next, due);
      else if (starter.free()) starter.start(watch, orderOf(watch, now));
    }
    return next;
  };

  const idle = async (): Promise<void> => {
    await Promise.all([...watches()].map((watch) => watch.running));
  };

  /** Starts what is marked, due or not; true while something runs. */
  const startMarked = (): boolean => {
    let busy = false;
    for (const watch of watches()) {
      const wanted = watch.markedAt !== undefined && watch.monitor.enabled && !watch.running;
      if (wanted && starter.free()) starter.start(watch, markedOrder(watch, clock.now()));
      if (watch.running) busy = true;
    }
    return busy;
  };

  return {
    counts,
    mark(watch) {
      if (!watch.monitor.enabled || watch.removed) return;
      watch.markedAt ??= clock.now();
      alarm.abort();
    },
    wake: () => alarm.abort(),
    async run(signal) {
      signal.addEventListener('abort', starter.giveUp);
      while (!signal.aborted) {
        alarm = new AbortController();
        const next = turn();
        await clock.sleep(next - clock.now(), alarm.signal);
      }
      signal.removeEventListener('abort', starter.giveUp);
      await idle();
    },
    idle,
    settled: async () => {
      while (startMarked()) await idle();
    },
  };
}

/** Starts runs, at most limits.monitorRunsMax at a time; `ended` is told when one is over, and when all are given up. */
function createStarter(
  {
    clock,
    log,
    execute,
    markRestFactor,
  }: Pick<SchedulerPorts, 'clock' | 'log' | 'execute'> & { markRestFactor: number },
  counts: Scheduler['counts'],
  ended: () => void,
): { free(): boolean; start(watch: Watch, order: Order): void; giveUp(): void } {
  const running = new Set<AbortController>();
  return {
    free: () => running.size < limits.monitorRunsMax,
    start(watch, order) {
      const began = clock.now();
      const stop = new AbortController();
      running.add(stop);
      counts.runs++;
      watch.running = execute(watch, order, stop.signal)
        .catch((error) => {
          if (stop.signal.aborted) return;
          // Where an alert can tell it, it does; this is for what kept the run from storing one.
          counts.failures++;
          log.error(`monitor ${watch.monitor.name} (${watch.id}) could not run: ${reasonOf(error)}`);
        })
        .then(() => {
          const now = clock.now();
          watch.restUntil = now + markRestFactor * Math.max(0, now - began);
          watch.running = undefined;
          running.delete(stop);
          ended();
        });
    },
    giveUp() {
      for (const stop of running) stop.abort();
      ended();
    },
  };
}

/** When the monitor should run next; undefined when nothing is planned. */
function dueOf(watch: Watch, markDelayMs: number): Instant | undefined {
  if (!watch.monitor.enabled) return undefined;
  const marked = watch.markedAt === undefined ? undefined : Math.max(watch.markedAt + markDelayMs, watch.restUntil);
  if (marked === undefined) return watch.nextFire;
  return watch.nextFire === undefined ? marked : Math.min(marked, watch.nextFire);
}

/** The run that is due: the schedule's when its time has come (it also serves a mark), else the mark's. */
function orderOf(watch: Watch, now: Instant): Order {
  const { monitor } = watch;
  const fire = watch.nextFire;
  if (fire === undefined || fire > now) return markedOrder(watch, now);
  const phase = monitor.enabledTime ?? now;
  // Of fire times that were missed only the last one counts.
  let last = fire;
  let next = nextFire(monitor.schedule, phase, Math.max(fire, now));
  if (monitor.schedule.kind === 'cron') last = Math.max(fire, periodStart(monitor.schedule, now + 1));
  else if (next !== undefined) last = Math.max(fire, periodStart(monitor.schedule, next));
  if (next !== undefined && next <= now) next = nextFire(monitor.schedule, phase, now + 1);
  watch.nextFire = next;
  watch.markedAt = undefined;
  return { kind: 'scheduled', period: periodOf(watch, last), dryRun: false };
}

/** A marked run ends its period now; the schedule goes on as if it had not been. */
function markedOrder(watch: Watch, now: Instant): Order {
  watch.markedAt = undefined;
  return { kind: 'marked', period: periodOf(watch, now), dryRun: false };
}

export function periodOf(watch: Pick<Watch, 'monitor'>, end: Instant): Period {
  return { start: periodStart(watch.monitor.schedule, end), end };
}
