import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFileParts } from './file-parts.ts';
import { makePageCache, openPagedFile, type PagedFile, SegmentDamage } from './paged-file.ts';
import { finish } from './steps.ts';
import {
  eachRowOfValues,
  eachValue,
  type TableValue,
  textReader,
  type ValueTable,
  valueAt,
  writeTable,
} from './value-table.ts';

/** Lists, runs, bits, and rows that stand twice; in the table and beside it. */
const rows = fc.oneof(
  fc.array(fc.nat(65_535), { minLength: 1, maxLength: 3 }),
  fc.array(fc.nat(400), { minLength: 1, maxLength: 150 }),
  fc.nat(60_000).map((from) => Array.from({ length: 500 }, (_, at) => from + at)),
  fc.uniqueArray(fc.nat(900), { minLength: 200, maxLength: 500 }),
);
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 4 }), fc.constant('€'));
const tables = fc.uniqueArray(fc.record({ text, rows, flag: fc.boolean() }), {
  selector: (value) => value.text,
  maxLength: 60,
});

test('rows of all values, and texts by place in any order, are those that were written', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-table-'));
  try {
    fc.assert(
      fc.property(tables, fc.array(fc.nat(59), { maxLength: 40 }), (made, places) => {
        const values = made
          .map((value) => ({ ...value, rows: Uint16Array.from(value.rows).sort() }))
          .sort((a, b) => (a.text < b.text ? -1 : 1));
        withTable(join(dir, 'file'), values, (file, table) => {
          const found: [number, number][] = [];
          eachRowOfValues(file, table, (ordinal, row) => void found.push([ordinal, row]));
          assert.deepEqual(
            found,
            values.flatMap((value, ordinal) => Array.from(value.rows, (row) => [ordinal, row])),
          );
          const inOrder: string[] = [];
          eachValue(file, table, (entry) => void inOrder.push(entry.text));
          assert.deepEqual(
            inOrder,
            values.map((value) => value.text),
          );
          const read = textReader(file, table);
          for (const place of [...places, ...values.keys()]) {
            if (place >= values.length) assert.throws(() => read(place), SegmentDamage);
            else {
              assert.equal(read(place), values[place]?.text);
              assert.equal(valueAt(file, table, place).text, values[place]?.text);
            }
          }
        });
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

function withTable(
  path: string,
  values: readonly TableValue[],
  use: (file: PagedFile, table: ValueTable) => void,
): void {
  const out = makeFileParts();
  const table = finish(writeTable(out, values));
  const { bytes, sum } = finish(out.finish());
  writeFileSync(path, bytes);
  const file = openPagedFile(path, sum, makePageCache());
  try {
    use(file, table);
  } finally {
    file.close();
  }
}
