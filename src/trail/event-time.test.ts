import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, contentId } from './canonical.ts';
import { parseEventTime } from './event-time.ts';
import { atLeast, parseEventVersion } from './event-version.ts';

test('times are strict', () => {
  const cases: readonly (readonly [unknown, number | undefined])[] = [
    ['2026-08-01T09:01:31Z', Date.UTC(2026, 7, 1, 9, 1, 31)],
    ['2026-08-01T09:01:31.5Z', Date.UTC(2026, 7, 1, 9, 1, 31, 500)],
    ['2026-08-01T09:01:31.123456789Z', Date.UTC(2026, 7, 1, 9, 1, 31, 123)],
    ['2026-08-01T09:01:31+02:00', Date.UTC(2026, 7, 1, 7, 1, 31)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2023-02-29T00:00:00Z', undefined],
    ['2026-02-30T00:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-00-01T00:00:00Z', undefined],
    ['2026-01-01T24:00:00Z', undefined],
    ['2026-01-01T00:60:00Z', undefined],
    ['0001-01-01T00:00:00Z', undefined],
    ['2026-01-01', undefined],
    ['2026-01-01 00:00:00', undefined],
    ['2026-01-01T00:00:00', undefined],
    ['2026-01-01T00:00:00Z\n', undefined],
    ['...', undefined],
    [1700000000000, undefined],
    [null, undefined],
  ];
  for (const [written, wanted] of cases) assert.equal(parseEventTime(written), wanted, String(written));
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      (date) => assert.equal(parseEventTime(date.toISOString()), date.getTime()),
    ),
  );
  // A text without a fraction is read by its places: as if it had one.
  const odd = fc.tuple(fc.nat(18), fc.constantFrom(...'0123456789-:TZ +./x'));
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), fc.array(odd, { maxLength: 2 }), (date, changes) => {
      const chars = [...`${date.toISOString().slice(0, 19)}Z`];
      for (const [at, char] of changes) chars[at] = char;
      const written = chars.join('');
      assert.equal(parseEventTime(written), parseEventTime(written.replace(/Z$/, '.000Z')), written);
    }),
    { numRuns: 5000 },
  );
});

test('a version is two integers', () => {
  const version = (text: string) => parseEventVersion(text) ?? { major: -1, minor: -1 };
  assert.deepEqual(version('1.08'), { major: 1, minor: 8 });
  assert.ok(atLeast(version('1.10'), version('1.9')));
  assert.ok(atLeast(version('1.11'), version('1.08')));
  assert.ok(!atLeast(version('1.0'), version('1.01')));
  assert.ok(!atLeast(version('2.0'), version('1.08')));
  for (const bad of ['1', '1.', '.1', '1.1.1', 'x', '', ' 1.1', '1.99999', 1.1, null])
    assert.equal(parseEventVersion(bad), undefined);
});

test('equal values have equal canonical text', () => {
  assert.equal(canonicalJson({ b: [1, { d: null, c: 'ä' }], a: true }), '{"a":true,"b":[1,{"c":"ä","d":null}]}');
  assert.match(contentId({}), /^[0-9a-f]{64}$/);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const turned = Object.fromEntries(Object.entries(plain).reverse());
      assert.equal(contentId(turned), contentId(plain));
      assert.deepEqual(JSON.parse(canonicalJson(plain)), plain);
    }),
  );
});
