import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Problem } from '../base/problem.ts';
import type { Store } from '../store/store.ts';
import { openLedger, type SharedLedger } from './ledger.ts';
import { type Members, type MembersParts, openMembers } from './members.ts';
import type { RuleBook } from './rule-book.ts';

export interface SharedReadingParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Missing where the store is this process's alone. */
  readonly self: MembersParts['self'] | undefined;
  readonly rules: Pick<RuleBook, 'remembering'>;
  readonly log: Log;
  readonly problem: (problem: Problem) => void;
}

/** What readings need to know of what was read, by this process and by others. */
export function openSharedReading({ store, clock, self, rules, log, problem }: SharedReadingParts): {
  readonly ledger: Promise<SharedLedger>;
  readonly sharing: Members | undefined;
} {
  const ledger = openLedger(store, clock);
  // Whoever reads a source hears of a failure; without a source nobody needs it.
  ledger.catch(() => {});
  const catchUp = async (): Promise<void> => (await ledger).catchUp();
  const ids = rules.remembering();
  if (self && ids.length > 0) log.info(oneReader(ids));
  const remembers = (): boolean => rules.remembering().length > 0;
  return { ledger, sharing: self && openMembers({ store, clock, self, remembers, catchUp, problem }) };
}

function oneReader(ids: readonly string[]): string {
  const some = ids.slice(0, 5).join(', ');
  const which = `${ids.length} rule${ids.length === 1 ? '' : 's'} (${some}${ids.length > 5 ? ', …' : ''})`;
  return `${which} look at earlier events: of several processes on this cluster one reads each lake, the others stand by`;
}
