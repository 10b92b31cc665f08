import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logText } from './log-text.ts';

/** Compact JSON with a blank behind each colon and comma that stands outside strings: what Python's spaces come to. */
function spaced(json: string): string {
  return json
    .replace(/"(?:[^"\\]|\\.)*"|[:,]/g, (part) => (part.length === 1 ? `${part} ` : part))
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

test('the text of an event is its JSON with blanks and without foreign letters', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a "b" \\ c', '\u0000\n', 'ä€😀', '\ud800', '', '{"a":1,"b":[2]}'),
      fc.array(tie('any')),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(value, (event) => {
      assert.equal(logText(event), spaced(JSON.stringify(event)));
    }),
  );
});

test('numbers are as Python writes them', () => {
  for (const [value, text] of [
    [1.5, '1.5'],
    [-0, '0'],
    [1e16, '10000000000000000'],
    [1e22, '10000000000000000000000'],
    [0.0001, '0.0001'],
    [0.00005, '5e-05'],
    [1.25e-10, '1.25e-10'],
    [1e300, String(BigInt(1e300))],
  ] as const) {
    assert.equal(logText({ a: [value] }), `{"a": [${text}]}`);
  }
});

test('what is nested too deep is cut off', () => {
  let value: unknown = 1;
  for (let level = 0; level < 10_000; level++) value = level % 2 ? [value] : { a: value };
  assert.match(logText(value), /null/);
  assert.ok(JSON.parse(logText(value)));
});
