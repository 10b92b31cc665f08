import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { compilePcre } from './pcre.ts';

function matches(pattern: string, text: string): boolean | 'too-hard' {
  const compiled = compilePcre(pattern);
  if (typeof compiled === 'string') assert.fail(`${pattern} ${compiled}`);
  return compiled(text);
}

/** pattern, texts that match, texts that do not. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['', ['', 'a'], []],
  ['abc', ['abc', 'xabcx'], ['ab', 'ABC', '']],
  ['(?i)abc', ['ABC', 'xaBcx'], ['ab']],
  ['a(?i)b(?-i)c', ['abc', 'aBc'], ['Abc', 'aBC']],
  ['(?i:a)b', ['Ab'], ['AB']],
  ['a((?i)b)c', ['aBc'], ['aBC']],
  ['^Get(Object|Bucket)$', ['GetObject', 'GetBucket', 'GetObject\n'], ['GetObjects', 'xGetObject', 'GetObject\n\n']],
  ['\\AGet\\z', ['Get'], ['Get\n', 'xGet']],
  ['Get\\Z', ['Get', 'Get\n'], ['Get\n\n']],
  ['(?m)^b$', ['a\nb\nc', 'a\nb\n'], ['a\nbc']],
  ['a.c', ['abc'], ['a\nc']],
  ['(?s)a.c', ['a\nc'], []],
  ['a\\.c', ['a.c'], ['abc']],
  ['\\d{3}-\\d{2,}', ['123-45', '123-4567'], ['12-45', '123-4']],
  ['^a{2}$', ['aa'], ['a', 'aaa']],
  ['^a{,2}$', ['a{,2}'], ['aa']],
  ['[^-\\s]+x', ['ax'], ['-x', ' x']],
  ['[]a]b', [']b', 'ab'], ['b']],
  ['[a\\-z]b', ['-b', 'zb'], ['bb']],
  ['[[:digit:][:upper:]]!', ['1!', 'A!'], ['a!']],
  ['[\\w-]x', ['-x', '_x'], [' x']],
  ['\\x41\\x{42}\\103', ['ABC'], []],
  ['ab(?#twice){2}c', ['abbc'], ['abc', 'ab{2}c']],
  ['ab\\Q\\E*\\E?c', ['ac', 'abbc'], ['adc']],
  ['a*(?#more)+b', ['aab'], ['a']],
  ['(?x)a* +ab', [], ['aab']],
  ['[\\Q^]\\E-a]!', ['^!', ']!', '_!', 'a!'], ['b!', '-!', '\\!']],
  ['[\\E]a\\E-c]!', [']!', 'b!'], ['E!', '-!']],
  ['(?xx)[a b]{2} c', ['abc', 'bac'], ['a bc', ' ac']],
  ['(?i)a(?^)b', ['Ab'], ['AB']],
  ['(?s)a(?^i:B)c', ['abc', 'aBc'], ['abC']],
  ['(?n)(a)(?<q>b)\\1', ['abb'], ['aba']],
  ['(?i)^\\p{Lu}[\\p{Lu}][^\\p{Lu}]\\P{Lu}$', ['ABcd', 'AB1-'], ['aBcd', 'AbCd', 'ABcD']],
  ['(?i)^[[:upper:]][[:lower:]][[:^upper:]_]$', ['aA1', 'Aa_'], ['aaa', 'aaA']],
  ['(?i)^[Y-b]{5}[^x]$', ['yZAB_y'], ['c____y', '_____X']],
  ['(?i-)a', ['A'], ['b']],
  ['^(?:b?|c)*?\\Ga', ['a'], ['ba']],
  ['(a?)*?\\1c', ['c', 'bc'], ['b']],
  ['(?<q>\\d*|x)*\\k<q>!', ['12!', 'x!'], ['12']],
  ['\\Qa.b\\E+', ['a.b', 'a.bbb'], ['axb']],
  ['(?x) a b # c\n d', ['abd'], ['a b d']],
  ['(?#nothing)ab', ['ab'], []],
  ['\\bcat\\b', ['a cat.', 'cat'], ['cats', 'bobcat']],
  ['\\Bat', ['cat'], ['at']],
  ['a\\Rb', ['a\nb', 'a\r\nb', 'a\rb'], ['ab']],
  ['foo(?=bar)', ['foobar'], ['foobaz']],
  ['foo(?!bar)', ['foobaz', 'foo'], ['foobar']],
  ['(?<=a)b', ['ab'], ['b', 'cb']],
  ['(?<!a|cc)b', ['b', 'cb'], ['ab', 'ccb']],
  ['^(?!-$).+', ['a', '--'], ['-', '']],
  ['(a+)\\1b', ['aab'], ['ab']],
  ['(?<q>[\'"]).*?\\k<q>', ['"a"', "'a'"], ['"a\'']],
  ['(?P<q>a)(?P=q)', ['aa'], ['a']],
  ['(a)|b\\1', ['a'], ['b']],
  ['a++b', ['aab'], []],
  ['a++ab', [], ['aab']],
  ['(?>a|ab)c', ['ac'], ['abc']],
  ['(?:a|b)*c', ['c', 'abac'], ['ab']],
  ['(a*)*b', ['b', 'aab'], ['aa']],
  ['(?:a?)*?b', ['aab'], ['aa']],
  ['x*+', ['', 'x'], []],
  ['foo\\Kbar', ['foobar'], ['bar']],
  ['^\\p{Lu}\\P{L}\\pN[\\p{P}x]$', ['A-1!', 'B 2x'], ['a-1!', 'A-1y']],
  ['^\\p{^Lu}\\p{L&}$', ['-a', 'aA'], ['Aa']],
  ['a|', ['', 'z'], []],
  ['\xc3\xa9', ['caf\xc3\xa9'], ['caf\xe9']],
];

for (const [pattern, yes, no] of cases) {
  test(`pcre ${JSON.stringify(pattern)}`, () => {
    for (const text of yes) assert.equal(matches(pattern, text), true, `matches ${JSON.stringify(text)}`);
    for (const text of no) assert.equal(matches(pattern, text), false, `does not match ${JSON.stringify(text)}`);
  });
}

test('what is wrong or not supported is said, not thrown', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['(', /does not close a group/],
    [')', /closes a group/],
    ['[a', /does not close a "\["/],
    ['*a', /nothing to repeat/],
    ['a|*b', /nothing to repeat/],
    ['^*a', /nothing to repeat/],
    ['a\\b{2}', /nothing to repeat/],
    ['a**', /nothing to repeat/],
    ['a{2}{3}', /nothing to repeat/],
    ['(?i)+a', /nothing to repeat/],
    ['{2}', /nothing to repeat/],
    ['[:alpha:]', /stands in no class/],
    ['[a-\\d]', /ends with a class/],
    ['[\\d-z]', /begins with a class/],
    ['[[:digit:]-z]', /begins with a class/],
    ['[[.a.]]', /unknown class/],
    ['(?<n>a)(?<n>b)', /names two groups/],
    ['a{3,2}', /backwards/],
    ['[z-a]', /backwards/],
    ['\\', /backslash/],
    ['\\p{Nope}', /not known/],
    ['(?R)', /not supported/],
    ['(*UTF)a', /verb/],
    ['\\2(a)', /not there/],
    ['(?<=a+)b', /look-behind/],
    ['((((a{1000}){1000}){1000}){1000})', /too large/],
    ['('.repeat(200), /too deep/],
    ['\\x{100}', /bytes/],
    ['[[:nope:]]', /unknown class/],
  ];
  for (const [pattern, reason] of wrong) {
    const compiled = compilePcre(pattern);
    assert.equal(typeof compiled, 'string', pattern.slice(0, 40));
    assert.match(String(compiled), reason);
  }
});

test('catastrophic patterns end: regular ones with the right answer, others by giving up', () => {
  const long = 'a'.repeat(1_000_000);
  for (const pattern of ['^(a+)+$', '(a|aa)+$', '(a*)*b', '(?:a{1,50}){1,20}b', '.*.*.*=.*x']) {
    assert.equal(matches(pattern, `${long}!`), false, pattern);
  }
  assert.equal(matches('^(a+)+$', long), true);
  assert.equal(matches('^(a+)+\\1!$', `${long}?`), 'too-hard');
  assert.equal(matches('^(?=(a+)+!)', 'a'.repeat(40)), 'too-hard');
  assert.equal(matches('(?=b)c', `${long}c`), false, 'positions that cannot begin a match cost nothing');
});

const theirs = createContext({ pattern: '', flags: '', text: '' });
const theirTest = new Script('new RegExp(pattern, flags).test(text)');

/** What JavaScript's own engine says; undefined where it goes through too many ways: some made-up expressions take it hours. */
function javascriptMatches(pattern: string, flags: string, text: string): boolean | undefined {
  Object.assign(theirs, { pattern, flags, text });
  try {
    return theirTest.runInContext(theirs, { timeout: 1000 }) as boolean;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

/** Expressions whose meaning PCRE and JavaScript share; the text has no newline, where their `$` differ. */
const expression = fc.letrec<{ all: string; atom: string; piece: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'group' },
    { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '1', '\\b', '^', '$') },
    { weight: 2, arbitrary: tie('all').map((inner) => `(?:${inner})`) },
    { weight: 1, arbitrary: tie('all').map((inner) => `(${inner})`) },
    { weight: 1, arbitrary: tie('all').map((inner) => `(?=${inner})`) },
    { weight: 1, arbitrary: tie('all').map((inner) => `(?!${inner})`) },
  ),
  piece: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,3}?'))
    .filter(([atom, sign]) => sign === '' || !/^(\\b|\^|\$|\(\?[=!])/.test(atom))
    .map(([atom, sign]) => atom + sign),
  all: fc
    .array(
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((ways) => ways.join('|')),
}));

test('answers are those of another engine', () => {
  fc.assert(
    fc.property(expression.all, fc.stringMatching(/^[abc1-]{0,12}$/), (pattern, text) => {
      const mine = matches(pattern, text);
      const wanted = mine === 'too-hard' ? undefined : javascriptMatches(pattern, '', text);
      if (wanted !== undefined) assert.equal(mine, wanted, `/${pattern}/ on ${text}`);
    }),
    { numRuns: 5000 },
  );
});

test('the other engine is given up where it would take for ever', () => {
  assert.equal(javascriptMatches('^(a|aa|a?)+$', '', `${'a'.repeat(60)}!`), undefined);
  assert.notEqual(javascriptMatches('^a+$', '', 'aa'), false);
});

/** More of what both share: flags, look-behind of fixed length, classes, lazy and possessive ends, texts with newlines. */
const richer = fc.letrec<{ all: string; atom: string; piece: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'group' },
    {
      weight: 8,
      arbitrary: fc.constantFrom(
        ...'a b A . \\s \\S \\W \\D \\d [^ab] [a-c] [\\d-] \\B \\b \\. \\x61 [\\w.] \\n'.split(' '),
        ' ',
      ),
    },
    { weight: 2, arbitrary: tie('all').map((inner) => `(?:${inner})`) },
    { weight: 1, arbitrary: tie('all').map((inner) => `(?<n>${inner})`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('(?<=a)', '(?<!a)', '(?<=a|b)', '(?<!ab)', '(?<=\\d)', '(?=a)', '(?!b)', '^', '$'),
    },
  ),
  piece: fc
    .tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{1,}', '{0,2}'))
    .filter(([atom, sign]) => sign === '' || !/^(\\[bB]$|\^|\$|\(\?<?[=!])/.test(atom))
    .map(([atom, sign]) => atom + sign),
  all: fc
    .array(
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((ways) => ways.join('|')),
}));

test('answers are those of another engine, with flags and lines', () => {
  fc.assert(
    fc.property(
      richer.all,
      fc.subarray(['i', 's', 'm']),
      fc
        .array(fc.constantFrom('a', 'b', 'A', '1', ' ', '.', '\n', '-'), { maxLength: 10 })
        .map((chars) => chars.join('')),
      (pattern, flags, text) => {
        // Without (?m), `$` of PCRE also matches before a newline at the end, and JavaScript's `.` leaves out \r and U+2028 too.
        fc.pre(flags.includes('m') || !text.endsWith('\n'));
        // With (?m), `^` of PCRE does not match behind the last newline.
        fc.pre(!flags.includes('m') || !text.endsWith('\n'));
        fc.pre((pattern.match(/\(\?<n>/g) ?? []).length <= 1);
        const mine = matches(`${flags.length > 0 ? `(?${flags.join('')})` : ''}${pattern}`, text);
        const wanted = mine === 'too-hard' ? undefined : javascriptMatches(pattern, flags.join(''), text);
        if (wanted !== undefined)
          assert.equal(mine, wanted, `/${pattern}/${flags.join('')} on ${JSON.stringify(text)}`);
      },
    ),
    { numRuns: 4000 },
  );
});
