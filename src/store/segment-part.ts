import type { IndexState } from './catalog.ts';
import type { PartBlocks } from './part-blocks.ts';
import type { Scan } from './scan-scope.ts';
import { addRange, addRow, andNot, countRows, noRows, type Rows } from './segment/rows.ts';
import type { SegmentBlock, SegmentIndex } from './segment/segment-index.ts';
import type { ArrivalWindow } from './store.ts';

/** What a segment holds of one index. */
export interface SegmentPart {
  readonly blocks: PartBlocks;
  readonly count: number;
  /** Rows of blocks that are there. Not to be changed. */
  rows(): Rows;
}

interface Known {
  readonly blocks: PartBlocks;
  purges: number;
  part: SegmentPart;
}

/** A segment that is sealed has the same blocks for ever; what was purged of them is looked up when that changed. */
const knownOf = new WeakMap<SegmentIndex, ReadonlyMap<number, Known>>();

/** Throws SegmentDamage. */
export function partOf(segment: SegmentIndex, index: number, scan: Scan): SegmentPart {
  // What is hot was read since the store was opened, so it was there then.
  if (!segment.sealed) {
    const blocks = listed(segment.blocks().filter((block) => block.index === index));
    const there = scan.purges(index) === 0 ? blocks : present(segment, blocks, index, scan);
    const rows = rowsOf(there);
    return { ...partWith(there, scan), rows: () => rows };
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
    known.part = partWith(present(segment, known.blocks, index, scan), scan);
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
  return new Map([...groups].map(([index, own]) => [index, { blocks: listed(own), purges: -1, part: nothing }]));
}

function listed(blocks: readonly SegmentBlock[]): PartBlocks {
  const { length } = blocks;
  const list = { firsts: new Float64Array(length), starts: new Uint16Array(length), counts: new Uint16Array(length) };
  for (let number = 0; number < length; number++) {
    const { first, start, count } = blocks[number] as SegmentBlock;
    list.firsts[number] = first;
    list.starts[number] = start;
    list.counts[number] = count;
  }
  return list;
}

const none = listed([]);
const nothing: SegmentPart = { blocks: none, count: 0, rows: noRows };

/** Blocks that are gone because all their rows were dead: with them went what says that the rows are dead. */
function present({ after, last }: SegmentIndex, blocks: PartBlocks, index: number, { shelf }: Scan): PartBlocks {
  const { firsts, starts, counts } = blocks;
  if (shelf.rowsOfBlocks(index, after, last) === countOf(blocks)) return blocks;
  const there = new Set(shelf.blocks(index, after, last));
  const isThere = (_: number, number: number): boolean => there.has(firsts[number] as number);
  return { firsts: firsts.filter(isThere), starts: starts.filter(isThere), counts: counts.filter(isThere) };
}

function partWith(blocks: PartBlocks, { partRows }: Scan): SegmentPart {
  return {
    blocks,
    count: countOf(blocks),
    rows() {
      const known = partRows.get(blocks);
      if (known) return known;
      const rows = rowsOf(blocks);
      partRows.set(blocks, rows, rows.byteLength);
      return rows;
    },
  };
}

function countOf({ counts }: PartBlocks): number {
  let sum = 0;
  for (let number = 0; number < counts.length; number++) sum += counts[number] as number;
  return sum;
}

function rowsOf({ starts, counts }: PartBlocks): Rows {
  const rows = noRows();
  for (let block = 0; block < starts.length; block++) {
    const start = starts[block] as number;
    addRange(rows, start, start + (counts[block] as number));
  }
  return rows;
}

/** The rows within a range of positions that no write before the search began had replaced. */
export function livingRows(
  part: SegmentPart,
  segment: SegmentIndex,
  range: ArrivalWindow,
  index: IndexState,
  scan: Scan,
): Pick<SegmentPart, 'count' | 'rows'> {
  const whole = range.after <= segment.after && range.upTo >= segment.last;
  if (whole && index.tally.dead === 0) return part;
  const rows = whole ? part.rows() : rowsWithin(part.blocks, range);
  const gone = index.tally.dead === 0 ? noRows() : deadRows(part.blocks, range, scan);
  const living = andNot(rows, gone);
  return { rows: () => living, count: countRows(living) };
}

function rowsWithin({ firsts, starts, counts }: PartBlocks, { after, upTo }: ArrivalWindow): Rows {
  const rows = noRows();
  for (let block = 0; block < firsts.length; block++) {
    const first = firsts[block] as number;
    const start = starts[block] as number;
    const from = Math.max(0, after + 1 - first);
    const to = Math.min(counts[block] as number, upTo + 1 - first);
    if (from < to) addRange(rows, start + from, start + to);
  }
  return rows;
}

function deadRows({ firsts, starts, counts }: PartBlocks, range: ArrivalWindow, { shelf, window }: Scan): Rows {
  const gone = noRows();
  let block = 0;
  for (const { position, at } of shelf.dead(range.after + 1, range.upTo)) {
    if (at > window.upTo) continue;
    while (block < firsts.length && (firsts[block] as number) + (counts[block] as number) <= position) block++;
    const first = firsts[block];
    if (first !== undefined && position >= first) addRow(gone, (starts[block] as number) + position - first);
  }
  return gone;
}
