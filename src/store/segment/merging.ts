import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import { makeSlices } from '../slices.ts';
import { type Feeder, feedSome, isSegmented, type SegmentWorld, segmentFile } from './feeding.ts';
import type { SegmentHints } from './hints.ts';
import { type HotSegment, makeHotSegment } from './hot-segment.ts';
import { planMerge, type SegmentSize } from './merge-plan.ts';

/** Makes one segment of several small ones, and a small one of one that lost most of its documents, a step at a time. */
export interface Merging {
  /** There may be something to do again. */
  due(): void;
  /** Does some of it: false when nothing is left to do. A merge that fails is told and given up; the old segments stay. */
  step(hints: SegmentHints): Promise<boolean>;
}

/** Documents are read from their blocks and indexed once more: no second way to make a segment, which could make another. */
export function makeMerging(world: SegmentWorld, feeder: () => Feeder): Merging {
  let isDue = true;
  let merge: { readonly parts: readonly SegmentSize[]; readonly segment: HotSegment } | undefined;
  const step = async (hints: SegmentHints): Promise<boolean> => {
    if (!merge) {
      const parts = planMerge(await sizesOf(world, feeder()), feeder().rowsMax);
      if (!parts) return false;
      merge = { parts, segment: makeHotSegment((parts[0] as SegmentSize).after, world.kept.key(), hints) };
    }
    const { parts, segment } = merge;
    const { last } = parts.at(-1) as SegmentSize;
    const fed = await feedSome(feeder(), segment, last);
    if (fed === 'more' || feeder().closed) return !feeder().closed;
    merge = undefined;
    // More than was counted cannot have come; fewer segments may be there, and then the gap is filled first.
    if (fed === 'full' || parts.some(({ after }) => !world.kept.holds(after))) return false;
    segment.skipTo(last);
    await world.kept.add(
      { after: segment.after, last },
      await segmentFile(segment),
      parts.map(({ after }) => after),
    );
    // The last of them may have gone while the file was written.
    const [block] = world.blocksAfter(segment.after, 1);
    if (!block || block.first > last) world.kept.drop(segment.after);
    return true;
  };
  return {
    due() {
      isDue = true;
    },
    async step(hints) {
      if (!isDue) return false;
      try {
        isDue = await step(hints);
      } catch (error) {
        isDue = false;
        merge = undefined;
        world.complain(`search indexes were not merged: ${reasonOf(error)}. Those that are there go on being used`);
      }
      return isDue;
    },
  };
}

/** Documents of dropped indices, and in blocks that are gone, are not left. */
async function sizesOf({ kept, blocksAfter, indexOf }: SegmentWorld, feeder: Feeder): Promise<SegmentSize[]> {
  const slices = makeSlices();
  const segmented = new Map<number, boolean>();
  const counts = (index: number): boolean => {
    const known = segmented.get(index) ?? isSegmented(indexOf(index)?.stored.name ?? '.');
    segmented.set(index, known);
    return known;
  };
  const sizes: SegmentSize[] = [];
  for (const { after, last, rows } of kept.open()) {
    let left = 0;
    for (let from = after; from < last; ) {
      const places = blocksAfter(from, blocksAtOnce);
      for (const { first, index, count } of places) if (first <= last && counts(index)) left += count;
      const end = places.at(-1);
      from = end && places.length === blocksAtOnce ? end.first + end.count - 1 : last;
      if (feeder.closed) return [];
      if (slices.due()) await yieldToLoop();
    }
    sizes.push({ after, last, rows, left });
  }
  return sizes;
}

/** Some more than a segment has. */
const blocksAtOnce = 512;
