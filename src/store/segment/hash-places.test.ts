import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { absent, hashPlaces, listPlaces, placeOf, setPlace } from './hash-places.ts';

/** Many that meet in their lower bits, at the end of the table too. */
const hash = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, -1, 15, 31, 2 ** 20, 2 ** 30),
);

test('holds what a map of the same hashes holds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hash, fc.integer({ min: -1, max: 2 ** 31 - 4 })), { maxLength: 100 }), (entries) => {
      const places = hashPlaces();
      const map = new Map<number, number>();
      for (const [one, number] of entries) {
        assert.equal(placeOf(places, one), map.get(one) ?? absent);
        setPlace(places, one, number);
        map.set(one, number);
        assert.equal(placeOf(places, one), number);
      }
      for (const [one, number] of map) assert.equal(placeOf(places, one), number);
      assert.deepEqual(new Map(listPlaces(places)), map);
      assert.equal(places.count, map.size);
    }),
  );
});
