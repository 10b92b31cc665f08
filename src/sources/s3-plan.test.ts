import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Area } from './s3-areas.ts';
import { dueListings, type Listing, planListings, requestFor } from './s3-plan.ts';

const minute = 60_000;
const regions = (count: number): Area[] =>
  Array.from({ length: count }, (_, index) => ({ prefix: `AWSLogs/1/CloudTrail/r${index}/`, use: 'days' as const }));

/** Polls for a while; prefix → how often it was listed. */
function poll(areas: readonly Area[], from: number, forMs: number, pollMs = 10_000): Map<string, number> {
  const counts = new Map<string, number>();
  let listings = new Map<string, Listing>();
  for (let number = 0; number * pollMs < forMs; number++) {
    const at = from + number * pollMs;
    listings = planListings(areas, listings, at, number);
    for (const listing of dueListings(listings.values(), at, number, pollMs)) {
      listing.lastPoll = number;
      counts.set(listing.prefix, (counts.get(listing.prefix) ?? 0) + 1);
    }
  }
  return counts;
}

test('a small lake: today and yesterday at each poll, each of 30 older days once an hour', () => {
  const counts = poll(regions(2), Date.UTC(2026, 2, 10, 12), 60 * minute);
  assert.equal(counts.get('AWSLogs/1/CloudTrail/r0/2026/03/10/'), 360);
  assert.equal(counts.get('AWSLogs/1/CloudTrail/r1/2026/03/09/'), 360);
  assert.equal(counts.size, 2 * 31);
  for (const [prefix, count] of counts) assert.ok(count >= 1, prefix);
  assert.equal(counts.get('AWSLogs/1/CloudTrail/r0/2026/02/09/'), 1);
});

test('around midnight the new day is looked at before it begins, the old one stays live for an hour', () => {
  const counts = poll(regions(1), Date.UTC(2026, 11, 31, 23, 51), minute);
  assert.equal(counts.get('AWSLogs/1/CloudTrail/r0/2027/01/01/'), 6);
  assert.equal(counts.get('AWSLogs/1/CloudTrail/r0/2026/12/31/'), 6);
});

test('a large lake: no day waits longer than ten minutes, and requests stay bounded', () => {
  const lake = regions(1700);
  const counts = poll(lake, Date.UTC(2026, 2, 10, 12), 20 * minute);
  for (const { prefix } of lake) {
    assert.ok((counts.get(`${prefix}2026/03/10/`) ?? 0) >= 4, `${prefix} today`);
    assert.ok((counts.get(`${prefix}2026/03/09/`) ?? 0) >= 2, `${prefix} yesterday`);
  }
  const requests = [...counts]
    .filter(([prefix]) => /03\/(10|09)/.test(prefix))
    .reduce((sum, [, count]) => sum + count, 0);
  assert.ok(requests < 17_000, `${requests} requests in 20 minutes`);
});

test('a day of many pages is listed from two hours back, and whole every five minutes for late files', () => {
  const at = Date.UTC(2026, 2, 10, 12, 30);
  const prefix = 'AWSLogs/1/CloudTrail/r/2026/03/10/';
  const listing: Listing = {
    prefix,
    oneLevel: false,
    age: 'today',
    lastPoll: 9,
    lastWholePoll: 9,
    liveUntil: 0,
    pages: 12,
    lastKey: `${prefix}1_CloudTrail_r_20260310T1229Z_aaaaaaaaaaaaaaaa.json.gz`,
  };
  const after = `${prefix}1_CloudTrail_r_20260310T1030`;
  assert.deepEqual(requestFor(listing, at, 10, 10_000), { request: { prefix, oneLevel: false, after }, whole: false });
  for (const change of [{ pages: 1 }, { lastKey: 'odd.json' }, { lastWholePoll: -20 }, { age: 'undated' as const }]) {
    const asked = requestFor({ ...listing, ...change }, at, 10, 10_000);
    assert.deepEqual(asked, { request: { prefix, oneLevel: false }, whole: true });
  }
});
