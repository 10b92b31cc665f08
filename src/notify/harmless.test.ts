import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmlessFor } from './channels.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('<', '>', '&', '&lt;', '<!channel>', '<https://a|b>', '@All', '[x](http://a)', '</a>', 'é', '\n'),
    )
    .map((parts) => parts.join('')),
);

const never: readonly [type: string, sign: RegExp][] = [
  ['slack', /[<>]|&(?!(?:amp|lt|gt);)/],
  ['microsoft_teams', /[<>[\]]|&(?!(?:amp|lt|gt|#91|#93);)/],
  ['chime', /@(?!\u200b)/],
];

for (const [type, sign] of never) {
  test(`${type}: no text of an event holds a sign of its markup`, () => {
    fc.assert(fc.property(hostile, (text) => assert.doesNotMatch(harmlessFor(type)(text), sign)));
  });
}

test('webhook and mail: text is text and stays as it is', () => {
  for (const type of ['webhook', 'email', 'unknown']) {
    fc.assert(fc.property(hostile, (text) => assert.equal(harmlessFor(type)(text), text)));
  }
});
