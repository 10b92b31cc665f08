import { rowSum } from './embedded-schema.ts';
import type { Manifest, SegmentRow } from './segment/segment-shelf.ts';
import type { Database } from './sqlite.ts';

/** The list of sealed segments as a table. A row that is not what was written is as good as none: its segment is made anew. */
export function makeManifest(db: Database): Manifest {
  const all = db.prepare('SELECT key, value, sum FROM segment ORDER BY key');
  const add = db.prepare('INSERT OR REPLACE INTO segment(key, value, sum) VALUES(?, ?, ?)');
  const remove = db.prepare('DELETE FROM segment WHERE key = ?');
  return {
    rows: () =>
      all
        .rows()
        .flatMap(([key, value, sum]): SegmentRow[] =>
          rowSum(Number(key), String(value)) === sum ? [JSON.parse(String(value))] : [],
        ),
    add(row) {
      const value = JSON.stringify(row);
      db.transaction(() => add.run(row.after, value, rowSum(row.after, value)));
    },
    remove: (after) => db.transaction(() => remove.run(after)),
  };
}
