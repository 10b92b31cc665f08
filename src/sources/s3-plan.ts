import type { Instant } from '../base/clock.ts';
import type { Area } from './s3-areas.ts';
import type { ListRequest } from './s3-bucket.ts';

/** One prefix that is listed again and again, and what is known of it. Polls are counted from 0. */
export interface Listing {
  readonly prefix: string;
  readonly oneLevel: boolean;
  age: 'today' | 'yesterday' | 'older' | 'undated';
  /** -Infinity: never yet. */
  lastPoll: number;
  lastWholePoll: number;
  /** Something new came lately. */
  liveUntil: Instant;
  pages: number;
  lastKey: string | undefined;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** CloudTrail tries a bucket that refuses it for 30 days, so files may come that late. */
const overlapDays = 30;
/** Around midnight the clocks of AWS and of this machine may see different days. */
const skewMs = 10 * minute;
/** So few recent listings may all be made at each poll: 16 cost some 0.7 $ a day at 10 s. */
const calmListings = 16;

/**
 * The listings of some areas at a time: a day's prefix each, today's to that of 30 days ago, or the area itself. Those
 * known from before keep what is known. Listings of days that fell out are gone.
 */
export function planListings(
  areas: readonly Area[],
  known: ReadonlyMap<string, Listing>,
  at: Instant,
  poll: number,
): Map<string, Listing> {
  const planned = new Map<string, Listing>();
  const plan = (prefix: string, age: Listing['age'], oneLevel: boolean): void => {
    const listing = known.get(prefix) ?? {
      prefix,
      oneLevel,
      age,
      // What is old is seen by the whole pass: its first turn comes at some poll of the first hour, not all at one.
      lastPoll: age === 'older' ? poll - ((planned.size * 12) % 355) : Number.NEGATIVE_INFINITY,
      lastWholePoll: Number.NEGATIVE_INFINITY,
      liveUntil: 0,
      pages: 1,
      lastKey: undefined,
    };
    listing.age = age;
    planned.set(prefix, listing);
  };
  for (const { prefix, use } of areas) {
    if (use === 'skipped') continue;
    if (use !== 'days') {
      plan(prefix, 'undated', use === 'level');
      continue;
    }
    for (let back = at + skewMs; back > at - overlapDays * day; back -= day)
      plan(prefix + dayPath(back), ageOf(back, at), false);
  }
  return planned;
}

/** Which listings are made at this poll. A live or small lake is listed at each; cold regions and old days less often. */
export function dueListings(
  listings: Iterable<Listing>,
  at: Instant,
  poll: number,
  pollMs: number,
): readonly Listing[] {
  const all = [...listings];
  const recent = all.filter(({ age }) => age === 'today' || age === 'yesterday').length;
  const crowd = Math.min(10, Math.max(1, recent / 100));
  const every = (listing: Listing): number => {
    if (listing.age === 'older') return Math.ceil((60 * minute) / pollMs);
    // A layout without days must be listed whole: the larger, the less often.
    if (listing.age === 'undated') return Math.min(360, Math.ceil(listing.pages / 2));
    if (recent <= calmListings || listing.liveUntil > at) return 1;
    return Math.ceil((listing.age === 'today' ? 3 : 6) * crowd);
  };
  return all.filter((listing) => poll - listing.lastPoll >= every(listing));
}

/**
 * What to ask for. A day of many pages is listed from two hours back (names hold the minute of delivery), and whole every
 * five minutes, because a late file may carry an early minute.
 */
export function requestFor(
  listing: Listing,
  at: Instant,
  poll: number,
  pollMs: number,
): { request: ListRequest; whole: boolean } {
  const { prefix, oneLevel, pages, lastKey } = listing;
  const head = /^(.*_)\d{8}T\d{4}Z_[^/]*$/s.exec(lastKey ?? '')?.[1];
  const wholeEvery = Math.ceil((5 * minute) / pollMs);
  if (pages <= 1 || head === undefined || listing.age === 'undated' || poll - listing.lastWholePoll >= wholeEvery) {
    return { request: { prefix, oneLevel }, whole: true };
  }
  const stamp = new Date(at - 120 * minute).toISOString().slice(0, 16).replace(/[-:]/g, '');
  return { request: { prefix, oneLevel, after: `${head}${stamp}` }, whole: false };
}

function ageOf(of: Instant, at: Instant): 'today' | 'yesterday' | 'older' {
  // For an hour after midnight the day before is as live as the new one.
  if (dayPath(of) >= dayPath(at - 60 * minute)) return 'today';
  return dayPath(of) >= dayPath(at - day) ? 'yesterday' : 'older';
}

function dayPath(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
}
