import type { BlockHead } from '../block.ts';
import type { Position } from '../store.ts';
import type { IdKey } from './id-hash.ts';
import type { IdRunRow } from './id-run.ts';

/** The list of runs, durable. */
export interface IdManifest {
  rows(): readonly IdRunRow[];
  /** Takes runs out by their `after`, and puts others in, together. */
  replace(gone: readonly Position[], rows: readonly IdRunRow[]): void;
}

export interface IdWorld {
  readonly folder: string;
  readonly manifest: IdManifest;
  readonly key: IdKey;
  /** Rows behind this position have their ids here; those before it in a table. */
  readonly from: Position;
  /** The first blocks behind a position, ascending; without a head where their index has its ids elsewhere. */
  readonly blocksAfter: (after: Position, most: number) => readonly BlockIds[];
  /** The block that holds a position; undefined when it is gone. */
  readonly headAt: (position: Position) => BlockHead | undefined;
  readonly isDead: (position: Position) => boolean;
  /** Told why a run could not be written or read. */
  readonly complain: (message: string) => void;
  /** Ids after which a run is written; for tests. */
  readonly rowsMax?: number;
}

export interface BlockIds {
  readonly last: Position;
  readonly head: BlockHead | undefined;
  /** Of its rows. */
  readonly dead?: ReadonlySet<Position>;
}
