import type { Instant } from '../base/clock.ts';
import type { Exposure } from '../exposure/exposure.ts';

/** What a door was made at a time: by the event of that id. */
export interface Known {
  readonly at: Instant;
  readonly id: string;
  readonly verdict: Exposure['verdict'];
}

/** The latest changes of one door, in the order in which they happened. */
export type History = readonly Known[];

/** Enough for files that come late: CloudTrail delivers within minutes, and a door seldom changes. */
export const changesKept = 20;

/**
 * Order is that of (eventTime, eventID), never of arrival: files come late, twice, and mixed. Ids decide within a second, so
 * that two readers of the same records agree.
 */
export function isBefore(one: Pick<Known, 'at' | 'id'>, other: Pick<Known, 'at' | 'id'>): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}

/** What the door was before a change; undefined when nothing earlier is known. */
export function before(history: History, change: Pick<Known, 'at' | 'id'>): Known | undefined {
  return history.findLast((known) => isBefore(known, change));
}

/** What it is now, as far as is known. */
export function latest(history: History): Known | undefined {
  return history.at(-1);
}

/** The history with a change in its place; the same one again changes nothing. */
export function withChange(history: History, change: Known): History {
  if (history.some(({ at, id }) => at === change.at && id === change.id)) return history;
  const place = history.findLastIndex((known) => isBefore(known, change)) + 1;
  return [...history.slice(0, place), change, ...history.slice(place)].slice(-changesKept);
}
