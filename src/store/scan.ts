import { yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseKnownJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Candidate, RequiredTerms } from '../query/candidate.ts';
import type { SearchableIndex } from '../query/execute.ts';
import type { Block } from './block.ts';
import { rowText } from './block.ts';
import type { BoundedCache } from './bounded-cache.ts';
import { boundedCache } from './bounded-cache.ts';
import type { IndexState } from './catalog.ts';
import type { Shelf } from './shelf.ts';
import { makeSlices } from './slices.ts';
import type { ArrivalWindow, Position } from './store.ts';
import type { RowFilter } from './term-filter.ts';
import { rowFilter } from './term-filter.ts';

/** A block in memory, with those of its documents that were parsed. */
interface OpenBlock {
  readonly block: Block;
  readonly parsed: (Document | undefined)[];
}

/** Reads blocks and documents through one bounded cache. */
export interface Reader {
  /** undefined when the block is gone. */
  open(first: Position): OpenBlock | undefined;
  document(open: OpenBlock, row: number): Document;
  /** Takes a block that was just written: the newest documents are asked for first, and need no unpacking then. */
  add(block: Block, documents: readonly (Document | undefined)[]): void;
}

/** A parsed document takes some three times its text; both count. */
const parsedWeight = 4;

export function makeReader(shelf: Shelf): Reader {
  const cache: BoundedCache<Position, OpenBlock> = boundedCache(limits.openBlocksMax);
  return {
    open(first) {
      const known = cache.get(first);
      if (known) return known;
      const block = shelf.block(first);
      if (!block) return undefined;
      const open = { block, parsed: [] };
      cache.set(first, open, block.bytes.length * parsedWeight);
      return open;
    },
    document(open, row) {
      const known = open.parsed[row];
      if (known) return known;
      const document = parseKnownJson(rowText(open.block, row)) as Document;
      open.parsed[row] = document;
      return document;
    },
    add(block, documents) {
      cache.set(block.first, { block, parsed: [...documents] }, block.bytes.length * parsedWeight);
    },
  };
}

export interface Scan {
  readonly shelf: Shelf;
  readonly reader: Reader;
  readonly window: ArrivalWindow;
  readonly signal: AbortSignal | undefined;
  /** The window covers everything: then the rows seen must be as many as the index holds. */
  readonly whole: boolean;
  /** False once the index was deleted while the search ran: what was found until then is the answer. */
  readonly exists: (index: IndexState) => boolean;
}

/** An index as the search sees it: what it held when the search began, whatever is written meanwhile. */
export function searchableIndex(index: IndexState, filter: Document | undefined, scan: Scan): SearchableIndex {
  const mapping = index.mapping();
  return {
    name: index.stored.name,
    mapping,
    settings: index.stored.settings,
    ...(filter ? { filter } : {}),
    candidates: (required) => candidates(index, required, scan),
  };
}

async function* candidates(
  index: IndexState,
  required: RequiredTerms,
  scan: Scan,
): AsyncIterable<readonly Candidate[]> {
  const { shelf, reader, window } = scan;
  // Nothing new since the window began: the index need not be touched.
  if (index.tally.last <= window.after) return;
  const filter = rowFilter(required, index.mapping());
  const slices = makeSlices();
  let seen = 0;
  for (const first of shelf.blocks(index.stored.number, window.after, window.upTo)) {
    if (slices.due()) await yieldToLoop();
    scan.signal?.throwIfAborted();
    const open = reader.open(first);
    if (!open) continue;
    const rows = livingRows(index, open.block, scan);
    seen += rows === 'all' ? open.block.rows.length : rows.length;
    const batch = chosen(open.block, rows, filter).map((row) => candidate(index, open, row, reader));
    if (batch.length > 0) yield batch;
  }
  if (scan.whole && seen !== index.tally.documents && scan.exists(index)) {
    throw new TrailhoundError(
      'data-folder-broken',
      `the index ${index.stored.name} should hold ${index.tally.documents} documents, but ${seen} were found`,
    );
  }
}

/** Rows in the window that no write before the search began had replaced. */
function livingRows(index: IndexState, block: Block, { shelf, window }: Scan): readonly number[] | 'all' {
  const count = block.rows.length;
  const last = block.first + count - 1;
  const inside = block.first > window.after && last <= window.upTo;
  const dead = index.tally.dead === 0 ? [] : shelf.dead(block.first, last).filter((row) => row.at <= window.upTo);
  if (inside && dead.length === 0) return 'all';
  const gone = new Set(dead.map((row) => row.position));
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const position = block.first + row;
    if (position > window.after && position <= window.upTo && !gone.has(position)) rows.push(row);
  }
  return rows;
}

function chosen(block: Block, living: readonly number[] | 'all', filter: RowFilter | undefined): readonly number[] {
  const possible = filter ? filter(block) : 'all';
  if (possible === 'all') return living === 'all' ? block.rows.map((_, row) => row) : living;
  if (living === 'all') return possible;
  const alive = new Set(living);
  return possible.filter((row) => alive.has(row));
}

/** The source is parsed when a matcher first asks for it: counting everything parses nothing. */
function candidate(index: IndexState, open: OpenBlock, row: number, reader: Reader): Candidate {
  const { id = '', version = 0, seqNo = 0 } = open.block.rows[row] ?? {};
  return {
    index: index.stored.name,
    id,
    version,
    seqNo,
    get source() {
      return reader.document(open, row);
    },
    get text() {
      return rowText(open.block, row);
    },
  };
}
