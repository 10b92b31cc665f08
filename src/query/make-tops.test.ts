import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Columns } from './candidate.ts';
import { makeTops } from './make-tops.ts';
import { compareKey, type SortKey } from './sort.ts';
import type { SortColumn } from './sort-values.ts';

/** Of each row its value, whether that is told, and by how much its place is coarser; a second value that decides among equal ones. */
const row = fc.record({ value: fc.nat(6), known: fc.constantFrom('value', 'place', 'nothing'), second: fc.nat(3) });
const columns: Columns = {
  column: () => undefined,
  verdicts: () => () => undefined,
  candidate: () => assert.fail('no document is read'),
};

test('all that can be among the first of a sort are among the tops, and no bound is beyond its value', () => {
  const input = fc.tuple(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean());
  const property = fc.property(input, ([rows, wanted, only, backwards]) => {
    const key: SortKey = { field: 'f', order: backwards ? 'desc' : 'asc', missing: '_last' };
    const at = (n: number) => rows[n] as (typeof rows)[number];
    const column: SortColumn = {
      read: () => assert.fail('no document is read'),
      show: (value) => value,
      parse: () => null,
      byRow: () => (n) => (at(n).known === 'value' ? at(n).value : undefined),
      places: () => ({
        of: (n) => (at(n).known === 'place' ? at(n).value >> 1 : undefined),
        bound: (place) => (backwards ? undefined : place << 1),
      }),
    };
    const all = Uint32Array.from(rows, (_, n) => n);
    const tops = makeTops({ columns, rows: all }, key, column, { wanted, only });
    assert.ok(tops);
    const order = [...all].sort(
      (a, b) => compareKey(key, at(a).value, at(b).value) || (only ? 0 : at(b).second - at(a).second) || a - b,
    );
    for (const n of order.slice(0, wanted)) assert.ok(tops.rows.includes(n), `${n} of ${order}`);
    for (const [place, n] of tops.rows.entries()) {
      assert.equal(tops.places[place], n);
      const bound = tops.bounds[place];
      if (bound !== undefined) assert.ok(compareKey(key, bound, at(n).value) <= 0);
    }
    // Of equal ones the first are enough where nothing else decides.
    if (only && rows.every(({ known }) => known === 'value')) assert.ok(tops.rows.length <= wanted);
  });
  fc.assert(property, { numRuns: 3000 });
});
