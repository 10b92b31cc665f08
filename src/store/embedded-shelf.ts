import { TrailhoundError } from '../base/errors.ts';
import { blockRowsMax } from './block.ts';
import { decodeBlock } from './block-format.ts';
import { prepareChange } from './embedded-change.ts';
import { storedId } from './embedded-id.ts';
import type { EventIds } from './embedded-ids.ts';
import type { LoadedFolder } from './embedded-load.ts';
import { broken, shrink } from './embedded-schema.ts';
import { NeedsMending } from './mended.ts';
import type { SegmentShelf } from './segment/segment-shelf.ts';
import type { DeadRow, Shelf } from './shelf.ts';
import type { Database, Fault } from './sqlite.ts';
import { faultOf } from './sqlite.ts';

export interface EmbeddedShelf extends Shelf {
  /** The sum that the ids of an index must have; undefined when it is gone. */
  idSum(index: number): number | undefined;
  /** From now on every call throws this: what was read proved damaged. */
  condemn(error: TrailhoundError): void;
}

/** Rows in the SQLite database at `path`. `committed` is told the position after every durable change. */
export function embeddedShelf(
  db: Database,
  path: string,
  folder: LoadedFolder,
  events: EventIds,
  committed: (position: number) => void,
  segments?: SegmentShelf,
): EmbeddedShelf {
  const change = prepareChange(db, folder, events);
  const tabled = tabledEvents(db, folder, events);
  let condemned: TrailhoundError | undefined;
  const attempt = <T>(work: () => T, failed: (path: string, error: unknown) => TrailhoundError): T => {
    if (condemned) throw condemned;
    try {
      return work();
    } catch (error) {
      if (error instanceof NeedsMending) throw error;
      throw failed(path, error);
    }
  };
  return {
    ...rowReader(db, path, { events, tabled }, (work) => attempt(work, readError)),
    ...(segments ? { segments } : {}),
    load: () => folder,
    mend: events.mend,
    idSum: (index) => change.sums(index)?.ids,
    condemn: (error) => {
      condemned = error;
    },
    commit(changes) {
      attempt(() => change.apply(changes), writeError);
      events.note(changes);
      for (const { index, after } of changes.ids ?? []) if (after.place <= 0) tabled.add(index);
      committed(changes.position);
    },
    sweep() {
      const more = attempt(() => change.sweep(), writeError);
      if (!more) events.prune();
      return more;
    },
    shrink: () => attempt(() => shrink(db), writeError),
    async close() {
      await events.close();
      try {
        db.release();
      } catch {
        // A full disk: the WAL stays, as after a kill, and the next opening reads it.
      }
    },
  };
}

/** Event indices of which the table `id` has rows: deleted ids, or a folder of an older format. */
function tabledEvents(db: Database, { indices }: LoadedFolder, events: EventIds): Set<number> {
  const some = db.prepare('SELECT 1 FROM id WHERE idx = ? LIMIT 1');
  const numbers = indices.map(({ stored }) => stored.number);
  return new Set(numbers.filter((number) => events.has(number) && some.row(number)));
}

function rowReader(
  db: Database,
  path: string,
  { events, tabled }: { readonly events: EventIds; readonly tabled: ReadonlySet<number> },
  read: <T>(work: () => T) => T,
): Pick<Shelf, 'find' | 'blocks' | 'rowsOfBlocks' | 'block' | 'head' | 'blockAt' | 'blocksAfter' | 'dead'> {
  const find = db.prepare('SELECT place, version, seq_no FROM id WHERE idx = ? AND id = ?');
  const blocks = db.prepare('SELECT first, n FROM block WHERE idx = ? AND first > ? AND first <= ? ORDER BY first');
  const sum = db.prepare('SELECT sum(n) FROM block WHERE idx = ? AND first > ? AND first <= ?');
  const block = db.prepare('SELECT idx, n, body FROM block WHERE first = ?');
  const blockAt = db.prepare(
    'SELECT idx, first, n, length(body) FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1',
  );
  const after = db.prepare('SELECT idx, first, n FROM block WHERE first > ? ORDER BY first LIMIT ?');
  const dead = db.prepare('SELECT position, at FROM dead WHERE position BETWEEN ? AND ?');
  return {
    find: (index, id) =>
      read(() => {
        const event = events.has(index);
        const living = event ? events.find(index, id) : undefined;
        if (living || (event && !tabled.has(index))) return living;
        const row = find.row(index, storedId(id));
        return row && { place: Number(row[0]), version: Number(row[1]), seqNo: Number(row[2]) };
      }),
    blocks: (index, after, upTo) =>
      read(() =>
        blocks
          .rows(index, after - blockRowsMax, upTo)
          .filter(([first, n]) => Number(first) + Number(n) - 1 > after)
          .map(([first]) => Number(first)),
      ),
    rowsOfBlocks: (index, after, upTo) => read(() => Number(sum.row(index, after, upTo)?.[0] ?? 0)),
    block: (first) =>
      read(() => {
        const row = block.row(first);
        if (!row) return undefined;
        const decoded = decodeBlock(row[2] as Uint8Array, Number(row[0]), first);
        if (decoded?.rows.length === Number(row[1])) return decoded;
        throw broken(path, `the documents at position ${first} are not those that were written`);
      }),
    head: (first) =>
      read(() => {
        const head = events.headAt(first);
        return head?.first === first ? head : undefined;
      }),
    blockAt: (position) =>
      read(() => {
        const row = blockAt.row(position);
        if (!row) return undefined;
        const [index = 0, first = 0, count = 0, bytes = 0] = row.map(Number);
        return first + count <= position ? undefined : { index, first, count, bytes };
      }),
    blocksAfter: (position, most) =>
      read(() =>
        after
          .rows(position, most)
          .map(([index, first, count]) => ({ index: Number(index), first: Number(first), count: Number(count) })),
      ),
    dead: (first, last) =>
      read(() =>
        dead.rows(first, last).map(([position, at]): DeadRow => ({ position: Number(position), at: Number(at) })),
      ),
  };
}

const writeFaults: Partial<Record<Fault, string>> = {
  full: 'the disk is full',
  'not-writable': 'it may not be written',
  io: 'the disk refused a write',
};

/** A change that could not be written leaves the folder as it was; the next one is tried again, so space that returns heals. */
function writeError(path: string, error: unknown): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  const why = writeFaults[faultOf(error) ?? 'other'];
  if (why === undefined) return readError(path, error);
  const message = error instanceof Error ? error.message : String(error);
  return new TrailhoundError(
    'read-only',
    `nothing can be written to ${path}: ${why} (${message}). Reading goes on, and writing as soon as the disk takes it`,
    { cause: error },
  );
}

function readError(path: string, error: unknown): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  const fault = faultOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (fault === 'broken' || fault === 'io') return broken(path, message, error);
  return new TrailhoundError('internal', `${path}: ${message}`, { cause: error });
}
