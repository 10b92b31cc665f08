import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeProgress, grouped, newProgress } from './progress.ts';

test('whole numbers are grouped as the language has it', () => {
  for (const number of [0, 7, 999, 1000, 12_345, 999_999, 1_000_000]) {
    assert.equal(grouped(number), number.toLocaleString('en'));
  }
  fc.assert(fc.property(fc.maxSafeNat(), (number) => assert.equal(grouped(number), number.toLocaleString('en'))));
});

test('progress reads as a sentence', () => {
  const progress = {
    ...newProgress(),
    files: 1,
    records: 1200,
    events: 1180,
    duplicates: 20,
    skipped: { digest: 1234 },
  };
  assert.equal(
    describeProgress(progress),
    '1 file, 1,200 records, 1,180 new events, 20 duplicates, 1,234 skipped (digest), 0 problems',
  );
});
