import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import { makeSlices } from '../slices.ts';
import { type Feeder, feedSome, isSegmented, type SegmentWorld, segmentFile } from './feeding.ts';
import type { SegmentHints } from './hints.ts';
import { type HotSegment, makeHotSegment } from './hot-segment.ts';
import { planMerge, type SegmentSize } from './merge-plan.ts';
import { SegmentDamage } from './paged-file.ts';

/** Makes one segment of several small ones, and a small one of one that lost most of its documents, a step at a time. */
export interface Merging {
  /** There may be something to do again. */
  due(): void;
  /** Does some of it: false when nothing is left to do. A merge that fails is told and given up; the old segments stay. */
  step(hints: SegmentHints): Promise<boolean>;
}

/** Documents are read from their blocks and indexed once more: no second way to make a segment, which could make another. */
export function makeMerging(world: SegmentWorld, feeder: () => Feeder): Merging {
  let isDue = false;
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
async function sizesOf(
  { kept, rowsOfBlocks, indexOf, complain }: SegmentWorld,
  feeder: Feeder,
): Promise<SegmentSize[]> {
  const slices = makeSlices();
  const sizes: SegmentSize[] = [];
  for (const segment of kept.open()) {
    const { after, last, rows } = segment;
    try {
      let left = 0;
      for (const index of new Set(segment.blocks().map((block) => block.index))) {
        if (isSegmented(indexOf(index)?.stored.name ?? '.')) left += rowsOfBlocks(index, after, last);
      }
      sizes.push({ after, last, rows, left });
    } catch (error) {
      if (!(error instanceof SegmentDamage)) throw error;
      complain(`a search index is damaged and made anew: ${error.message}`);
      kept.drop(after);
    }
    if (feeder.closed) return [];
    if (slices.due()) await yieldToLoop();
  }
  return sizes;
}
