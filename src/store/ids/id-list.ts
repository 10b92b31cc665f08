import type { Position } from '../store.ts';

/** Hashes of ids, each with the position of a row that has it. Rows may have been replaced or be gone since. */
export interface IdList {
  /** The rows behind `after` up to `last` are in it. */
  readonly after: Position;
  readonly last: Position;
  readonly rows: number;
  /** Adds the positions under a hash to `found`, in no order. Throws IdRunDamage where a file is not what was written. */
  find(hash: number, found: Position[]): void;
  /** All of it in the order of hashes, as records (id-record.ts), a part at a time. */
  records(): Iterable<Buffer>;
  close(): void;
}
