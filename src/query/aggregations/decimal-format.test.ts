import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimalFormat } from './decimal-format.ts';

/** As a real 2.19.4 showed them in `key_as_string`. */
const cases: readonly (readonly [string, number | bigint, string])[] = [
  ['0.0', 9007199254740992, '9007199254740992.0'],
  ['0.00', 3.1379, '3.14'],
  ['0.00', -2.5, '-2.50'],
  ['#,##0.00', 27021597764223932, '27,021,597,764,223,932.00'],
  ['000.#', 7, '007'],
  ['000.#', 0.5, '000.5'],
  ['$0.00 USD', -2.5, '-$2.50 USD'],
  ['0%', 3.1379, '314%'],
  ['yyyy', 9007199254740993n, 'yyyy9007199254740993'],
  ['yyyy', -3, '-yyyy3'],
  ['yyyy', 1.5, 'yyyy2'],
  ['0.0E0', 7, '7.0E0'],
  ['0', 2.5, '2'],
  ['0', 3.5, '4'],
];

test('numbers in the patterns of Java', () => {
  for (const [pattern, value, text] of cases) assert.equal(decimalFormat(pattern)(value), text, pattern);
});
