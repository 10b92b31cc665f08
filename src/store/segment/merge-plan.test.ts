import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planMerge, type SegmentSize } from './merge-plan.ts';

const sizesOf = (lefts: readonly number[], rows: readonly number[] = lefts): SegmentSize[] =>
  lefts.map((left, at) => ({ after: at * 1000, last: (at + 1) * 1000, rows: rows[at] as number, left }));

const cases: readonly [name: string, sizes: readonly SegmentSize[], merged: readonly number[] | undefined][] = [
  ['full ones stay', sizesOf([100, 90, 100]), undefined],
  ['three small ones wait', sizesOf([100, 5, 5, 5]), undefined],
  ['four become one', sizesOf([100, 5, 5, 5, 5]), [1000, 2000, 3000, 4000]],
  ['two that fill half of one become one', sizesOf([30, 25, 100]), [0, 1000]],
  ['no more than fit', sizesOf([45, 40, 30]), [0, 1000]],
  ['a full one between small ones keeps them apart', sizesOf([5, 5, 100, 5, 5]), undefined],
  ['one that lost half of its documents is made anew', sizesOf([100, 40], [100, 100]), [1000]],
  [
    'not across a gap',
    [
      { after: 0, last: 10, rows: 40, left: 40 },
      { after: 20, last: 30, rows: 40, left: 40 },
    ],
    undefined,
  ],
];
for (const [name, sizes, merged] of cases) {
  test(name, () =>
    assert.deepEqual(
      planMerge(sizes, 100)?.map(({ after }) => after),
      merged,
    ),
  );
}

test('merging ends, and a document is indexed anew few times', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 }), (lefts) => {
      let sizes: SegmentSize[] = [];
      let work = 0;
      for (const [at, left] of lefts.entries()) {
        sizes.push({ after: at, last: at + 1, rows: left, left });
        for (let run = planMerge(sizes, 100); run; run = planMerge(sizes, 100)) {
          const rows = run.reduce((sum, one) => sum + one.left, 0);
          assert.ok(rows <= 100);
          work += rows;
          const merged = {
            after: (run[0] as SegmentSize).after,
            last: (run.at(-1) as SegmentSize).last,
            rows,
            left: rows,
          };
          sizes = [...sizes.filter((one) => !run.includes(one)), merged].sort((a, b) => a.after - b.after);
        }
      }
      const documents = lefts.reduce((sum, left) => sum + left, 0);
      assert.ok(work <= documents * 4, `${work} for ${documents}`);
    }),
  );
});
