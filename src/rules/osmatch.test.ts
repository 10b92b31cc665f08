import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileOsMatch } from './osmatch.ts';

/** pattern, texts that match, texts that do not: specs/wazuh.md §7.1. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['aws', ['aws', 'laWs'], ['aw']],
  ['^aws', ['AWS-x'], ['xaws']],
  ['aws$', ['xaws'], ['awsx']],
  ['^aws$', ['aws'], ['awsx']],
  ['a|b', ['xa', 'b'], ['c']],
  ['a|^b$', ['b'], ['cb']],
  ['a|', ['', 'z'], []],
  ['^', ['z', ''], []],
  ['$', ['z', ''], []],
  ['^$', [''], ['z']],
  ['', ['', 'z'], []],
  ['!a', ['b', ''], ['a', 'xa']],
  ['!a|b', ['c'], ['a', 'b']],
  ['a.b*c+', ['a.b*c+'], ['axbc']],
  ['a\\|b', ['a\\', 'b'], ['a']],
  ['k', ['K'], ['\u212a']],
];

for (const [pattern, yes, no] of cases) {
  test(`osmatch ${JSON.stringify(pattern)}`, () => {
    const matches = compileOsMatch(pattern);
    for (const text of yes) assert.equal(matches(text), true, `matches ${JSON.stringify(text)}`);
    for (const text of no) assert.equal(matches(text), false, `does not match ${JSON.stringify(text)}`);
  });
}
