import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareTerms } from '../../query/lucene-match.ts';
import { addOrder, leastText, longText, makeValueOrders, orderOf, wholeOrders } from './value-order.ts';

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.stringMatching(/^id-[0-9a-f]{0,6}$/),
  fc.stringMatching(/^id-[A-Za-z0-9/:.-]{0,6}$/),
);

test('places ascend as texts do, whatever the prefix, and tell the least text that may have them', () => {
  const prefix = fc.constantFrom('', 'id-', 'id', 'zz', 'é', '\u{1f600}');
  fc.assert(
    fc.property(text, text, prefix, (a, b, before) => {
      const [low, high] = compareTerms(a, b) <= 0 ? [a, b] : [b, a];
      assert.ok(orderOf(before, low) <= orderOf(before, high), `${before}: ${low} ${high}`);
      assert.ok(compareTerms(leastText(before, orderOf(before, low)), high) <= 0, `${before}: ${high}`);
    }),
    { numRuns: 3000 },
  );
});

test('texts that begin alike are told apart by what follows', () => {
  const orders = makeValueOrders();
  const name = (n: number): string => `arn:aws:sts::123456789012:assumed-role/${n.toString(16).padStart(4, '0')}`;
  for (let n = 0; n < 10; n++) addOrder(orders, name(n * 6007), false);
  addOrder(orders, 'x'.repeat(300), true);
  const early = wholeOrders(orders);
  assert.equal(new Set(early.codes).size, 11);
  assert.equal(early.codes[10], longText);
  for (let n = 11; n < 300; n++) addOrder(orders, name((n * 6007) % 65_536), false);
  addOrder(orders, 'a', false);
  addOrder(orders, 'z', false);
  const { codes, prefix } = wholeOrders(orders);
  assert.equal(prefix, 'arn:aws:sts::123456789012:assumed-role/');
  assert.equal(new Set(codes).size, 302);
  assert.equal(codes[10], longText);
  assert.deepEqual([codes[300], leastText(prefix, codes[301] as number)], [0, prefix]);
});
