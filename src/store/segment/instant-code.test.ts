import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeFileParts } from './file-parts.ts';
import { readInstants, writeInstants } from './instant-code.ts';
import { makePageCache, openPagedFile } from './paged-file.ts';
import { addRow, hasRow, noRows } from './rows.ts';

test('instants read as they were written, however far apart and wherever the rows end', (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'trailhound-instants-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const far = fc.constantFrom(1, 200, 60_000, 3.6e6, 86_400_000, 365 * 86_400_000, 500 * 365 * 86_400_000);
  const made = fc.record({
    rows: fc.integer({ min: 1, max: 700 }),
    room: fc.integer({ min: 0, max: 400 }),
    span: far,
    unit: fc.constantFrom(1, 1000, 0.5),
    seed: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 }),
    gaps: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(made, ({ rows, room, span, unit, seed, gaps }) => {
      const instants = new Float64Array(rows + room).fill(Number.NaN);
      const valued = noRows();
      for (let row = 0; row < rows; row++) {
        if (gaps > 1 && row % gaps === 0) continue;
        instants[row] = 1.5e12 + Math.round(((seed[row % seed.length] as number) * span) / unit) * unit;
        addRow(valued, row);
      }
      const out = makeFileParts();
      const written = writeInstants(out, instants, rows);
      const writing = out.finish();
      let step = writing.next();
      while (!step.done) step = writing.next();
      const path = join(dir, 'file');
      writeFileSync(path, step.value.bytes);
      const file = openPagedFile(path, step.value.sum, makePageCache());
      try {
        const read = readInstants(file, written, valued, rows);
        for (let row = 0; row < rows; row++) {
          assert.equal(read[row], hasRow(valued, row) ? instants[row] : Number.NaN, `row ${row}`);
        }
      } finally {
        file.close();
      }
    }),
    { numRuns: 300 },
  );
});
