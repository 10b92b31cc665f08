import { limits } from '../base/limits.ts';
import { pauseBefore } from '../base/retry.ts';
import type { Area } from './s3-areas.ts';
import type { Lake } from './s3-lake.ts';
import { dueListings, type Listing, planListings, requestFor } from './s3-plan.ts';

const defaultPollMs = 10_000;
const wholePassMs = 24 * 60 * 60_000;
const liveMs = 15 * 60_000;

/**
 * Watches a bucket until the signal aborts. Two tasks feed one outbox: one lists the recent days again and again, so that
 * what is new need not wait for an archive; the other passes over everything, at the start and once a day, which also
 * finds what lies outside the days. A listing that fails is a problem, told once, and is made again with back-off.
 */
export async function watchBucket(lake: Lake, signal: AbortSignal): Promise<void> {
  await Promise.all([pollRecent(lake, signal), keepPassing(lake, signal)]);
}

async function keepPassing(lake: Lake, signal: AbortSignal): Promise<void> {
  const { clock } = lake.options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await lake.pass(signal);
      failures = 0;
      lake.recovered('');
    } catch (error) {
      lake.complain('', error);
      failures += 1;
    }
    await clock.sleep(failures === 0 ? wholePassMs : backOff(lake, failures), signal);
  }
}

async function pollRecent(lake: Lake, signal: AbortSignal): Promise<void> {
  const { clock } = lake.options;
  const pollMs = pollMsOf(lake);
  let areas: readonly Area[] = [];
  let listings = new Map<string, Listing>();
  let failures = 0;
  let searchedAt = Number.NEGATIVE_INFINITY;
  for (let poll = 0; !signal.aborted; poll++) {
    try {
      // The search costs a request an account and more: about as many polls apart as there are areas to ten.
      if (poll - searchedAt >= Math.ceil(areas.length / 20)) {
        areas = await lake.areas(signal);
        searchedAt = poll;
      }
      listings = planListings(areas, listings, clock.now(), poll);
      const failed = await listAll(lake, dueListings(listings.values(), clock.now(), poll, pollMs), poll, signal);
      failures = failed ? failures + 1 : 0;
      if (!failed) lake.recovered('');
    } catch (error) {
      lake.complain('', error);
      failures += 1;
    }
    await clock.sleep(failures === 0 ? pollMs : backOff(lake, failures), signal);
  }
}

/** Makes the listings, some at a time; one that fails costs only itself. True when one failed. */
async function listAll(lake: Lake, due: readonly Listing[], poll: number, signal: AbortSignal): Promise<boolean> {
  const left = [...due];
  let failed = false;
  const work = async (): Promise<void> => {
    for (let listing = left.shift(); listing && !signal.aborted; listing = left.shift()) {
      try {
        await listOne(lake, listing, poll, signal);
        lake.recovered(listing.prefix);
      } catch (error) {
        lake.complain(listing.prefix, error);
        failed = true;
      }
    }
  };
  await Promise.all(Array.from({ length: limits.s3ListingsMax }, work));
  return failed;
}

async function listOne(lake: Lake, listing: Listing, poll: number, signal: AbortSignal): Promise<void> {
  const { clock } = lake.options;
  const { request, whole } = requestFor(listing, clock.now(), poll, pollMsOf(lake));
  const listed = await lake.offerListed(request, signal);
  listing.lastPoll = poll;
  if (listed.fresh > 0) listing.liveUntil = clock.now() + liveMs;
  if (listed.lastKey !== undefined) listing.lastKey = listed.lastKey;
  if (!whole) return;
  listing.lastWholePoll = poll;
  listing.pages = listed.pages;
}

function pollMsOf(lake: Lake): number {
  return lake.options.pollMs ?? defaultPollMs;
}

function backOff(lake: Lake, failures: number): number {
  return pauseBefore(failures, { firstPauseMs: pollMsOf(lake), maxPauseMs: 300_000 });
}
