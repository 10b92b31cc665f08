import { elapsedMs } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Notifications } from '../notify/notify.ts';
import type { Position, Store } from '../store/store.ts';
import { type Alerting, openAlerting } from './alerting.ts';
import { type ArrivalTail, openTail } from './arrival-tail.ts';
import type { Lease, Term } from './lease.ts';
import { openWatching, type Watching, type WatchingParts } from './watching.ts';

export interface SharedParts extends WatchingParts {
  readonly lease: Lease;
  /** Lets the store forget the order of what arrived before; answers how far it did. */
  forget(before: Position): Promise<Position>;
}

/**
 * For a store that several processes share. The one that holds the lease runs the monitors, over what all of them write; the
 * others answer what they read from the store, a few seconds old, and refuse changes with the holder's name.
 */
export async function openSharedWatching(parts: SharedParts): Promise<Watching> {
  const desk = await openDesk(parts);
  return {
    alerting: delegated<Alerting>(() => desk.now().alerting, { settled: () => desk.settled() }),
    notifications: delegated<Notifications>(() => desk.now().notifications),
    // Whoever holds the lease finds them in the store, those of this process too.
    stored: async () => undefined,
    run: (signal) => desk.run(signal),
    holder: () => desk.holder(),
    close: () => desk.now().close(),
  };
}

/** Which side of the desk this process sits on. */
interface Desk {
  now(): Watching;
  holder(): string;
  run(signal: AbortSignal): Promise<void>;
  settled(): Promise<void>;
}

async function openDesk(parts: SharedParts): Promise<Desk> {
  const { lease, clock, log } = parts;
  let holder = 'none yet';
  let standby = await openStandby(parts, () => holder);
  let age = elapsedMs();
  let ours: Ours | undefined;
  let decided = false;

  const end = async (): Promise<void> => {
    const was = ours;
    ours = undefined;
    was?.stop();
    await was?.done;
  };
  const look = async (): Promise<void> => {
    const found = await lease.turn();
    if ('term' in found) {
      if (ours?.term !== found.term) {
        await end();
        ours = await begin(parts, found.term);
      }
      decided = true;
      return;
    }
    holder = found.holder;
    decided ||= found.alive;
    if (ours) {
      log.warn(`this process no longer runs the monitors: ${found.holder} does`);
      await end();
    }
    if (age() < limits.standbyMs) return;
    standby = await openStandby(parts, () => holder);
    age = elapsedMs();
  };
  const keepUp = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await look();
      } catch (error) {
        log.error(`who runs the monitors could not be settled: ${reasonOf(error)}`);
      }
      await clock.sleep(limits.leaseRenewMs, signal);
    }
  };
  return {
    now: () => ours?.watching ?? standby,
    holder: () => (ours ? 'this process' : holder),
    async run(signal) {
      await keepUp(signal);
      await end();
      await lease.release();
    },
    async settled() {
      while (!decided) await clock.sleep(limits.leaseRenewMs / 10);
      await ours?.tail.caughtUp(ours.watching.alerting);
      await ours?.watching.alerting.settled();
    },
  };
}

/** Opens the books as the last holder left them, and starts. */
async function begin(parts: SharedParts, term: Term): Promise<Ours> {
  const { store, clock, log } = parts;
  const stopped = new AbortController();
  const tail = await openTail(store, clock, log);
  const watching = await openWatching({
    // The tail gathers documents, a second's at a time, and where it has come runs need not look again.
    markDelayMs: 0,
    ...parts,
    store: { ...store, write: term.write },
    markRestFactor: limits.markRestFactorShared,
    reached: tail.reached,
  });
  // What came before monitors were there to be woken: a first start reads a lake while they are being installed.
  watching.alerting.wake();
  log.info('this process runs the monitors now');
  const signal = AbortSignal.any([term.signal, stopped.signal]);
  const running = [watching.run(signal), tail.run(watching.alerting, signal), prune(parts, watching, tail, signal)];
  const done = Promise.all(running).then(
    () => undefined,
    (error) => log.error(`the monitors stopped: ${reasonOf(error)}`),
  );
  return { watching, tail, term, stop: () => stopped.abort(), done };
}

/** What arrived before the last monitor's cursor is of no use to anyone. */
async function prune(
  parts: SharedParts,
  { alerting }: Watching,
  tail: ArrivalTail,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = parts;
  for (;;) {
    await clock.sleep(limits.arrivalPruneMs, signal);
    if (signal.aborted) return;
    const counted = alerting.counted();
    try {
      const kept = await parts.forget(Math.min(tail.position(), ...counted.map(({ position }) => position)));
      const late = counted.filter(({ position }) => position < kept).map(({ name }) => name);
      if (late.length > 0)
        log.warn(`what arrived long ago is no longer counted by ${late.join(', ')}: too much came since`);
    } catch (error) {
      log.warn(`the order of arrival could not be pruned: ${reasonOf(error)}`);
    }
  }
}

/** While this process holds the lease. */
interface Ours {
  readonly watching: Watching;
  readonly tail: ArrivalTail;
  readonly term: Term;
  stop(): void;
  readonly done: Promise<void>;
}

/** Monitors and alerts as the store has them now: nothing runs, nothing is changed. */
async function openStandby(parts: SharedParts, holder: () => string): Promise<Watching> {
  const { clock, log, openNotifications } = parts;
  const refuse = async (): Promise<never> => {
    const message = `the monitors of this cluster are run by ${holder()}: make changes there`;
    throw new TrailhoundError('read-only', message, { status: 503 });
  };
  // No position: what arrived is the holder's business.
  const store: Store = { ...parts.store, write: refuse, position: async () => 0 };
  const notifications = await openNotifications(store);
  const alerting = await openAlerting({ store, clock, log, notifier: notifications });
  return {
    alerting,
    notifications,
    stored: async () => undefined,
    run: async () => undefined,
    close: () => alerting.close(),
  };
}

/** An object whose members are those of another one at the time they are asked for, but for some of its own. */
function delegated<T extends object>(now: () => T, own: Partial<T> = {}): T {
  return new Proxy({} as T, { get: (_, key) => (key in own ? Reflect.get(own, key) : Reflect.get(now(), key)) });
}
