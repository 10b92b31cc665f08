import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { writeJson } from '../base/json.ts';
import type { Candidate, FoundRows } from '../query/candidate.ts';
import { mentionsNow } from '../query/mentions-now.ts';
import type { SearchableIndex } from '../query/search-plan.ts';
import type { Wanted } from '../query/wanted.ts';
import { type Block, rowBytes, rowText } from './block.ts';
import type { IndexState } from './catalog.ts';
import { textFilter } from './needles.ts';
import type { OpenBlock, Reader } from './reader.ts';
import type { Scan } from './scan-scope.ts';
import type { SegmentIndex } from './segment/segment-index.ts';
import { isSegmented, type Segments } from './segment/segments.ts';
import { keepOf, runsOf } from './segment-runs.ts';
import { searchSegment } from './segment-scan.ts';
import { makeSlices, type Slices } from './slices.ts';
import type { ArrivalWindow } from './store.ts';
import type { RowFilter } from './term-filter.ts';
import { rowFilter } from './term-filter.ts';

/** An index as the search sees it: what it held when the search began, whatever is written meanwhile. */
export function searchableIndex(index: IndexState, filter: Document | undefined, scan: Scan): SearchableIndex {
  return {
    name: index.stored.name,
    // Read when the index is planned: those of years are not all read in one go.
    get mapping() {
      return index.mapping();
    },
    settings: index.stored.settings,
    ...(filter ? { filter } : {}),
    candidates: (wanted) => candidates(index, wanted, filter ? filtered(scan, filter) : scan),
  };
}

/** What an alias leaves of an index is another answer to the same query. */
function filtered(scan: Scan, filter: Document): Scan {
  const text = writeJson(filter);
  const kept = scan.queryKey !== undefined && !mentionsNow(text);
  return { ...scan, queryKey: kept ? `${scan.queryKey}\n${text}` : undefined };
}

async function* candidates(
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
): AsyncIterable<readonly Candidate[] | FoundRows> {
  const { window } = scan;
  // Nothing new since the window began: the index need not be touched.
  if (index.tally.last <= window.after) return;
  const seen = { rows: 0 };
  const slices = makeSlices();
  let after = window.after;
  const reached = segmentsOf(index, scan).filter(({ after, last }) => last > window.after && after < window.upTo);
  for (const run of runsOf(reached, scan)) {
    const [first] = run.segments;
    if (first && first.after > after) yield* scanBlocks(index, wanted, scan, { after, upTo: first.after }, seen);
    const { stretches } = wanted;
    const kept = stretches && wanted.query && keepOf(run, index, scan);
    if (slices.due()) await scan.pass();
    scan.signal?.throwIfAborted();
    // Known before anything is read: a growing segment grows meanwhile.
    const upTo = Math.min(run.segments.at(-1)?.last ?? after, window.upTo);
    if (kept && stretches && !stretches.begin(kept.keep)) seen.rows += kept.rows;
    else {
      for (const segment of run.segments) {
        if (slices.due()) await scan.pass();
        scan.signal?.throwIfAborted();
        yield* scanSegment(segment, index, wanted, scan, { after, upTo }, slices, seen);
      }
      if (kept) stretches?.end();
    }
    after = upTo;
  }
  if (after < window.upTo) yield* scanBlocks(index, wanted, scan, { after, upTo: window.upTo }, seen);
  if (scan.whole && seen.rows !== index.tally.documents && scan.exists(index)) {
    throw new TrailhoundError(
      'data-folder-broken',
      `the index ${index.stored.name} should hold ${index.tally.documents} documents, but ${seen.rows} were found`,
    );
  }
}

async function* scanSegment(
  segment: SegmentIndex,
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  { after, upTo }: ArrivalWindow,
  slices: Slices,
  seen: { rows: number },
): AsyncIterable<readonly Candidate[] | FoundRows> {
  const range = { after: Math.max(after, segment.after), upTo: Math.min(segment.last, upTo) };
  const found = await searchSegment(segment, index, wanted, scan, range, slices);
  if (!found) {
    yield* scanBlocks(index, wanted, scan, range, seen);
    return;
  }
  seen.rows += found.rows;
  yield* found.candidates;
}

function segmentsOf({ stored }: IndexState, { segments }: Scan): ReturnType<Segments['cover']> {
  return segments && isSegmented(stored.name) ? segments.cover() : [];
}

/** Looks through the blocks of a range of positions: for what no segment covers. */
async function* scanBlocks(
  index: IndexState,
  wanted: Wanted,
  scan: Scan,
  range: ArrivalWindow,
  seen: { rows: number },
): AsyncIterable<readonly Candidate[]> {
  const { shelf, reader } = scan;
  const filter = rowFilter(wanted.required, index.mapping());
  const textual = wanted.query && textFilter(wanted.query);
  const slices = makeSlices();
  for (const first of shelf.blocks(index.stored.number, range.after, range.upTo)) {
    if (slices.due()) await scan.pass();
    scan.signal?.throwIfAborted();
    const open = reader.open(first);
    if (!open) continue;
    const rows = livingRows(index, open.block, scan, range);
    seen.rows += rows === 'all' ? open.block.rows.length : rows.length;
    const found = chosen(open.block, rows, filter).filter((row) => !textual || textual(rowBytes(open.block, row)));
    const batch = found.map((row) => candidate(index, open, row, reader));
    if (batch.length > 0) yield batch;
  }
}

/** Rows in the window that no write before the search began had replaced. */
function livingRows(
  index: IndexState,
  block: Block,
  { shelf, window }: Scan,
  range: ArrivalWindow,
): readonly number[] | 'all' {
  const count = block.rows.length;
  const last = block.first + count - 1;
  const inside = block.first > range.after && last <= range.upTo;
  const dead = index.tally.dead === 0 ? [] : shelf.dead(block.first, last).filter((row) => row.at <= window.upTo);
  if (inside && dead.length === 0) return 'all';
  const gone = new Set(dead.map((row) => row.position));
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const position = block.first + row;
    if (position > range.after && position <= range.upTo && !gone.has(position)) rows.push(row);
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
