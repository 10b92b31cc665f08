import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Columns } from '../candidate.ts';
import type { Ordinals } from '../columns.ts';
import { madeHashedRows } from '../hashed-rows.suite.ts';
import type { Point } from '../lucene.ts';
import { parseMapping } from '../mapping.ts';
import { comparePoints } from '../sort.ts';
import type { Bucket } from './aggregation.ts';
import { makeBudget } from './budget.ts';
import type { FieldValues } from './field-values.ts';
import { makeRareRows } from './rare-rows.ts';
import { settleRare } from './rare-terms.ts';

/** What is left to do when all matches have come never holds others up: work is counted between two stops, not time. */
test('settling stops after every document that it reads, and after every chunk', () => {
  const size = 4000;
  const chunks = 6;
  let readSince = 0;
  let most = 0;
  let reads = 0;
  const rare = makeRareRows(makeBudget(), false, () => {});
  const place = { mapping: parseMapping({}), nested: undefined, at: 0 };
  for (let chunk = 0; chunk < chunks; chunk++) {
    // Places are not known, and many come as often: names of all have to be read.
    const text = (row: number): string => `v${(chunk * size + row) % 9000}`;
    const { values, columns } = chunkOf(size, text, () => {
      readSince++;
      reads++;
    });
    rare.take(values, { columns, rows: Uint32Array.from({ length: size }, (_, row) => row) }, place);
  }
  const buckets = new Map<Point, Bucket>();
  const compare = (a: { key: Point; bucket: Bucket }, b: { key: Point; bucket: Bucket }): number =>
    b.bucket.count - a.bucket.count || comparePoints(a.key, b.key);
  const wanted = { size: 10, least: 1, rank: { by: 'count', backwards: false } as const, compare };
  const steps = settleRare(
    rare,
    buckets,
    wanted,
    () => ({ count: 0, tallies: [] }),
    () => {},
  );
  let stops = 0;
  for (;;) {
    const step = steps.next();
    most = Math.max(most, readSince);
    readSince = 0;
    stops++;
    if (step.done) {
      assert.equal(step.value, chunks * size - [...buckets.values()].reduce((sum, { count }) => sum + count, 0));
      break;
    }
  }
  assert.ok(reads > size, `${reads} documents were read`);
  assert.ok(most <= 1, `${most} documents between two stops`);
  assert.ok(stops > reads, `${stops} stops`);
});

function chunkOf(
  size: number,
  text: (row: number) => string,
  read: () => void,
): { values: FieldValues; columns: Columns } {
  const of = new Uint32Array(size);
  for (let row = 0; row < size; row++) of[row] = Number(text(row).slice(1)) + 1;
  const hashed = madeHashedRows({ of, places: undefined, hash: (value) => Number(value.slice(1)) + 1 });
  const ordinals: Ordinals = {
    kind: 'ordinals',
    of: new Uint32Array(size).fill(7),
    many: 7,
    count: 0,
    leaf: () => '',
    several: () => undefined,
  };
  const columns: Columns = {
    column: () => undefined,
    verdicts: () => () => undefined,
    candidate: (row) => ({ index: 'i', id: String(row), version: 1, seqNo: row, source: {}, row }),
  };
  const values: FieldValues = {
    kind: 'term',
    read: ({ candidate }) => {
      read();
      return [text(candidate.row ?? 0)];
    },
    byRow: () => ({
      read: () => undefined,
      ordinals,
      point: () => undefined,
      instants: undefined,
      hashed: () => hashed,
    }),
    show: { key: (value) => value, text: () => undefined, parse: String },
  };
  return { values, columns };
}
