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
import type { SegmentShelf } from './segment-shelf.ts';
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

/** Half of what row numbers allow: a growing segment takes some 3 KB a document, and is indexed anew after a start. */
const sealedAfter = 32_768;

/** How many sealings that fail one after another are tried; then the rest of the run does without. */
const sealTriesMax = 3;

export function openSegments(world: SegmentWorld): Segments {
  const { kept } = world;
  const work: Work = {
    world,
    rowsMax: Math.min(world.rowsMax ?? sealedAfter, segmentRowsMax),
    sealing: undefined,
    hot: makeHotSegment(kept.list().at(-1)?.last ?? 0, kept.key()),
    failures: 0,
    closed: false,
  };
  let running: Promise<void> | undefined;
  const poke = (): void => {
    if (running || work.closed) return;
    running = yieldToLoop()
      .then(() => indexAll(work))
      .catch((error) => {
        work.failures = sealTriesMax;
        const why = reasonOf(error);
        world.complain(`the search index stands still: ${why}. Documents are found all the same, more slowly`);
      })
      .finally(() => {
        running = undefined;
      });
  };
  const behind = (): number => world.position() - work.hot.last;
  return {
    cover() {
      const { sealing } = work;
      const growing = sealing && !kept.holds(sealing.after) ? [sealing, work.hot] : [work.hot];
      return [...kept.open(), ...growing].sort((a, b) => a.after - b.after);
    },
    poke,
    async keepUp() {
      // Only while it follows closely: what an old folder holds is caught up with in the background.
      if (behind() > limits.unindexedMax * 4) return;
      while (running && !work.closed && behind() > limits.unindexedMax) await yieldToLoop();
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
      work.closed = true;
      await running;
      kept.close();
    },
  };
}

interface Work {
  readonly world: SegmentWorld;
  readonly rowsMax: number;
  hot: HotSegment;
  /** The one that is being written: it answers until its file does. */
  sealing: HotSegment | undefined;
  /** Sealings that failed one after another. */
  failures: number;
  closed: boolean;
}

/** Fills the ranges that have no segment, then follows what is written, until there is nothing new. */
async function indexAll(work: Work): Promise<void> {
  const { world } = work;
  const { kept } = world;
  const goesOn = (): boolean => !work.closed && work.failures < sealTriesMax;
  for (let gap = firstGap(world); gap && goesOn(); gap = firstGap(world)) {
    const { after, upTo } = gap;
    const segment = makeHotSegment(after, kept.key(), work.hot.hints());
    if (!(await feed(work, segment, () => upTo))) segment.skipTo(upTo);
    if (!work.closed) await seal(work, segment);
  }
  while (goesOn()) {
    if (!(await feed(work, work.hot, world.position))) return;
    const full = work.hot;
    work.hot = makeHotSegment(full.last, full.key, full.hints());
    await seal(work, full);
  }
}

/** Feeds blocks to a segment until it is full or there are no more up to a position. True when it is full. */
async function feed(work: Work, segment: HotSegment, upTo: () => Position): Promise<boolean> {
  const slices = makeSlices();
  while (!work.closed) {
    const places = work.world.blocksAfter(segment.last, 32).filter((place) => place.first <= upTo());
    if (places.length === 0) return false;
    for (const place of places) {
      if (work.closed) return false;
      if (segment.rows > 0 && segment.rows + place.count > work.rowsMax) return true;
      addBlock(work.world, segment, place);
      if (slices.due()) await yieldToLoop();
    }
  }
  return false;
}

async function seal(work: Work, segment: HotSegment): Promise<void> {
  const { kept, complain } = work.world;
  work.sealing = segment;
  try {
    const slices = makeSlices();
    const steps = writeSegment(segment);
    let step = steps.next();
    for (; !step.done; step = steps.next()) if (slices.due()) await yieldToLoop();
    await kept.add({ after: segment.after, last: segment.last }, step.value);
    work.failures = 0;
  } catch (error) {
    work.failures++;
    complain(`a search index was not written: ${reasonOf(error)}. Documents are found all the same, more slowly`);
  }
  work.sealing = undefined;
}

/** The first range before the newest sealed segment that no segment covers though it has blocks. */
function firstGap({
  kept,
  blocksAfter,
}: SegmentWorld): { readonly after: Position; readonly upTo: Position } | undefined {
  let after = 0;
  for (const row of kept.list()) {
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
