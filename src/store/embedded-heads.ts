import { type BlockHead, blockRowsMax } from './block.ts';
import { decodeBlock, decodeHead } from './block-format.ts';
import { shortHeadBytes } from './block-head.ts';
import { broken } from './embedded-schema.ts';
import type { Database } from './sqlite.ts';
import type { Position } from './store.ts';

/** Ids, versions and sequence numbers, read without the documents. */
export interface BlockHeads {
  /** The head of the block that holds a position. */
  at(position: Position): BlockHead | undefined;
  /** Blocks went: what is remembered of them is of no use. */
  forget(): void;
}

/** Heads that are kept: ids that come again come in the order in which they came. */
const headsKept = 64;

/** The head of the block that holds a position: its first bytes are enough, which SQLite reads without the rest; ids that are no UUIDs make it longer. */
export function blockHeads(db: Database, path: string): BlockHeads {
  const start = db.prepare(
    `SELECT idx, first, n, substr(body, 1, ${shortHeadBytes(blockRowsMax)}) FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1`,
  );
  const more = db.prepare('SELECT substr(body, 1, ?) FROM block WHERE first = ?');
  const whole = db.prepare('SELECT body FROM block WHERE first = ?');
  let kept: BlockHead[] = [];
  const at = (position: Position): BlockHead | undefined => {
    const known = kept.find(({ first, rows }) => first <= position && position < first + rows.length);
    if (known) return known;
    const row = start.row(position);
    if (!row) return undefined;
    const [index = 0, first = 0, count = 0] = row.slice(0, 3).map(Number);
    if (first + count <= position) return undefined;
    let head: ReturnType<typeof decodeHead> = decodeHead(row[3] as Uint8Array, index, first);
    if (typeof head === 'number') head = decodeHead(more.row(head, first)?.[0] as Uint8Array, index, first);
    if (head === 'all') head = decodeBlock(whole.row(first)?.[0] as Uint8Array, index, first);
    if (typeof head !== 'object' || head.rows.length !== count)
      throw broken(path, `the ids at position ${first} are not those that were written`);
    kept = [{ index, first, rows: head.rows }, ...kept.slice(0, headsKept - 1)];
    return head;
  };
  return {
    at,
    forget() {
      kept = [];
    },
  };
}
