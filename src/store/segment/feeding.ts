import { yieldToLoop } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { IndexState } from '../catalog.ts';
import type { Reader } from '../reader.ts';
import { indexSetting } from '../settings.ts';
import type { BlockPlace } from '../shelf.ts';
import { giveWay, makeSlices } from '../slices.ts';
import type { Position } from '../store.ts';
import type { SegmentFile } from './file-parts.ts';
import type { HotSegment } from './hot-segment.ts';
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
  /** Rows of an index in the blocks that begin in (after, upTo]: which is told without reading blocks. */
  readonly rowsOfBlocks: (index: number, after: Position, upTo: Position) => number;
  /** Told why a segment could not be written or read. */
  readonly complain: (message: string) => void;
  /** A search may be reading a segment that was dropped. */
  readonly searching: () => boolean;
  /** Somebody waits for the answer of a search. */
  readonly asked: () => boolean;
  /** Documents after which a segment is sealed. */
  readonly rowsMax?: number;
  /** How long a growing segment rests before it is written; limits.segmentQuietMs unless told. */
  readonly quietMs?: number;
}

/** What feeding needs to know of the work that it is part of. */
export interface Feeder {
  readonly world: SegmentWorld;
  readonly rowsMax: number;
  readonly closed: boolean;
}

/** Indices of our own (alerts, monitors, ledger) are small and change much: they are searched by reading. */
export function isSegmented(indexName: string): boolean {
  return !indexName.startsWith('.');
}

/** Blocks that are looked up at once. */
const blocksAtOnce = 32;

/** Documents behind what was written from which on writes do not wait for the index: it catches up in the background. */
export const farBehind = limits.unindexedMax * 4;

/** Turns of the loop that catching up leaves to searches: they read what has no index yet, so the first is soon over and the tenth is not worth waiting for. */
const turnsForSearches = 4;

/** Feeds blocks to a segment until it is full or there are no more up to a position. True when it is full. */
export async function feed(feeder: Feeder, segment: HotSegment, upTo: () => Position): Promise<boolean> {
  for (;;) {
    const fed = await feedSome(feeder, segment, upTo());
    if (fed !== 'more') return fed === 'full';
  }
}

/** Feeds the next blocks: there may be more, or the segment is full, or all are in it (or the store closes). */
export async function feedSome(feeder: Feeder, segment: HotSegment, upTo: Position): Promise<'more' | 'full' | 'done'> {
  const slices = makeSlices();
  const places = feeder.world.blocksAfter(segment.last, blocksAtOnce).filter((place) => place.first <= upTo);
  for (const place of places) {
    if (feeder.closed) return 'done';
    const full = segment.rows + place.count > feeder.rowsMax || segment.weight() > limits.segmentWeightMax;
    if (segment.rows > 0 && full) return 'full';
    addBlock(feeder.world, segment, place);
    if (!slices.due()) continue;
    await (upTo - segment.last > farBehind
      ? giveWay(() => !feeder.closed && feeder.world.asked(), turnsForSearches)
      : yieldToLoop());
  }
  return places.length > 0 && !feeder.closed ? 'more' : 'done';
}

/** The segment's file, made in slices. */
export async function segmentFile(segment: HotSegment): Promise<SegmentFile> {
  const slices = makeSlices();
  const steps = writeSegment(segment);
  let step = steps.next();
  for (; !step.done; step = steps.next()) if (slices.due()) await yieldToLoop();
  return step.value;
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
  reader.indexed(open);
}
