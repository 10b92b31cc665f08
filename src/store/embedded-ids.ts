import type { BlockHead } from './block.ts';
import { blockHeads } from './embedded-heads.ts';
import type { LoadedFolder } from './embedded-load.ts';
import { makeIdManifest } from './embedded-manifest.ts';
import { type Ids, openIds } from './ids/ids.ts';
import { isSegmented } from './segment/segments.ts';
import type { Change } from './shelf.ts';
import type { Database } from './sqlite.ts';
import type { Position } from './store.ts';

/** The ids of event indices, which have no row in the table `id` but while they are deleted (and those of older folders). */
export interface EventIds extends Ids {
  /** Does an index keep its ids here? */
  has(index: number): boolean;
  /** The head of the block that holds a position, whatever its index; undefined when it is gone. */
  headAt(position: Position): BlockHead | undefined;
  /** Of a row at this position the table `id` has a row too. */
  isTabled(place: Position): boolean;
  /** What became durable. */
  note(change: Change): void;
}

export async function openEventIds(
  db: Database,
  path: string,
  folder: LoadedFolder,
  options: {
    /** Of the runs. */
    readonly files: string;
    readonly complain: (message: string) => void;
    readonly rowsMax?: number;
  },
): Promise<EventIds> {
  const events = new Set<number>();
  for (const { stored } of folder.indices) if (isSegmented(stored.name)) events.add(stored.number);
  const { key, from } = folder.ids;
  const heads = blockHeads(db, path);
  const dead = db.prepare('SELECT 1 FROM dead WHERE position = ?');
  const deadRows = db.prepare('SELECT position FROM dead WHERE position BETWEEN ? AND ?');
  const after = db.prepare('SELECT idx, first, n FROM block WHERE first > ? ORDER BY first LIMIT ?');
  const ids = await openIds({
    folder: options.files,
    manifest: makeIdManifest(db),
    key,
    from,
    blocksAfter: (position, most) =>
      after.rows(position, most).map(([index, start, n]) => {
        const first = Number(start);
        const last = first + Number(n) - 1;
        if (!events.has(Number(index))) return { last, head: undefined };
        return { last, head: heads.at(first), dead: new Set(deadRows.rows(first, last).map(([row]) => Number(row))) };
      }),
    headAt: heads.at,
    isDead: (position) => dead.row(position) !== undefined,
    complain: options.complain,
    ...(options.rowsMax === undefined ? {} : { rowsMax: options.rowsMax }),
  });
  return {
    ...ids,
    headAt: heads.at,
    has: (index) => events.has(index),
    isTabled: (place) => place <= from,
    note({ indices = [], blocks = [], ids: changes = [], purged = [] }) {
      // The head of a block that is gone would still tell of its rows, and nothing that they are dead.
      if (purged.length > 0) heads.forget();
      for (const { stored } of indices) if (isSegmented(stored.name)) events.add(stored.number);
      for (const { index, id, before } of changes) {
        if (before && before.place > from && events.has(index)) ids.remove(index, id, before.place);
      }
      for (const { block } of blocks) if (events.has(block.index)) ids.add(block);
    },
  };
}
