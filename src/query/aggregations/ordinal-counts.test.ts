import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Columns, RowBatch } from '../candidate.ts';
import type { Point } from '../lucene.ts';
import type { RowValues } from '../row-values.ts';
import type { FieldValues } from './field-values.ts';
import { makeOrdinalCounts } from './ordinal-counts.ts';

/** Columns of rows that have no value, one (its number) or several, and which of them come, in batches. */
const made = fc.record({
  values: fc.constantFrom(1, 7, 300, 3000, 70_000),
  rows: fc.array(fc.oneof({ weight: 8, arbitrary: fc.nat() }, fc.constant('none'), fc.constant('several')), {
    maxLength: 700,
    size: 'max',
  }),
  coming: fc.array(fc.boolean(), { minLength: 700, maxLength: 700, size: 'max' }),
  batch: fc.constantFrom(1, 5, 30, 700),
});

test('values are told as often as rows have them, however few or many come: in order of their numbers, each once', () => {
  fc.assert(
    fc.property(fc.array(made, { maxLength: 4 }), fc.boolean(), (all, choosy) => {
      const told: string[] = [];
      const collected: string[] = [];
      const expected: string[] = [];
      const expectedOnes: string[] = [];
      const counts = makeOrdinalCounts(
        (point, count) => told.push(`${point} ${count}`),
        ({ candidate }) => collected.push(candidate.id),
      );
      const accepts = choosy ? (point: Point) => Number(String(point).split(':')[1]) % 3 !== 0 : undefined;
      for (const [place, { values, rows, coming, batch }] of all.entries()) {
        const many = values + 1;
        const of = Uint32Array.from(rows, (row) =>
          row === 'none' ? 0 : row === 'several' ? many : 1 + (row % values),
        );
        const columns = columnsOf(place);
        const field = fieldOf(place, of, many, values);
        const chosen = [...of.keys()].filter((row) => coming[row]);
        for (let from = 0; from < chosen.length; from += batch) {
          assert.ok(counts.add(field, { columns, rows: Uint32Array.from(chosen.slice(from, from + batch)) }, accepts));
        }
        const sums = new Map<number, number>();
        for (const row of chosen) {
          const value = of[row] as number;
          if (value === many) expectedOnes.push(`${place}:${row}`);
          else if (value > 0) sums.set(value - 1, (sums.get(value - 1) ?? 0) + 1);
        }
        for (const [value, count] of [...sums].sort(([a], [b]) => a - b)) {
          if (!accepts || accepts(`${place}:${value}`)) expected.push(`${place}:${value} ${count}`);
        }
      }
      counts.flush();
      assert.deepEqual(told, expected);
      assert.deepEqual(collected, expectedOnes);
    }),
    { numRuns: 150 },
  );
});

test('columns that do not number the values are left to the caller', () => {
  const field = { byRow: () => undefined } as unknown as FieldValues;
  const counts = makeOrdinalCounts(
    () => assert.fail(),
    () => assert.fail(),
  );
  assert.equal(counts.add(field, { columns: columnsOf(0), rows: Uint32Array.of(1) }, undefined), false);
  counts.flush();
});

/** Of columns only which they are counts here, and the id of a row. */
function columnsOf(place: number): RowBatch['columns'] {
  return { candidate: (row: number) => ({ id: `${place}:${row}` }) } as unknown as Columns;
}

function fieldOf(place: number, of: Uint32Array, many: number, count: number): FieldValues {
  const ordinals = { kind: 'ordinals', of, many, count };
  const known = { ordinals, point: (ordinal: number) => `${place}:${ordinal}` } as unknown as RowValues;
  return { byRow: () => known } as unknown as FieldValues;
}
