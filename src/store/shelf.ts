import type { Document } from '../base/document.ts';
import type { Block, BlockHead } from './block.ts';
import type { SegmentShelf } from './segment/segment-shelf.ts';
import type { Position, StoredTemplate } from './store.ts';

/** An index as a shelf keeps it, without its mapping. */
export interface StoredIndex {
  /** Never used again, not even after the index was deleted. */
  readonly number: number;
  readonly name: string;
  readonly uuid: string;
  readonly createdAt: number;
  readonly settings: Document;
  readonly aliases: Document;
  readonly closed?: true;
}

/** `mapping` is JSON text: it is parsed when it is first needed, and hundreds of them need not stay in memory. */
export interface MappedIndex {
  readonly stored: StoredIndex;
  readonly mapping: string;
}

/** What every write moves. */
export interface Tally {
  readonly nextSeq: number;
  readonly documents: number;
  /** Rows in blocks that were replaced or deleted. */
  readonly dead: number;
  readonly bytes: number;
  /** The position of the last change. */
  readonly last: Position;
}

/** What is known of an id. A deleted one is remembered for a while, because its version goes on (`index.gc_deletes`). */
export interface IdRow {
  /** Where the document stands; zero or negative: deleted at that instant (ms, negated). */
  readonly place: number;
  readonly version: number;
  readonly seqNo: number;
}

export interface IdChange {
  readonly index: number;
  readonly id: string;
  readonly before: IdRow | undefined;
  readonly after: IdRow;
}

export interface DeadRow {
  readonly position: Position;
  /** The position of the write that ended it: a search that began earlier still sees it. */
  readonly at: Position;
}

export interface BlockPlace {
  readonly index: number;
  readonly first: Position;
  readonly count: number;
  readonly bytes: number;
}

/** Everything one call changes; a shelf makes all of it durable together or throws and changes nothing. */
export interface Change {
  /** The last position given away, this change included. */
  readonly position: Position;
  /** The next index number. */
  readonly nextIndex: number;
  readonly indices?: readonly MappedIndex[];
  readonly tallies?: ReadonlyMap<number, Tally>;
  /** Numbers of indices that are gone; their rows are swept later. */
  readonly dropped?: readonly number[];
  /** All templates, where one changed. */
  readonly templates?: readonly StoredTemplate[];
  readonly blocks?: readonly NewBlock[];
  readonly ids?: readonly IdChange[];
  readonly dead?: readonly (DeadRow & { readonly index: number })[];
  /** Blocks without a living row. */
  readonly purged?: readonly BlockPlace[];
  /** Forget ids deleted before this instant. */
  readonly forgetBefore?: number;
}

export interface NewBlock {
  readonly block: Block;
  /** The block as encodeBlock wrote it. */
  readonly encoded: Uint8Array;
}

/** What a shelf held when it was opened. */
export interface Loaded {
  readonly position: Position;
  readonly nextIndex: number;
  readonly indices: readonly (MappedIndex & { readonly tally: Tally })[];
  readonly templates: readonly StoredTemplate[];
}

/**
 * Where the rows of a store lie: in SQLite or in memory. The shelf knows no OpenSearch: conflicts, versions, mappings and
 * searches are decided above it (core.ts), once for all back ends. Throws TrailhoundErrors 'read-only' (a change could not be
 * written and nothing of it is) and 'data-folder-broken' (what was read is not what was written).
 */
export interface Shelf {
  load(): Loaded;
  /** Throws NeedsMending too, and until `mend` is through. */
  find(index: number, id: string): IdRow | undefined;
  /** Makes anew, in slices, what `find` proved to be damaged. */
  mend(): Promise<void>;
  /** First positions of the blocks that may hold rows in (after, upTo], ascending. */
  blocks(index: number, after: Position, upTo: Position): readonly Position[];
  /** Rows, living and dead, of the blocks that begin in (after, upTo]. */
  rowsOfBlocks(index: number, after: Position, upTo: Position): number;
  /** undefined when the block is gone. */
  block(first: Position): Block | undefined;
  /** Of the same block all but its documents, which is much less to read. */
  head(first: Position): BlockHead | undefined;
  blockAt(position: Position): BlockPlace | undefined;
  /** The first blocks behind a position, whatever their index, ascending. */
  blocksAfter(after: Position, most: number): readonly Omit<BlockPlace, 'bytes'>[];
  dead(first: Position, last: Position): readonly DeadRow[];
  commit(change: Change): void;
  /** Removes some rows of dropped indices. False when none are left. */
  sweep(): boolean;
  /** Gives some of the space that removed rows left back to the disk. False when none is left to give. */
  shrink(): boolean;
  /** Where sealed segments are kept; without it searches look through the blocks. */
  readonly segments?: SegmentShelf;
  close(): void | Promise<void>;
}
