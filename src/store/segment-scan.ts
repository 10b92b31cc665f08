import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Candidate, Columns, FoundRows } from '../query/candidate.ts';
import type { Wanted } from '../query/wanted.ts';
import { rowBytes, rowText } from './block.ts';
import type { IndexState } from './catalog.ts';
import { textFilter } from './needles.ts';
import { blockOfRow, type PartBlocks } from './part-blocks.ts';
import type { Reader } from './reader.ts';
import type { Scan } from './scan-scope.ts';
import type { Asked } from './segment/evaluate.ts';
import { SegmentDamage } from './segment/paged-file.ts';
import { addRow, allRows, and, andNot, countRows, hasRow, noRows, or, type Rows, rowNumbers } from './segment/rows.ts';
import type { Hits, SegmentIndex } from './segment/segment-index.ts';
import { segmentColumns } from './segment-columns.ts';
import { livingRows, partOf } from './segment-part.ts';
import { indexSetting } from './settings.ts';
import { inSlices, makeSlices, type Slices } from './slices.ts';
import type { ArrivalWindow } from './store.ts';

export interface SegmentSearch {
  /** Living documents of the index in the range, matching or not. */
  readonly rows: number;
  readonly candidates: AsyncIterable<readonly Candidate[] | FoundRows>;
}

/** Searches one segment within a range of positions. undefined when it proves damaged: its blocks must be searched then. */
export async function searchSegment(
  segment: SegmentIndex,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  range: ArrivalWindow,
  slices: Slices,
): Promise<SegmentSearch | undefined> {
  try {
    const part = partOf(segment, index.stored.number, scan);
    if (part.count === 0) return { rows: 0, candidates: none() };
    const living = livingRows(part, segment, range, index, scan);
    const asked = askedOf(segment, index);
    const columns = columnsOf(asked, part.blocks, index, scan);
    const whole = segment.sealed && wanted.query && range.after <= segment.after && range.upTo >= segment.last;
    const key =
      whole && scan.queryKey !== undefined ? `${segment.number} ${index.stored.number} ${scan.queryKey}` : undefined;
    const tops = key === undefined ? undefined : scan.keptTops.of(`${key} ${living.count}`, asked.mapping.lineage);
    const filter = wanted.query && textFilter(wanted.query);
    const matches = (row: number): boolean => {
      const one = columns.candidate(row);
      return (!filter || filter(one.bytes)) && wanted.matches(one);
    };
    const known = key === undefined ? undefined : scan.results.get(key);
    if (known?.lineage === asked.mapping.lineage && known.upTo <= scan.window.upTo) {
      const rows = known.found instanceof Uint16Array ? known.found : rowNumbers(known.found);
      const all = living === part && scan.purges(index.stored.number) === 0;
      const there = all ? undefined : living.rows();
      const found = there ? rows.filter((row) => hasRow(there, row)) : rows;
      return { rows: living.count, candidates: onceRows({ columns, rows: found, tops }) };
    }
    const keep = (found: Rows): void => {
      if (key === undefined) return;
      const kept = countRows(found) > listMax ? found : Uint16Array.from(rowNumbers(found));
      scan.results.set(
        key,
        { lineage: asked.mapping.lineage, upTo: scan.window.upTo, found: kept },
        kept.byteLength + key.length + 64,
      );
    };
    const there = living.rows();
    const hits = wanted.query
      ? await inSlices(scan.hits(wanted.query, asked), slices, scan)
      : { sure: noRows(), maybe: allRows() };
    const sure = and(hits.sure, there);
    const maybe = andNot(and(hits.maybe, there), sure);
    return {
      rows: living.count,
      candidates: candidates({ columns, tops }, { sure, maybe }, { ...wanted, row: matches }, scan, keep),
    };
  } catch (error) {
    if (!(error instanceof SegmentDamage)) throw error;
    scan.segments?.damaged(segment, error.message);
    return undefined;
  }
}

/** What a segment holds of an index, by row. Throws SegmentDamage. */
export function columnsOfPart(segment: SegmentIndex, index: IndexState, scan: Scan): Columns {
  return columnsOf(askedOf(segment, index), partOf(segment, index.stored.number, scan).blocks, index, scan);
}

function columnsOf(asked: Asked, blocks: PartBlocks, index: IndexState, scan: Scan): SegmentColumns {
  const columns: SegmentColumns = segmentColumns(asked, scan.columns, scan.segments, (row) => candidate(row));
  const candidate = candidateMaker(blocks, index, scan, columns);
  return columns;
}

interface SegmentColumns extends Columns {
  candidate(row: number): SegmentCandidate;
}

/** More rows take less as bits. */
const listMax = 4096;

async function* none(): AsyncIterable<readonly Candidate[]> {}

async function* onceRows(rows: FoundRows): AsyncIterable<FoundRows> {
  if (rows.rows.length > 0) yield rows;
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

/** Documents that are read one by one before those that match are handed out. */
const readMax = 256;

async function* candidates(
  { columns, tops }: Pick<FoundRows, 'columns' | 'tops'>,
  { sure, maybe }: Hits,
  wanted: Pick<Wanted, 'query'> & { readonly row: (row: number) => boolean },
  scan: Scan,
  keep: (found: Rows) => void,
): AsyncIterable<readonly Candidate[] | FoundRows> {
  const all = rowNumbers(or(sure, maybe));
  if (!wanted.query) {
    // Nothing was asked of the index: the search asks the matcher about each.
    for (let from = 0; from < all.length; from += readMax) {
      yield Array.from(all.subarray(from, from + readMax), columns.candidate);
    }
    return;
  }
  const slices = makeSlices();
  const found = sure.slice();
  let batch: number[] = [];
  let read = 0;
  for (const row of all) {
    if (!hasRow(sure, row)) {
      if (slices.due()) await scan.pass();
      scan.signal?.throwIfAborted();
      read++;
      if (!wanted.row(row)) continue;
      addRow(found, row);
    }
    batch.push(row);
    if (read < readMax) continue;
    yield { columns, rows: Uint32Array.from(batch) };
    batch = [];
    read = 0;
  }
  keep(found);
  if (batch.length === 0) return;
  if (read === 0 && batch.length === all.length) yield { columns, rows: all, tops };
  else yield { columns, rows: Uint32Array.from(batch) };
}

/** Documents by row; rows mostly ascend. */
function candidateMaker(
  blocks: PartBlocks,
  index: IndexState,
  scan: Scan,
  columns: Columns,
): (row: number) => SegmentCandidate {
  let block = 0;
  return (row) => {
    const start = blocks.starts[block] as number;
    if (row < start || row >= start + (blocks.counts[block] as number)) block = blockOfRow(blocks, row);
    const inBlock = row - (blocks.starts[block] as number);
    return new SegmentCandidate(index, scan, blocks.firsts[block] as number, inBlock, columns, row);
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
    return this.#head()?.id ?? '';
  }
  get version(): number {
    return this.#head()?.version ?? 0;
  }
  get seqNo(): number {
    return this.#head()?.seqNo ?? 0;
  }
  get source(): Document {
    const open = this.#open();
    return open ? this.#scan.reader.document(open, this.#row) : {};
  }
  get text(): string {
    const open = this.#open();
    return open ? rowText(open.block, this.#row) : '{}';
  }
  /** The same, as it lies in its block. */
  get bytes(): Buffer {
    const open = this.#open();
    return open ? rowBytes(open.block, this.#row) : Buffer.alloc(0);
  }
  #head(): ReturnType<Reader['row']> {
    return this.#there(this.#scan.reader.row(this.#first, this.#row));
  }
  #open(): ReturnType<Reader['open']> {
    return this.#there(this.#scan.reader.open(this.#first));
  }
  #there<T>(found: T | undefined): T | undefined {
    if (found || !this.#scan.exists(this.#index)) return found;
    throw new TrailhoundError('data-folder-broken', `the documents at position ${this.#first} are not there any more`);
  }
}
