import type { Document } from '../base/document.ts';
import { parseKnownJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Block, BlockRow } from './block.ts';
import { rowText } from './block.ts';
import type { BoundedCache } from './bounded-cache.ts';
import { boundedCache } from './bounded-cache.ts';
import type { Shelf } from './shelf.ts';
import type { Position } from './store.ts';

/** A block in memory, with those of its documents that were parsed. */
export interface OpenBlock {
  readonly block: Block;
  readonly parsed: (Document | undefined)[];
}

/** Reads blocks and documents through one bounded cache. */
export interface Reader {
  /** undefined when the block is gone. */
  open(first: Position): OpenBlock | undefined;
  document(open: OpenBlock, row: number): Document;
  /** Id, version and sequence number of a row, for which the documents need not be unpacked. undefined when the block is gone. */
  row(first: Position, row: number): BlockRow | undefined;
  /** Takes a block that was just written: the newest documents are asked for first, and need no unpacking then. */
  add(block: Block, documents: readonly (Document | undefined)[]): void;
  /** Forgets the documents of a block that the index has taken: few are asked for, and all that lives on the collector copies twice. */
  indexed(open: OpenBlock): void;
  /** Forgets blocks that were not read since the call before. */
  age(): void;
}

/** A parsed document takes some three times its text; both count. */
const parsedWeight = 4;

export function makeReader(shelf: Shelf): Reader {
  const cache: BoundedCache<Position, OpenBlock> = boundedCache(limits.openBlocksMax);
  /** Blocks whose documents are as they were written, and which may have no index that takes them. */
  const newest: OpenBlock[] = [];
  let rows = 0;
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
    indexed(open) {
      open.parsed.length = 0;
    },
    age: cache.age,
    row: (first, row) => (cache.get(first)?.block ?? shelf.head(first))?.rows[row],
    add(block, documents) {
      const open = { block, parsed: [...documents] };
      cache.set(block.first, open, block.bytes.length * parsedWeight);
      newest.push(open);
      rows += open.parsed.length;
      while (rows > limits.unindexedMax) {
        const oldest = newest.shift();
        if (!oldest) return;
        rows -= oldest.block.rows.length;
        oldest.parsed.length = 0;
      }
    },
  };
}
