import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileOsMatch } from './osmatch.ts';
import { compileOsRegex, compileOsRegexSlowly } from './osregex.ts';
import { osmatchOracle, osregexOracle } from './osregex-oracle.suite.ts';

/** Patterns the grammar allows, rich in what the automaton is odd about. */
const pieces =
  `a b 1 . - ( ) ^ $ | + * \\d \\w \\s \\. \\W \\D \\w+ \\d+ \\d* \\w* \\.+ \\.* \\s+ \\S+ \\s* \\( \\)* \\p \\p+ \\$ \\|`.split(
    ' ',
  );
const odd = fc.array(fc.constantFrom(...pieces, ' '), { maxLength: 8 }).map((chosen) => chosen.join(''));
/** What people write about AWS. */
const usual = fc
  .array(
    fc.constantFrom(
      's3',
      'Get',
      'Object',
      '.amazonaws.com',
      'arn:aws:',
      ':',
      '/',
      '^',
      '$',
      '|',
      '\\.+',
      '\\d+',
      '\\w+',
      '\\w*',
      '(\\w+)',
      '(',
      ')',
      ' ',
      '\\S+',
      '\\.',
      '\u00e9',
    ),
    { maxLength: 6 },
  )
  .map((chosen) => chosen.join(''));
const chars = ['a', 'b', 'A', '1', '2', ' ', '.', '-', '(', ')', '$', '|', '+', '!', '\u00e9', '\t'];
const short = fc.array(fc.constantFrom(...chars), { maxLength: 12 }).map((chosen) => chosen.join(''));
const long = fc
  .array(fc.constantFrom('s3', 'GET', 'object', '.amazonaws.com', 'arn:aws:', ':', '/', ' ', '12', 'x', '\u00e9'), {
    maxLength: 8,
  })
  .map((chosen) => chosen.join(''));
const pair = fc.oneof(fc.tuple(odd, short), fc.tuple(usual, long), fc.tuple(odd, long), fc.tuple(usual, short));

test('osregex answers as the description in words does, with and without its fast ways', () => {
  let compared = 0;
  fc.assert(
    fc.property(pair, ([pattern, text]) => {
      const fast = compileOsRegex(pattern);
      const slow = compileOsRegexSlowly(pattern);
      assert.equal(typeof fast, typeof slow);
      fc.pre(typeof fast !== 'string' && typeof slow !== 'string');
      compared++;
      const wanted = osregexOracle(pattern, text);
      assert.equal(slow(text), wanted, `${JSON.stringify(pattern)} on ${JSON.stringify(text)}`);
      assert.equal(fast(text), wanted, `fast: ${JSON.stringify(pattern)} on ${JSON.stringify(text)}`);
    }),
    { numRuns: 30_000 },
  );
  assert.ok(compared > 10_000, `only ${compared} patterns compiled`);
});

test('osmatch answers as its description in words does', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'B', '1', '!', '^', '$', '|', '\\', '.', '*', 'ab', '\u00e9', '\u212a', 'k'), {
      maxLength: 7,
    })
    .map((chosen) => chosen.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'A', 'b', '1', '!', '$', '^', '\\', '.', '*', '\u00e9', '\u00c9', 'K'), {
      maxLength: 6,
    })
    .map((chosen) => chosen.join(''));
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      assert.equal(
        compileOsMatch(pattern)(text),
        osmatchOracle(pattern, text),
        `${JSON.stringify(pattern)} on ${JSON.stringify(text)}`,
      );
    }),
    { numRuns: 20_000 },
  );
});
