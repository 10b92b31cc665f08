import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addGrams, gramRows, makeGrams } from './grams.ts';
import { countRows, hasRow } from './rows.ts';

test('a value is among the rows that may hold any part of it, in either case', () => {
  const char = fc.constantFrom(...'aBcXyZ019-./:+=_ éK\u212a'.split(''));
  const text = fc.array(char, { maxLength: 30 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 20 }),
      fc.nat(19),
      fc.nat(20),
      fc.nat(20),
      (values, at, from, length) => {
        const grams = makeGrams();
        for (const [row, value] of values.entries()) addGrams(grams, row * 130, value);
        const row = at % values.length;
        const part = (values[row] ?? '').slice(from, from + length);
        const ascii = (change: (letter: string) => string): string => part.replace(/[A-Za-z]/g, change);
        for (const asked of [part, ascii((one) => one.toUpperCase()), ascii((one) => one.toLowerCase())]) {
          const rows = gramRows(grams, [['nowhere', asked]]);
          assert.ok(!rows || hasRow(rows, row * 130), `${JSON.stringify(asked)} of ${JSON.stringify(values[row])}`);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('groups without the letters are left out; ids are not asked for here', () => {
  const grams = makeGrams();
  addGrams(grams, 5, 'logs/backup-2024.gz');
  addGrams(grams, 300, 'snapshot');
  addGrams(grams, 600, '7ba2d9db-a8c7-4f13');
  assert.equal(countRows(gramRows(grams, [['BackUp']]) ?? makeGrams().odd), 128);
  assert.equal(countRows(gramRows(grams, [['backup'], ['snapshot']]) ?? makeGrams().odd), 0);
  assert.equal(countRows(gramRows(grams, [['backup', 'snapshot']]) ?? makeGrams().odd), 256);
  assert.equal(gramRows(grams, [['a8c7']]), undefined);
  assert.equal(gramRows(grams, [['ba']]), undefined);
  assert.equal(gramRows(grams, []), undefined);
});
