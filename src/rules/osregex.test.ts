import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileOsRegex, compileOsRegexSlowly } from './osregex.ts';

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

/** Patterns the grammar allows, rich in what the automaton is odd about. */
const pattern = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '1',
      ' ',
      '.',
      '-',
      '(',
      ')',
      '^',
      '$',
      '|',
      '+',
      '*',
      '\\d',
      '\\w',
      '\\s',
      '\\.',
      '\\W',
      '\\D',
      '\\w+',
      '\\d+',
      '\\d*',
      '\\w*',
      '\\.+',
      '\\.*',
      '\\s+',
      '\\S+',
      '\\(',
      '\\)*',
      '\\p',
      '\\$',
    ),
    { maxLength: 7 },
  )
  .map((pieces) => pieces.join(''));
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', '1', '2', ' ', '.', '-', '(', ')', '$', '+', '\u00e9'), { maxLength: 9 })
  .map((chars) => chars.join(''));

test('the automaton answers as another reading of its description does', () => {
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const compiled = compileOsRegexSlowly(pattern);
      fc.pre(typeof compiled !== 'string');
      assert.equal(compiled(text), oracle(pattern, text), `${JSON.stringify(pattern)} on ${JSON.stringify(text)}`);
    }),
    { numRuns: 20_000 },
  );
});

test('the fast ways answer as the automaton does', () => {
  const plain = fc
    .array(fc.constantFrom('a', 'B', '1', '.', '^', '$', '|', '\u00e9'), { maxLength: 5 })
    .map((chars) => chars.join(''));
  fc.assert(
    fc.property(fc.oneof(plain, pattern), text, (pattern, text) => {
      const fast = compileOsRegex(pattern);
      const slow = compileOsRegexSlowly(pattern);
      fc.pre(typeof fast !== 'string' && typeof slow !== 'string');
      assert.equal(fast(text), slow(text), `${JSON.stringify(pattern)} on ${JSON.stringify(text)}`);
    }),
    { numRuns: 20_000 },
  );
});

/** §7.2 read again, over the characters of the pattern itself and without any preparation. */
function oracle(pattern: string, text: string): boolean {
  const alternatives = pattern.split(/(?<!(?<!\\)(?:\\\\)*\\)\|/);
  return alternatives.some((alternative) =>
    oracleOne(Buffer.from(alternative).toString('latin1'), Buffer.from(text).toString('latin1')),
  );
}

function oracleOne(whole: string, s: string): boolean {
  const begin = whole.startsWith('^');
  const end = /(?<!\\)(?:\\\\)*\$$/.test(whole) && !(begin && whole.length === 1);
  const P = whole.slice(begin ? 1 : 0, end ? whole.length - 1 : undefined);
  const isMarker = (at: number): boolean => P[at] === '(' || P[at] === ')';
  const isClass = (at: number): boolean => P[at] === '\\';
  const quantifier = (at: number): string => (P[at + 2] === '+' || P[at + 2] === '*' ? (P[at + 2] as string) : '');
  const size = (at: number): number => 2 + quantifier(at).length;
  const atEnd = (at: number): boolean => at >= P.length;
  const lower = (char: string): string => (char >= 'A' && char <= 'Z' ? char.toLowerCase() : char);
  const has = (at: number, char: string): boolean => inClass(P[at + 1] ?? '', char);
  const literal = (at: number): string => (isMarker(at) ? '(' : lower(P[at] ?? ''));

  let p = 0;
  let i = 0;
  let rep = false;
  let ret: number | undefined = 0;
  let restart: number | undefined;
  const saved: [number, number][] = [];
  const failure = (): boolean => {
    const slot = saved.pop();
    if (slot) {
      [p, i] = slot;
      i++;
      return true;
    }
    if (begin) return false;
    if (restart !== undefined) {
      i = restart;
      restart = undefined;
    }
    p = 0;
    ret = undefined;
    i++;
    return true;
  };
  while (i < s.length) {
    if (atEnd(p) && !end) return ret !== undefined;
    if (isMarker(p)) {
      p++;
      if (atEnd(p) && !end) return ret !== undefined;
    }
    const byte = s[i] as string;
    if (!atEnd(p) && isClass(p)) {
      if (has(p, byte)) {
        if (quantifier(p) === '') {
          p += 2;
          restart ??= i;
          ret = i++;
          continue;
        }
        if (quantifier(p) === '*') rep = true;
        if (rep) {
          let q = p + 3;
          if (isMarker(q)) q++;
          if (atEnd(q)) {
            i++;
            continue;
          }
          let target: number | undefined;
          if (isClass(q)) {
            if (has(q, byte)) target = quantifier(q) === '' ? q + 2 : q;
          } else if (literal(q) === lower(byte)) {
            rep = false;
            target = q + 1;
          }
          if (target !== undefined) {
            if (saved.length < 4) saved.push([p, i]);
            p = target;
          }
        } else rep = true;
        ret = i++;
        continue;
      }
      const last = atEnd(p + size(p));
      if (last && rep && ret !== undefined) {
        if (!end) return true;
      } else if (quantifier(p) === '+' && rep) {
        p += 3;
        rep = false;
        continue;
      } else if (quantifier(p) === '*') {
        p += 3;
        ret = i - 1;
        rep = false;
        continue;
      }
      rep = false;
    } else if (!atEnd(p) && literal(p) === lower(byte)) {
      p++;
      restart ??= i;
      ret = i++;
      continue;
    }
    if (!failure()) return false;
  }
  const rest = P.slice(p);
  const marker = '[()]?';
  const starred = '\\\\.\\*';
  if (ret === undefined) return false;
  if (new RegExp(`^(${marker}|${starred}${marker})$`, 's').test(rest)) return true;
  return rep && new RegExp(`^\\\\.[+*](${starred})?${marker}$`, 's').test(rest);
}

function inClass(letter: string, char: string): boolean {
  const named: Readonly<Record<string, RegExp>> = {
    d: /[0-9]/,
    w: /[A-Za-z0-9@_-]/,
    s: / /,
    t: /\t/,
    p: /[!-.:-?[\]{|}]/,
    D: /[^0-9]/,
    W: /[^A-Za-z0-9@_-]/,
    S: /[^ ]/,
    '.': /[\s\S]/,
  };
  const regex = Object.hasOwn(named, letter) ? named[letter] : undefined;
  return regex ? regex.test(char) : letter === char;
}
