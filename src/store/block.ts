import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from 'node:zlib';
import type { Position } from './store.ts';

/** Source texts that arrived together in one index: the unit that is compressed, checked and read. */
export interface Block {
  readonly index: number;
  /** Row n has the position first + n. */
  readonly first: Position;
  readonly rows: readonly BlockRow[];
  /** The JSON texts one after the other, UTF-8. */
  readonly bytes: Buffer;
}

export interface BlockRow {
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  /** Where its text ends in `bytes`. */
  readonly end: number;
}

/** 64 rows: larger ones compress no better (149 B/doc for CloudTrail at 64), and reading one document inflates all. */
export const blockRowsMax = 64;
/** A block ends early here, so that huge documents do not pile up. */
export const blockTextMax = 1024 * 1024;

export function makeBlock(
  index: number,
  first: Position,
  entries: readonly { readonly id: string; readonly version: number; readonly seqNo: number; readonly text: string }[],
): Block {
  const joined = entries.map((entry) => entry.text).join('');
  const bytes = Buffer.from(joined);
  // As many bytes as characters: all is ASCII, as nearly always, and no text need be measured by itself.
  const ascii = bytes.length === joined.length;
  let end = 0;
  const rows = entries.map(({ id, version, seqNo, text }) => {
    end += ascii ? text.length : Buffer.byteLength(text);
    return { id, version, seqNo, end };
  });
  return { index, first, rows, bytes };
}

export function rowText(block: Block, row: number): string {
  return block.bytes.toString('utf8', block.rows[row - 1]?.end ?? 0, block.rows[row]?.end ?? 0);
}

const format = 1;
const headBytes = 6;
/** Below this the call costs more than the bytes it saves. */
const compressFrom = 4096;

/**
 * Format, compression (0 none, 1 brotli), crc32 of the rest; the rest: length of the header, header (JSON), texts.
 * Brotli at quality 1: 4.7 µs and 149 bytes a document of 1.8 KB, against 6.8 and 187 of deflate 2 (and 3.5 to unpack).
 */
export function encodeBlock(block: Block): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      index: block.index,
      first: block.first,
      ids: block.rows.map((row) => row.id),
      versions: block.rows.map((row) => row.version),
      seqNos: block.rows.map((row) => row.seqNo),
      ends: block.rows.map((row) => row.end),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const plain = Buffer.concat([length, header, block.bytes]);
  const compress = plain.length >= compressFrom;
  const body = compress
    ? brotliCompressSync(plain, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
      })
    : plain;
  const encoded = Buffer.allocUnsafe(headBytes + body.length);
  encoded[0] = format;
  encoded[1] = compress ? 1 : 0;
  encoded.writeUInt32LE(crc32(body), 2);
  body.copy(encoded, headBytes);
  return encoded;
}

/** undefined when it is not what encodeBlock wrote for this index and position. */
export function decodeBlock(encoded: Uint8Array, index: number, first: Position): Block | undefined {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (bytes.length < headBytes || bytes[0] !== format) return undefined;
  const body = bytes.subarray(headBytes);
  if (crc32(body) !== bytes.readUInt32LE(2)) return undefined;
  try {
    const plain = bytes[1] === 1 ? brotliDecompressSync(body) : body;
    const headerEnd = 4 + plain.readUInt32LE(0);
    const header = JSON.parse(plain.toString('utf8', 4, headerEnd));
    if (header.index !== index || header.first !== first) return undefined;
    const rows = header.ids.map((id: string, row: number) => ({
      id,
      version: header.versions[row],
      seqNo: header.seqNos[row],
      end: header.ends[row],
    }));
    return { index, first, rows, bytes: plain.subarray(headerEnd) };
  } catch {
    // The compression flag lies outside the checksum.
    return undefined;
  }
}
