import { rowSum } from './embedded-schema.ts';
import type { IdManifest } from './ids/id-world.ts';
import type { Manifest } from './segment/segment-shelf.ts';
import type { Database } from './sqlite.ts';
import type { Position } from './store.ts';

/** The list of sealed segments as a table. A row that is not what was written is as good as none: its segment is made anew. */
export function makeManifest(db: Database): Manifest {
  const table = fileTable<ReturnType<Manifest['rows']>[number]>(db, 'segment');
  return {
    rows: table.rows,
    add: (row, instead) => table.replace(instead, [row]),
    remove: (after) => table.replace([after], []),
  };
}

/** The list of runs of ids, likewise. */
export function makeIdManifest(db: Database): IdManifest {
  return fileTable(db, 'id_run');
}

function fileTable<Row extends { readonly after: Position }>(db: Database, name: 'segment' | 'id_run') {
  const all = db.prepare(`SELECT key, value, sum FROM ${name} ORDER BY key`);
  const add = db.prepare(`INSERT OR REPLACE INTO ${name}(key, value, sum) VALUES(?, ?, ?)`);
  const remove = db.prepare(`DELETE FROM ${name} WHERE key = ?`);
  return {
    rows: () =>
      all
        .rows()
        .flatMap(([key, value, sum]): Row[] =>
          rowSum(Number(key), String(value)) === sum ? [JSON.parse(String(value))] : [],
        ),
    replace(gone: readonly Position[], rows: readonly Row[]) {
      db.transaction(() => {
        for (const after of gone) remove.run(after);
        for (const row of rows) {
          const value = JSON.stringify(row);
          add.run(row.after, value, rowSum(row.after, value));
        }
      });
    },
  };
}
