import type { BlockHead, BlockRow } from './block.ts';

/**
 * The head of a block: u32 index, f64 first position, u32 crc32 of the texts, u16 rows, u8 flags, then the rows' ids, versions, sequence
 * numbers and lengths of texts. Each in its short form where it has one: UUIDs as 16 bytes, versions that are all 1 not at all,
 * sequence numbers that count up as the first of them; else as a JSON list behind its length.
 */
export function writeHead({ index, first, rows }: BlockHead, bodySum: number): Buffer {
  const uuids = rows.every(({ id }) => uuid.test(id));
  const fresh = rows.every(({ version }) => version === 1);
  const start = rows[0]?.seqNo ?? 0;
  const counted = rows.every(({ seqNo }, row) => seqNo === start + row);
  const parts = [
    Buffer.alloc(fixedBytes),
    uuids ? uuidBytes(rows) : listBytes(rows.map((row) => row.id)),
    fresh ? Buffer.alloc(0) : listBytes(rows.map((row) => row.version)),
    counted ? doubleBytes(start) : listBytes(rows.map((row) => row.seqNo)),
    Buffer.alloc(rows.length * 4),
  ];
  const head = Buffer.concat(parts);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  view.setUint32(0, index, true);
  view.setFloat64(4, first, true);
  view.setUint32(12, bodySum, true);
  view.setUint16(16, rows.length, true);
  head[18] = (uuids ? flags.uuids : 0) | (fresh ? flags.fresh : 0) | (counted ? flags.counted : 0);
  let before = 0;
  let at = head.length - rows.length * 4;
  for (const { end } of rows) {
    view.setUint32(at, end - before, true);
    before = end;
    at += 4;
  }
  return head;
}

/** Two digits a byte; all are lower case and stand where `uuid` says. */
function uuidBytes(rows: readonly BlockRow[]): Buffer {
  const bytes = Buffer.allocUnsafe(rows.length * 16);
  let out = 0;
  for (const { id } of rows) {
    for (let at = 0; at < id.length; at += 2) {
      if (id.charCodeAt(at) === dash) at++;
      bytes[out++] = digit(id.charCodeAt(at)) * 16 + digit(id.charCodeAt(at + 1));
    }
  }
  return bytes;
}

const dash = 0x2d;

function digit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** What writeHead wrote: its bytes were checked. */
export function readHead(bytes: Buffer): { readonly head: BlockHead; readonly bodySum: number } {
  const count = bytes.readUInt16LE(16);
  const flag = bytes[18] ?? 0;
  let at = fixedBytes;
  const list = <T>(): readonly T[] => {
    const end = at + 4 + bytes.readUInt32LE(at);
    const values = JSON.parse(bytes.toString('utf8', at + 4, end));
    at = end;
    return values;
  };
  let ids: readonly string[];
  if (flag & flags.uuids) {
    const hex = bytes.toString('hex', at, at + count * 16);
    ids = Array.from({ length: count }, (_, row) => dashed(hex, row * 32));
    at += count * 16;
  } else ids = list();
  const versions = flag & flags.fresh ? undefined : list<number>();
  let seqNos: readonly number[] | undefined;
  let start = 0;
  if (flag & flags.counted) {
    start = bytes.readDoubleLE(at);
    at += 8;
  } else seqNos = list();
  let end = 0;
  const rows = ids.map((id, row): BlockRow => {
    end += bytes.readUInt32LE(at + row * 4);
    return { id, version: versions?.[row] ?? 1, seqNo: seqNos?.[row] ?? start + row, end };
  });
  return {
    head: { index: bytes.readUInt32LE(0), first: bytes.readDoubleLE(4), rows },
    bodySum: bytes.readUInt32LE(12),
  };
}

/** Bytes that the head of so many rows takes when all its parts have their short form, and what stands before it. */
export function shortHeadBytes(rows: number): number {
  return 10 + fixedBytes + 8 + rows * 20;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const fixedBytes = 19;
const flags = { uuids: 1, fresh: 2, counted: 4 } as const;

function dashed(hex: string, at: number): string {
  return `${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-${hex.slice(at + 12, at + 16)}-${hex.slice(at + 16, at + 20)}-${hex.slice(at + 20, at + 32)}`;
}

/** JSON escapes lone surrogates, so any text comes back as it was. */
function listBytes(values: readonly (string | number)[]): Buffer {
  const json = Buffer.from(JSON.stringify(values));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
