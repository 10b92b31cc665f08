import { elapsedMs, systemClock, yieldToLoop } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import { withSignals } from '../../base/joined-signal.ts';
import { limits } from '../../base/limits.ts';
import type { Position } from '../store.ts';
import { farBehind, feed, type SegmentWorld, segmentFile } from './feeding.ts';
import { type HotSegment, makeHotSegment } from './hot-segment.ts';
import { type Merging, makeMerging } from './merging.ts';
import { segmentRowsMax } from './rows.ts';
import type { SegmentIndex } from './segment-index.ts';

export { isSegmented } from './feeding.ts';

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
  /** As Store.ready. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Resolves when all is indexed, and sealed where it is due (tests, backup). */
  settled(): Promise<void>;
  /** Drops sealed segments of which no document is left: their space comes back. */
  prune(): void;
  /** A sealed segment proved damaged: it is dropped and made anew. */
  damaged(segment: SegmentIndex, why: string): void;
  close(): Promise<void>;
}

/** Half of what row numbers allow: what a growing segment holds is indexed anew after a crash, and searched by reading until then. */
const sealedAfter = 32_768;

/** A growing segment is written when the store is closed or has rested, so that the next start need not index its documents anew; fewer are as quickly read. */
const sealedEarlyFrom = 4096;

/** How many sealings that fail one after another are tried; then the rest of the run does without. */
const sealTriesMax = 3;

/** Growing segments' worth of documents that a start may find without an index and that are waited for: an old folder has no end of them. */
const waitedSegments = 2;

export function openSegments(world: SegmentWorld): Segments {
  const { kept } = world;
  const work = workOf(world);
  let running: Promise<void> | undefined;
  const behind = (): number => world.position() - work.hot.last;
  const awake = new AbortController();
  const rested = restAfterStart(awake.signal);
  const hasRested = restOf(work);
  let delay = behind() > farBehind ? rested : undefined;
  const poke = (): void => {
    if (!world.searching()) kept.release();
    if (running || work.closed) return;
    running = (delay ?? yieldToLoop())
      .then(() => indexAll(work))
      .catch((error) => standStill(work, error))
      .finally(() => {
        running = undefined;
        delay = undefined;
        work.caughtUp.abort();
      });
  };
  // What an earlier run left small, or half empty.
  const merged = rested.then(() => {
    work.merging.due();
    poke();
  });
  return {
    cover() {
      if (!running && !work.closed && behind() === 0 && hasRested()) {
        running = sealQuiet(work).finally(() => {
          running = undefined;
          poke();
        });
      }
      return coverOf(work);
    },
    poke,
    async keepUp() {
      // Only while it follows closely: what an old folder holds is caught up with in the background.
      if (behind() > farBehind) return;
      while (running && !work.closed && behind() > limits.unindexedMax) await yieldToLoop();
    },
    ready: (signal) => caughtUp(work, signal),
    async settled() {
      awake.abort();
      await merged;
      poke();
      while (running) await running;
    },
    prune() {
      dropEmpty(world);
      work.merging.due();
      poke();
    },
    damaged(segment, why) {
      world.complain(`a search index is damaged and made anew: ${why}`);
      kept.drop(segment.after);
      poke();
    },
    async close() {
      work.closed = true;
      awake.abort();
      await running;
      if (isWorthIt(work)) await seal(work, work.hot);
      kept.close();
    },
  };
}

function standStill(work: Work, error: unknown): void {
  work.failures = sealTriesMax;
  work.world.complain(
    `the search index stands still: ${reasonOf(error)}. Documents are found all the same, more slowly`,
  );
}

function workOf(world: SegmentWorld): Work {
  const { kept, rowsMax = sealedAfter } = world;
  const work: Work = {
    world,
    rowsMax: Math.min(rowsMax, segmentRowsMax),
    sealing: undefined,
    hot: makeHotSegment(kept.list().at(-1)?.last ?? 0, kept.key()),
    failures: 0,
    closed: false,
    caughtUp: new AbortController(),
    merging: makeMerging(world, () => work),
  };
  const missing = world.position() - work.hot.last;
  if (missing <= farBehind || missing > work.rowsMax * waitedSegments) work.caughtUp.abort();
  return work;
}

function dropEmpty({ kept, blocksAfter }: SegmentWorld): void {
  for (const { after, last } of kept.list()) {
    const [block] = blocksAfter(after, 1);
    if (!block || block.first > last) kept.drop(after);
  }
}

function caughtUp({ caughtUp: { signal: done } }: Work, signal: AbortSignal | undefined): Promise<void> {
  return withSignals([signal, done], (either) => systemClock.sleep(limits.indexWaitMs, either));
}

/** The program starts and answers first. The machine's time: a replay's runs ahead. */
function restAfterStart(signal: AbortSignal): Promise<void> {
  return systemClock.sleep(limits.indexAfterMs, signal);
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
  /** Aborts when nearly all that the start found without an index has one. */
  readonly caughtUp: AbortController;
  readonly merging: Merging;
}

/** Fills the ranges that have no segment, then follows what is written, and between merges, until there is nothing to do. */
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
  do {
    while (goesOn() && (await feed(work, work.hot, world.position))) {
      const full = work.hot;
      work.hot = makeHotSegment(full.last, full.key, full.hints());
      await seal(work, full);
    }
    work.caughtUp.abort();
  } while (goesOn() && (await work.merging.step(work.hot.hints())));
}

async function seal(work: Work, segment: HotSegment): Promise<void> {
  const { kept, complain } = work.world;
  work.sealing = segment;
  try {
    await kept.add({ after: segment.after, last: segment.last }, await segmentFile(segment));
    work.failures = 0;
  } catch (error) {
    work.failures++;
    complain(`a search index was not written: ${reasonOf(error)}. Documents are found all the same, more slowly`);
  }
  work.sealing = undefined;
}

function coverOf({ world: { kept }, sealing, hot }: Work): readonly SegmentIndex[] {
  const growing = sealing && sealing !== hot && !kept.holds(sealing.after) ? [sealing, hot] : [hot];
  return [...kept.open(), ...growing].sort((a, b) => a.after - b.after);
}

/** Tells when nothing was added to the growing segment for a while. */
function restOf(work: Work): () => boolean {
  const { quietMs = limits.segmentQuietMs } = work.world;
  let rows = 0;
  let quiet = elapsedMs();
  return () => {
    if (work.hot.rows !== rows) quiet = elapsedMs();
    rows = work.hot.rows;
    if (quiet() < quietMs || !isWorthIt(work)) return false;
    quiet = elapsedMs();
    return true;
  };
}

function isWorthIt({ hot, rowsMax, failures }: Work): boolean {
  return hot.rows >= Math.min(sealedEarlyFrom, rowsMax / 4) && failures === 0;
}

/** Writes what has not grown for a while. Small ones are merged: a document is indexed anew a few times at most. */
async function sealQuiet(work: Work): Promise<void> {
  const { hot } = work;
  await seal(work, hot);
  if (!work.world.kept.holds(hot.after)) return;
  work.hot = makeHotSegment(hot.last, hot.key, hot.hints());
  work.merging.due();
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
