import { isAscii } from 'node:buffer';
import type { Position } from './store.ts';

/** Source texts that arrived together in one index: the unit that is compressed, checked and read (block-format.ts). */
export interface Block extends BlockHead {
  /** The JSON texts one after the other, UTF-8. */
  readonly bytes: Buffer;
}

/** All of a block but its texts: what is needed to look for an id. */
export interface BlockHead {
  readonly index: number;
  /** Row n has the position first + n. */
  readonly first: Position;
  readonly rows: readonly BlockRow[];
}

export interface BlockRow {
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  /** Where its text ends in `bytes`. */
  readonly end: number;
}

/** Rows of a block: 64 take 8 % more on disk (and SQLite's last page of each is half empty), more make reading one document dear. */
export const blockRowsMax = 128;
/** A block ends early here, so that huge documents do not pile up. */
export const blockTextMax = 1024 * 1024;

export function makeBlock(
  index: number,
  first: Position,
  entries: readonly { readonly id: string; readonly version: number; readonly seqNo: number; readonly text: string }[],
): Block {
  const ascii = asciiBytes(entries);
  const bytes = ascii ?? Buffer.from(entries.map((entry) => entry.text).join(''));
  let end = 0;
  const rows = entries.map(({ id, version, seqNo, text }) => {
    end += ascii ? text.length : Buffer.byteLength(text);
    return { id, version, seqNo, end };
  });
  return { index, first, rows, bytes };
}

/** The texts as bytes where all are ASCII, as nearly always: no text need be measured by itself then. Else undefined. */
function asciiBytes(entries: readonly { readonly text: string }[]): Buffer | undefined {
  const bytes = Buffer.allocUnsafeSlow(entries.reduce((sum, { text }) => sum + text.length, 0));
  let end = 0;
  for (const { text } of entries) {
    if (bytes.write(text, end) !== text.length) return undefined;
    end += text.length;
  }
  return isAscii(bytes) ? bytes : undefined;
}

export function rowText(block: Block, row: number): string {
  return block.bytes.toString('utf8', block.rows[row - 1]?.end ?? 0, block.rows[row]?.end ?? 0);
}

/** The same, as it lies in the block. */
export function rowBytes(block: Block, row: number): Buffer {
  return block.bytes.subarray(block.rows[row - 1]?.end ?? 0, block.rows[row]?.end ?? 0);
}
