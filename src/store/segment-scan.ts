import { yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate, Wanted } from '../query/candidate.ts';
import { rowText } from './block.ts';
import type { IndexState } from './catalog.ts';
import type { Reader } from './reader.ts';
import type { Scan } from './scan-scope.ts';
import { evaluate } from './segment/evaluate.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import {
  addRange,
  addRow,
  allRows,
  and,
  andNot,
  countRows,
  hasRow,
  listRows,
  noRows,
  or,
  type Rows,
} from './segment/rows.ts';
import type { Hits, SegmentBlock, SegmentIndex } from './segment/segment-index.ts';
import { indexSetting } from './settings.ts';
import { makeSlices } from './slices.ts';
import type { ArrivalWindow } from './store.ts';

export interface SegmentSearch {
  /** Living documents of the index in the range, matching or not. */
  readonly rows: number;
  readonly candidates: AsyncIterable<readonly Candidate[]>;
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
    const asked = rowsIn(segment, blocks, range, index, scan);
    const key = scan.queryKey === undefined ? undefined : `${segment.after} ${index.stored.number} ${scan.queryKey}`;
    const hits = knownHits(segment, index, wanted, scan, key);
    const sure = and(hits.sure, asked);
    const maybe = andNot(and(hits.maybe, asked), sure);
    const whole = range.after <= segment.after && range.upTo >= segment.last;
    const keep = (found: Rows): void => {
      if (segment.sealed && whole && wanted.query && key !== undefined) {
        scan.results.set(key, { mapping: index.mapping(), rows: found }, found.byteLength + key.length);
      }
    };
    return { rows: countRows(asked), candidates: candidates(blocks, { sure, maybe }, index, wanted, scan, keep) };
  } catch (error) {
    if (!(error instanceof SegmentDamage)) throw error;
    scan.segments?.damaged(segment, error.message);
    return undefined;
  }
}

function knownHits(
  segment: SegmentIndex,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  key: string | undefined,
): Hits {
  if (!wanted.query) return { sure: noRows(), maybe: allRows() };
  const mapping = index.mapping();
  const known = segment.sealed && key !== undefined ? scan.results.get(key) : undefined;
  if (known?.mapping === mapping) return { sure: known.rows, maybe: known.rows };
  return evaluate(wanted.query, {
    segment,
    number: index.stored.number,
    name: index.stored.name,
    mapping,
    analysis: JSON.stringify(indexSetting(index.stored.settings, 'analysis') ?? null),
  });
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

/** Documents a batch: few enough that the search's own slices stay short. */
const batchMax = 256;

async function* candidates(
  blocks: readonly SegmentBlock[],
  { sure, maybe }: Hits,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  keep: (found: Rows) => void,
): AsyncIterable<readonly Candidate[]> {
  const slices = makeSlices();
  const found = sure.slice();
  let batch: Candidate[] = [];
  let number = 0;
  for (const row of listRows(or(sure, maybe))) {
    while ((blocks[number] as SegmentBlock).start + (blocks[number] as SegmentBlock).count <= row) number++;
    const block = blocks[number] as SegmentBlock;
    const isSure = hasRow(sure, row);
    const candidate = new SegmentCandidate(
      index,
      scan,
      block.first,
      row - block.start,
      isSure || wanted.query !== undefined,
    );
    if (!isSure && wanted.query) {
      if (slices.due()) await yieldToLoop();
      scan.signal?.throwIfAborted();
      if (!wanted.matches(candidate)) continue;
      addRow(found, row);
    }
    batch.push(candidate);
    if (batch.length < batchMax) continue;
    yield batch;
    batch = [];
  }
  keep(found);
  if (batch.length > 0) yield batch;
}

/** A document that is read when something of it is asked for: what only counts reads nothing. */
class SegmentCandidate implements Candidate {
  readonly sure: boolean;
  readonly #index: IndexState;
  readonly #scan: Scan;
  readonly #first: number;
  readonly #row: number;

  constructor(index: IndexState, scan: Scan, first: number, row: number, sure: boolean) {
    this.#index = index;
    this.#scan = scan;
    this.#first = first;
    this.#row = row;
    this.sure = sure;
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
