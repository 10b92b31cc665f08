import type { IndexState } from './catalog.ts';
import type { Scan } from './scan-scope.ts';
import { addRange, addRow, andNot, countRows, noRows, type Rows } from './segment/rows.ts';
import type { SegmentBlock, SegmentIndex } from './segment/segment-index.ts';
import type { ArrivalWindow } from './store.ts';

/** What a segment holds of one index. Not to be changed. */
export interface SegmentPart {
  readonly blocks: readonly SegmentBlock[];
  /** Rows of blocks that are there. */
  readonly rows: Rows;
  readonly count: number;
}

const nothing: SegmentPart = { blocks: [], rows: noRows(), count: 0 };

interface Known {
  readonly blocks: readonly SegmentBlock[];
  purges: number;
  part: SegmentPart;
}

/** A segment that is sealed has the same blocks for ever; what was purged of them is looked up when that changed. */
const knownOf = new WeakMap<SegmentIndex, ReadonlyMap<number, Known>>();

/** Throws SegmentDamage. */
export function partOf(segment: SegmentIndex, index: number, scan: Scan): SegmentPart {
  // What is hot was read since the store was opened, so it was there then.
  if (!segment.sealed) {
    const blocks = segment.blocks().filter((block) => block.index === index);
    return scan.purges(index) === 0 ? partWith(blocks) : partWith(present(segment, blocks, index, scan));
  }
  let parts = knownOf.get(segment);
  if (!parts) {
    parts = groupBlocks(segment.blocks());
    knownOf.set(segment, parts);
  }
  const known = parts.get(index);
  if (!known) return nothing;
  const purges = scan.purges(index);
  if (known.purges !== purges) {
    known.part = partWith(present(segment, known.blocks, index, scan));
    known.purges = purges;
  }
  return known.part;
}

function groupBlocks(blocks: readonly SegmentBlock[]): ReadonlyMap<number, Known> {
  const groups = new Map<number, SegmentBlock[]>();
  for (const block of blocks) {
    const group = groups.get(block.index);
    if (group) group.push(block);
    else groups.set(block.index, [block]);
  }
  return new Map([...groups].map(([index, own]) => [index, { blocks: own, purges: -1, part: nothing }]));
}

/** Blocks that are gone because all their rows were dead: with them went what says that the rows are dead. */
function present(
  { after, last }: SegmentIndex,
  blocks: readonly SegmentBlock[],
  index: number,
  { shelf }: Scan,
): readonly SegmentBlock[] {
  const there = new Set(shelf.blocks(index, after, last));
  return blocks.filter(({ first }) => there.has(first));
}

function partWith(blocks: readonly SegmentBlock[]): SegmentPart {
  const rows = noRows();
  for (const { start, count } of blocks) addRange(rows, start, start + count);
  return { blocks, rows, count: countRows(rows) };
}

/** The rows within a range of positions that no write before the search began had replaced. */
export function livingRows(
  part: SegmentPart,
  segment: SegmentIndex,
  range: ArrivalWindow,
  index: IndexState,
  scan: Scan,
): { readonly rows: Rows; readonly count: number } {
  const whole = range.after <= segment.after && range.upTo >= segment.last;
  if (whole && index.tally.dead === 0) return part;
  const rows = whole ? part.rows : rowsWithin(part, range);
  const gone = index.tally.dead === 0 ? noRows() : deadRows(part, range, scan);
  const living = andNot(rows, gone);
  return { rows: living, count: countRows(living) };
}

function rowsWithin({ blocks }: SegmentPart, { after, upTo }: ArrivalWindow): Rows {
  const rows = noRows();
  for (const { first, count, start } of blocks) {
    const from = Math.max(0, after + 1 - first);
    const to = Math.min(count, upTo + 1 - first);
    if (from < to) addRange(rows, start + from, start + to);
  }
  return rows;
}

function deadRows({ blocks }: SegmentPart, range: ArrivalWindow, { shelf, window }: Scan): Rows {
  const gone = noRows();
  let number = 0;
  for (const { position, at } of shelf.dead(range.after + 1, range.upTo)) {
    if (at > window.upTo) continue;
    for (let block = blocks[number]; block && block.first + block.count <= position; block = blocks[number]) number++;
    const block = blocks[number];
    if (block && position >= block.first) addRow(gone, block.start + position - block.first);
  }
  return gone;
}
