import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyShape, type KeyShape } from './key-shape.ts';
import { limits } from './limits.ts';

function shapeOf(keys: readonly string[]): KeyShape | undefined {
  return keys.reduce<KeyShape | undefined>((shape, key) => shape?.with(key), emptyShape());
}

test('an object of a shape is what setting its members one after the other makes', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'constructor', 'toString', 'hasOwnProperty', ''), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 40 }), fc.nat(3), (members, from) => {
      const shape = shapeOf(members.map(([name]) => name));
      if (!shape) return;
      const values = [...Array(from).fill('before'), ...members.map(([, value]) => value)];
      const made = shape.object(values, from);
      assert.deepEqual(Object.entries(made), members);
      assert.equal(JSON.stringify(made), JSON.stringify(Object.fromEntries(members)));
    }),
  );
});

test('two objects of one shape are two', () => {
  const one = shapeOf(['a'])?.object([1], 0);
  const other = shapeOf(['a'])?.object([2], 0);
  assert.deepEqual([one, other], [{ a: 1 }, { a: 2 }]);
});

test('names that cannot stand in a template have no shape', () => {
  const long = 'x'.repeat(101);
  const many = Array.from({ length: limits.shapeKeysMax + 1 }, (_, at) => `k${at}`);
  for (const keys of [['__proto__'], ['a', '0'], ['12'], [long], ['a', 'a'], many]) {
    assert.equal(shapeOf(keys), undefined, keys.join());
  }
  assert.ok(shapeOf(many.slice(1)));
});

test('names that can meet are odd', () => {
  for (const keys of [['a.b'], ['Name', 'x', 'name'], ['É', 'aB', 'Ab']])
    assert.equal(shapeOf(keys)?.odd, true, keys.join());
  for (const keys of [[], ['a', 'b'], ['É', 'é'], ['ab', 'abc'], ['K', '\u212a']])
    assert.equal(shapeOf(keys)?.odd, false, keys.join());
});

test('more shapes than are remembered: all are learned anew, and right', () => {
  for (let round = 0; round < 3 * limits.shapesMax; round++) {
    assert.deepEqual(shapeOf([`hostile${round}`])?.object([round], 0), { [`hostile${round}`]: round });
  }
  assert.equal(shapeOf(['a', 'A'])?.odd, true);
});
