import { yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { IndexState } from '../catalog.ts';
import type { Reader } from '../reader.ts';
import { indexSetting } from '../settings.ts';
import type { BlockPlace } from '../shelf.ts';
import { makeSlices } from '../slices.ts';
import type { Position } from '../store.ts';
import { type HotSegment, makeHotSegment } from './hot-segment.ts';
import { segmentRowsMax } from './rows.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { SegmentRow, SegmentShelf } from './segment-shelf.ts';
import { writeSegment } from './segment-writer.ts';

/** What segments are made from. */
export interface SegmentWorld {
  /** Where sealed segments are kept; absent: the newest documents have a segment in memory, the others none. */
  readonly kept: SegmentShelf;
  readonly reader: Reader;
  readonly position: () => Position;
  /** undefined when the index was deleted. */
  readonly indexOf: (number: number) => IndexState | undefined;
  /** Blocks behind a position, in order of arrival. */
  readonly blocksAfter: (after: Position, most: number) => readonly Omit<BlockPlace, 'bytes'>[];
  /** Told why a segment could not be written or read. */
  readonly complain: (message: string) => void;
  /** Documents after which a segment is sealed. */
  readonly rowsMax?: number;
}

/**
 * The indexes of all documents of the store, made and sealed in the background from the blocks. They are only ever a quicker
 * way to the documents: where none covers a range of positions (not made yet, damaged, disk full), the blocks are searched.
 */
export interface Segments {
  /** The segments of now, in order of arrival; ranges between them are not covered. */
  cover(): readonly SegmentIndex[];
  /** There is something new to index. */
  poke(): void;
  /** Resolves at once, or when the index has nearly caught up with what was written. */
  keepUp(): Promise<void>;
  /** Resolves when all is indexed, and sealed where it is due (tests, backup). */
  settled(): Promise<void>;
  /** Drops sealed segments of which no document is left: their space comes back. */
  prune(): void;
  /** A sealed segment proved damaged: it is dropped and made anew. */
  damaged(segment: SegmentIndex, why: string): void;
  close(): Promise<void>;
}

/** Indices of our own (alerts, monitors, ledger) are small and change much: they are searched by reading. */
export function isSegmented(indexName: string): boolean {
  return !indexName.startsWith('.');
}

/** How many sealings that fail one after another are tried; then the rest of the run does without. */
const sealTriesMax = 3;

export function openSegments(world: SegmentWorld): Segments {
  const { kept } = world;
  const rowsMax = Math.min(world.rowsMax ?? segmentRowsMax, segmentRowsMax);
  let sealing: HotSegment | undefined;
  let hot = makeHotSegment(kept.list().at(-1)?.last ?? 0);
  let failures = 0;
  let closed = false;
  let running: Promise<void> | undefined;

  const seal = async (segment: HotSegment): Promise<void> => {
    sealing = segment;
    try {
      const slices = makeSlices();
      const steps = writeSegment(segment);
      let step = steps.next();
      for (; !step.done; step = steps.next()) if (slices.due()) await yieldToLoop();
      await kept.add({ after: segment.after, last: segment.last }, step.value);
      failures = 0;
    } catch (error) {
      failures++;
      world.complain(
        `a search index was not written: ${reasonOf(error)}. Documents are found all the same, more slowly`,
      );
    }
    sealing = undefined;
  };

  /** Feeds blocks to a segment until it is full or there are no more up to a position. True when it is full. */
  const feed = async (segment: HotSegment, upTo: () => Position): Promise<boolean> => {
    const slices = makeSlices();
    while (!closed) {
      const places = world.blocksAfter(segment.last, 32).filter((place) => place.first <= upTo());
      if (places.length === 0) return false;
      for (const place of places) {
        if (closed) return false;
        if (segment.rows + place.count > rowsMax) return true;
        addBlock(world, segment, place);
        if (slices.due()) await yieldToLoop();
      }
    }
    return false;
  };

  const run = async (): Promise<void> => {
    for (
      let gap = firstGap(kept.list(), world);
      gap && !closed && failures < sealTriesMax;
      gap = firstGap(kept.list(), world)
    ) {
      const { after, upTo } = gap;
      const segment = makeHotSegment(after);
      if (!(await feed(segment, () => upTo))) segment.skipTo(upTo);
      if (!closed) await seal(segment);
    }
    while (!closed && failures < sealTriesMax) {
      if (!(await feed(hot, world.position))) return;
      const full = hot;
      hot = makeHotSegment(full.last);
      await seal(full);
    }
  };

  const poke = (): void => {
    if (running || closed) return;
    running = yieldToLoop()
      .then(run)
      .catch((error) => {
        failures = sealTriesMax;
        world.complain(
          `the search index stands still: ${reasonOf(error)}. Documents are found all the same, more slowly`,
        );
      })
      .finally(() => {
        running = undefined;
      });
  };

  const behind = (): number => world.position() - hot.last;
  return {
    cover: () =>
      [...kept.open(), ...(sealing && !kept.holds(sealing.after) ? [sealing] : []), hot].sort(
        (a, b) => a.after - b.after,
      ),
    poke,
    async keepUp() {
      // Only while it follows closely: what an old folder holds is caught up with in the background.
      if (behind() > limits.unindexedMax * 4) return;
      while (running && !closed && behind() > limits.unindexedMax) await yieldToLoop();
    },
    async settled() {
      poke();
      while (running) await running;
    },
    prune() {
      for (const { after, last } of kept.list()) {
        const [block] = world.blocksAfter(after, 1);
        if (!block || block.first > last) kept.drop(after);
      }
    },
    damaged(segment, why) {
      world.complain(`a search index is damaged and made anew: ${why}`);
      kept.drop(segment.after);
      poke();
    },
    async close() {
      closed = true;
      await running;
      kept.close();
    },
  };
}

/** The first range before the newest sealed segment that no segment covers though it has blocks. */
function firstGap(
  rows: readonly SegmentRow[],
  { blocksAfter }: SegmentWorld,
): { readonly after: Position; readonly upTo: Position } | undefined {
  let after = 0;
  for (const row of rows) {
    const [block] = row.after > after ? blocksAfter(after, 1) : [];
    if (block && block.first <= row.after) return { after, upTo: row.after };
    after = row.last;
  }
  return undefined;
}

function addBlock({ reader, indexOf }: SegmentWorld, segment: HotSegment, place: Omit<BlockPlace, 'bytes'>): void {
  const index = indexOf(place.index);
  const open = index && isSegmented(index.stored.name) ? reader.open(place.first) : undefined;
  if (!index || !open) {
    segment.skipTo(place.first + place.count - 1);
    return;
  }
  const { block } = open;
  const documents = block.rows.map((_, row) => reader.document(open, row));
  const analysis = JSON.stringify(indexSetting(index.stored.settings, 'analysis') ?? null);
  segment.add({ first: place.first, count: place.count, index: place.index }, documents, index.mapping(), analysis);
}
