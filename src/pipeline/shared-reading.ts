import type { Clock } from '../base/clock.ts';
import type { Problem } from '../base/problem.ts';
import type { Store } from '../store/store.ts';
import { openLedger, type SharedLedger } from './ledger.ts';
import { type Members, type MembersParts, openMembers } from './members.ts';

export interface SharedReadingParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Missing where the store is this process's alone. */
  readonly self: MembersParts['self'] | undefined;
  readonly problem: (problem: Problem) => void;
}

/** What readings need to know of what was read, by this process and by others. */
export function openSharedReading({ store, clock, self, problem }: SharedReadingParts): {
  readonly ledger: Promise<SharedLedger>;
  readonly sharing: Members | undefined;
} {
  const ledger = openLedger(store, clock);
  // Whoever reads a source hears of a failure; without a source nobody needs it.
  ledger.catch(() => {});
  const catchUp = async (): Promise<void> => (await ledger).catchUp();
  return { ledger, sharing: self && openMembers({ store, clock, self, catchUp, problem }) };
}
