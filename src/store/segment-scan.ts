import { yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate, Columns, FoundRows, Wanted } from '../query/candidate.ts';
import { rowText } from './block.ts';
import type { IndexState } from './catalog.ts';
import type { Reader } from './reader.ts';
import type { Scan } from './scan-scope.ts';
import { type Asked, evaluate } from './segment/evaluate.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import {
  addRange,
  addRow,
  allRows,
  and,
  andNot,
  countRows,
  hasRow,
  noRows,
  or,
  type Rows,
  rowNumbers,
} from './segment/rows.ts';
import type { Hits, SegmentBlock, SegmentIndex } from './segment/segment-index.ts';
import { segmentColumns } from './segment-columns.ts';
import { indexSetting } from './settings.ts';
import { makeSlices } from './slices.ts';
import type { ArrivalWindow } from './store.ts';

export interface SegmentSearch {
  /** Living documents of the index in the range, matching or not. */
  readonly rows: number;
  readonly candidates: AsyncIterable<readonly Candidate[] | FoundRows>;
}

/** Searches one segment within a range of positions. undefined when it proves damaged: its blocks must be searched then. */
export function searchSegment(
  segment: SegmentIndex,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  range: ArrivalWindow,
): SegmentSearch | undefined {
  try {
    const blocks = segment.blocks().filter((block) => block.index === index.stored.number);
    const living = rowsIn(segment, blocks, range, index, scan);
    const asked = askedOf(segment, index);
    const key = scan.queryKey === undefined ? undefined : `${segment.after} ${index.stored.number} ${scan.queryKey}`;
    const hits = knownHits(asked, wanted, scan, key);
    const sure = and(hits.sure, living);
    const maybe = andNot(and(hits.maybe, living), sure);
    const whole = range.after <= segment.after && range.upTo >= segment.last;
    const keep = (found: Rows): void => {
      if (segment.sealed && whole && wanted.query && key !== undefined) {
        scan.results.set(key, { mapping: asked.mapping, rows: found }, found.byteLength + key.length);
      }
    };
    return {
      rows: countRows(living),
      candidates: candidates(asked, blocks, { sure, maybe }, index, wanted, scan, keep),
    };
  } catch (error) {
    if (!(error instanceof SegmentDamage)) throw error;
    scan.segments?.damaged(segment, error.message);
    return undefined;
  }
}

function askedOf(segment: SegmentIndex, index: IndexState): Asked {
  return {
    segment,
    number: index.stored.number,
    name: index.stored.name,
    mapping: index.mapping(),
    analysis: JSON.stringify(indexSetting(index.stored.settings, 'analysis') ?? null),
  };
}

function knownHits(asked: Asked, wanted: Wanted, scan: Scan, key: string | undefined): Hits {
  if (!wanted.query) return { sure: noRows(), maybe: allRows() };
  const known = asked.segment.sealed && key !== undefined ? scan.results.get(key) : undefined;
  if (known?.mapping === asked.mapping) return { sure: known.rows, maybe: known.rows };
  return evaluate(wanted.query, asked);
}

/** The living rows of an index within a range of positions. */
function rowsIn(
  segment: SegmentIndex,
  blocks: readonly SegmentBlock[],
  range: ArrivalWindow,
  index: IndexState,
  scan: Scan,
): Rows {
  const rows = noRows();
  const purged = purgedBlocks(segment, blocks, index.stored.number, scan);
  for (const { first, count, start } of blocks) {
    if (purged.has(first)) continue;
    const from = Math.max(0, range.after + 1 - first);
    const to = Math.min(count, range.upTo + 1 - first);
    if (from < to) addRange(rows, start + from, start + to);
  }
  if (index.tally.dead === 0) return rows;
  const gone = noRows();
  const ended = scan.shelf.dead(range.after + 1, range.upTo).filter((row) => row.at <= scan.window.upTo);
  let number = 0;
  for (const { position } of ended) {
    for (let block = blocks[number]; block && block.first + block.count <= position; block = blocks[number]) number++;
    const block = blocks[number];
    if (block && position >= block.first) addRow(gone, block.start + position - block.first);
  }
  return andNot(rows, gone);
}

const purgedOf = new WeakMap<
  SegmentIndex,
  Map<number, { readonly purges: number; readonly firsts: ReadonlySet<number> }>
>();
const noBlocks: ReadonlySet<number> = new Set();

/** Blocks that are gone because all their rows were dead: with them went what says that the rows are dead. */
function purgedBlocks(
  segment: SegmentIndex,
  blocks: readonly SegmentBlock[],
  number: number,
  { shelf, purges }: Scan,
): ReadonlySet<number> {
  const times = purges(number);
  // What is hot was read since the store was opened, so it was there then.
  if (!segment.sealed && times === 0) return noBlocks;
  const known = purgedOf.get(segment)?.get(number);
  if (segment.sealed && known?.purges === times) return known.firsts;
  const there = new Set(shelf.blocks(number, segment.after, segment.last));
  const firsts = new Set(blocks.map(({ first }) => first).filter((first) => !there.has(first)));
  const ofSegment = purgedOf.get(segment) ?? new Map();
  purgedOf.set(segment, ofSegment.set(number, { purges: times, firsts }));
  return firsts;
}

/** Documents that are read one by one before those that match are handed out. */
const readMax = 256;

async function* candidates(
  asked: Asked,
  blocks: readonly SegmentBlock[],
  { sure, maybe }: Hits,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  keep: (found: Rows) => void,
): AsyncIterable<readonly Candidate[] | FoundRows> {
  const columns = segmentColumns(asked, scan.columns, scan.segments, (row) => candidateAt(row));
  const candidateAt = candidateMaker(blocks, index, scan, columns);
  const all = rowNumbers(or(sure, maybe));
  if (!wanted.query) {
    // Nothing was asked of the index: the search asks the matcher about each.
    for (let from = 0; from < all.length; from += readMax) {
      yield Array.from(all.subarray(from, from + readMax), candidateAt);
    }
    return;
  }
  const slices = makeSlices();
  const found = sure.slice();
  let batch: number[] = [];
  let read = 0;
  for (const row of all) {
    if (!hasRow(sure, row)) {
      if (slices.due()) await yieldToLoop();
      scan.signal?.throwIfAborted();
      read++;
      if (!wanted.matches(candidateAt(row))) continue;
      addRow(found, row);
    }
    batch.push(row);
    if (read < readMax) continue;
    yield { columns, rows: Uint32Array.from(batch) };
    batch = [];
    read = 0;
  }
  keep(found);
  if (batch.length > 0)
    yield { columns, rows: read === 0 && batch.length === all.length ? all : Uint32Array.from(batch) };
}

/** Documents by row; rows mostly ascend. */
function candidateMaker(
  blocks: readonly SegmentBlock[],
  index: IndexState,
  scan: Scan,
  columns: Columns,
): (row: number) => Candidate {
  let number = 0;
  return (row) => {
    if (row < (blocks[number] as SegmentBlock).start) number = 0;
    for (let block = blocks[number] as SegmentBlock; block.start + block.count <= row; ) {
      number++;
      block = blocks[number] as SegmentBlock;
    }
    const { first, start } = blocks[number] as SegmentBlock;
    return new SegmentCandidate(index, scan, first, row - start, columns, row);
  };
}

/** A document that is read when something of it is asked for: what only counts reads nothing. */
class SegmentCandidate implements Candidate {
  readonly columns: Columns;
  readonly row: number;
  readonly #index: IndexState;
  readonly #scan: Scan;
  readonly #first: number;
  readonly #row: number;

  /** `inBlock`: its place in the block at position `first`; `row`: its place in the segment, of which `columns` tell. */
  constructor(index: IndexState, scan: Scan, first: number, inBlock: number, columns: Columns, row: number) {
    this.#index = index;
    this.#scan = scan;
    this.#first = first;
    this.#row = inBlock;
    this.columns = columns;
    this.row = row;
  }
  get index(): string {
    return this.#index.stored.name;
  }
  get id(): string {
    return this.#open()?.block.rows[this.#row]?.id ?? '';
  }
  get version(): number {
    return this.#open()?.block.rows[this.#row]?.version ?? 0;
  }
  get seqNo(): number {
    return this.#open()?.block.rows[this.#row]?.seqNo ?? 0;
  }
  get source(): Document {
    const open = this.#open();
    return open ? this.#scan.reader.document(open, this.#row) : {};
  }
  get text(): string {
    const open = this.#open();
    return open ? rowText(open.block, this.#row) : '{}';
  }
  #open(): ReturnType<Reader['open']> {
    const open = this.#scan.reader.open(this.#first);
    if (open || !this.#scan.exists(this.#index)) return open;
    throw new TrailhoundError('data-folder-broken', `the documents at position ${this.#first} are not there any more`);
  }
}
