import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileOsRegex } from './osregex.ts';

function matches(pattern: string, text: string): boolean | 'too-hard' {
  const compiled = compileOsRegex(pattern);
  if (typeof compiled === 'string') assert.fail(`${pattern} ${compiled}`);
  return compiled(text);
}

/** pattern, texts that match, texts that do not: specs/wazuh.md §7.2 and its consequences. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['aws', ['aws', 'AWS', 'laws'], ['', 'aw s']],
  ['AWS', ['aws'], []],
  ['s3.amazonaws.com', ['s3.amazonaws.com', 's3.amazonaws.com.cn'], ['s3-amazonaws-com']],
  ['^s3.amazonaws.com$', ['s3.amazonaws.com'], ['s3.amazonaws.com.cn', 'xs3.amazonaws.com']],
  ['Data', ['Data'], ['Management', 'Insight', 'NetworkActivity']],
  ['get|put$', ['getobject', 'doput'], ['putobject']],
  ['a|', ['', 'x'], []],
  ['', ['', 'x'], []],
  ['^', ['', 'x'], []],
  ['$', [''], ['x', 'xy']],
  ['^$', [''], ['x']],
  ['\\.+', ['x', 'ab'], ['']],
  ['\\.*', ['x'], []],
  ['^\\d+$', ['1', '123'], ['12a', 'a12', '']],
  ['\\d+\\w', ['12a', '123'], ['a1']],
  ['\\d*\\)*', [], ['']],
  ['\\d*', ['', 'a', '1'], []],
  ['^\\w*\\s+ C', [], ['_   C']],
  ['a+', ['a+'], ['aa']],
  ['.*', ['.*'], ['aa']],
  ['[ab]', ['[ab]'], ['a']],
  ['a\\sb', ['a b'], ['a\tb']],
  ['a\\tb', ['a\tb'], ['a b']],
  ['^\\p$', ['!', '"', '.', ':', '[', '}', '?'], ['/', '@', '\\', '^', '_', '`', '~']],
  ['^\\w$', ['a', 'Z', '0', '-', '@', '_'], ['.', ' ']],
  ['^\\W$', ['.', ' '], ['-', '@']],
  ['\\(x\\)', ['(x)'], ['x']],
  ['a\\|b', ['a|b'], ['a']],
  ['a\\$', ['a$'], ['a']],
  ['\\<b>', ['<b>'], ['b>']],
  ['(a)(b)', [], ['ab']],
  ['(a)b(c)', ['abc'], ['ab']],
  ['(\\d+) x', ['12 x'], ['x']],
  ['x^y$z', ['x^y$z'], ['xyz']],
  ['caf\u00e9', ['CAF\u00e9'], ['caf\u00c9', 'cafe']],
  ['k', ['k', 'K'], ['\u212a']],
  ['^caf\\.\\.$', ['caf\u00e9'], ['cafe']],
];

for (const [pattern, yes, no] of cases) {
  test(`osregex ${JSON.stringify(pattern)}`, () => {
    for (const text of yes) assert.equal(matches(pattern, text), true, `matches ${JSON.stringify(text)}`);
    for (const text of no) assert.equal(matches(pattern, text), false, `does not match ${JSON.stringify(text)}`);
  });
}

test('what the original refuses to compile is said', () => {
  for (const [pattern, reason] of [
    ['\\x', /unknown escape \\x/],
    ['a\\', /unknown escape/],
    ['(a', /does not close/],
    ['a)', /not open/],
    ['((a))', /within a group/],
    ['a'.repeat(20_481), /longer/],
  ] as const) {
    const compiled = compileOsRegex(pattern);
    assert.equal(typeof compiled, 'string');
    assert.match(String(compiled), reason);
  }
});

test('a text that would take for ever is given up; plain text of a megabyte is not', () => {
  const long = '1'.repeat(1_000_000);
  assert.equal(matches('\\d\\d+x', `${long}y`), 'too-hard');
  assert.equal(matches('needle', `${long}needle`), true);
  assert.equal(matches('^\\d+$', long), true);
});
