import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Base, joined, lengthOf, makeArrivalMap, type Stretch } from './arrival-map.ts';

/** Rounds of what some shards did, as stretches that each go on where the shard's last one ended. */
const rounds = fc
  .array(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 4 })), { maxLength: 4 }), {
    maxLength: 12,
  })
  .map((list) => {
    const next = new Map<number, number>();
    return list.map((round) =>
      round.map(([shard, count]): Stretch => {
        const from = next.get(shard) ?? 0;
        next.set(shard, from + count);
        return { index: `i${shard >> 1}`, uuid: `u${shard >> 1}`, shard: shard & 1, from, count };
      }),
    );
  });

const everywhere = new Map(['u0', 'u1'].map((uuid) => [uuid, [0, 1]]));
const nothing: Base = { position: 0, done: [] };

test('a window holds exactly the operations at its positions', () => {
  fc.assert(
    fc.property(rounds, fc.nat(60), fc.nat(60), (list, a, b) => {
      const map = makeArrivalMap(nothing);
      const operations: string[] = [];
      for (const round of list) {
        map.learn(operations.length, round);
        for (const { index, shard, from, count } of round) {
          for (let seq = from; seq < from + count; seq++) operations.push(`${index}/${shard}/${seq}`);
        }
      }
      assert.equal(map.position(), operations.length);
      const window = { after: Math.min(a, b), upTo: Math.min(Math.max(a, b), operations.length) };
      const found = map.ranges(window, everywhere).flatMap(({ index, shard, low, high }) => {
        return Array.from({ length: Math.max(0, high - low + 1) }, (_, at) => `${index}/${shard}/${low + at}`);
      });
      assert.deepEqual(found.sort(), operations.slice(window.after, window.upTo).sort());
    }),
  );
});

test('what is read again, in other pieces, gets no second position', () => {
  fc.assert(
    fc.property(rounds, fc.nat(12), (list, again) => {
      const map = makeArrivalMap(nothing);
      let start = 0;
      for (const [at, round] of list.entries()) {
        map.learn(start, round);
        if (at === again) map.learn(0, joined(list.slice(0, at + 1).flat()));
        start += lengthOf(round);
        assert.equal(map.position(), start);
      }
    }),
  );
});

test('what was there before, and an index of another life, are in no window', () => {
  const map = makeArrivalMap({ position: 0, done: [{ index: 'a', uuid: 'u', shard: 0, count: 7 }] });
  assert.deepEqual([map.position(), map.next('u', 0)], [0, 7]);
  map.learn(0, [{ index: 'a', uuid: 'u', shard: 0, from: 7, count: 2 }]);
  map.learn(2, [{ index: 'a', uuid: 'v', shard: 0, from: 0, count: 1 }]);
  const window = { after: 0, upTo: 3 };
  assert.deepEqual(map.ranges(window, new Map([['u', [0]]])), [{ index: 'a', shard: 0, low: 7, high: 8, shards: [0] }]);
  assert.deepEqual(map.ranges(window, new Map([['v', [0]]])), [{ index: 'a', shard: 0, low: 0, high: 0, shards: [0] }]);
});

test('what is forgotten changes no window after it, here and where counting begins at a later base', () => {
  fc.assert(
    fc.property(rounds, fc.nat(60), fc.nat(60), fc.nat(60), (list, a, b, c) => {
      const all = list.flat();
      const [early = 0, from = 0, to = 0] = [a, b, c].map((at) => Math.min(at, lengthOf(all))).sort((x, y) => x - y);
      const [map, forgetful] = [makeArrivalMap(nothing), makeArrivalMap(nothing)];
      map.learn(0, all);
      forgetful.learn(0, all);
      forgetful.forget(early);
      const later = makeArrivalMap(map.baseAt(early));
      later.learn(0, all);
      const sorted = (of: typeof map) =>
        of
          .ranges({ after: from, upTo: to }, everywhere)
          .toSorted((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
      for (const other of [forgetful, later]) {
        assert.deepEqual(sorted(other), sorted(map));
        assert.equal(other.position(), map.position());
        for (const { uuid, shard } of all) assert.equal(other.next(uuid, shard), map.next(uuid, shard));
        assert.deepEqual(other.baseAt(from), map.baseAt(from));
      }
      assert.equal(later.learn(later.position() + 1, []), false);
    }),
  );
});
