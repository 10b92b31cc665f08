import { SegmentDamage } from './paged-file.ts';

/** Bytes that are written one after another. */
export interface ByteWriter {
  bytes: Buffer;
  at: number;
}

export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
}

export function byteWriter(room = 1024): ByteWriter {
  return { bytes: Buffer.allocUnsafeSlow(room), at: 0 };
}

/** A copy of what was written. */
export function written({ bytes, at }: ByteWriter): Buffer {
  return Buffer.from(bytes.subarray(0, at));
}

export function makeRoom(writer: ByteWriter, length: number): void {
  if (writer.at + length <= writer.bytes.length) return;
  const bytes = Buffer.allocUnsafeSlow(Math.max(writer.bytes.length * 2, writer.at + length));
  writer.bytes.copy(bytes, 0, 0, writer.at);
  writer.bytes = bytes;
}

/** A whole number from 0 to 2^53, seven bits a byte. */
export function putVarint(writer: ByteWriter, value: number): void {
  makeRoom(writer, 8);
  let left = value;
  while (left >= 0x80) {
    writer.bytes[writer.at++] = (left % 128) | 0x80;
    left = Math.floor(left / 128);
  }
  writer.bytes[writer.at++] = left;
}

export function takeVarint(reader: ByteReader): number {
  // Nearly all take one byte, millions of them a question: what is this short is made part of its callers.
  const byte = reader.bytes[reader.at];
  if (byte === undefined || byte >= 0x80) return takeLong(reader);
  reader.at++;
  return byte;
}

function takeLong(reader: ByteReader): number {
  let value = 0;
  for (let power = 1; power < 2 ** 56; power *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * power;
    if (byte < 0x80) return value;
  }
  throw new SegmentDamage('a number does not read');
}

export function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

export function putBytes(writer: ByteWriter, bytes: Uint8Array): void {
  makeRoom(writer, bytes.length);
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
}

/** UTF-16 units as they are, as lone surrogates do not survive UTF-8; most texts are plain and take one byte a character. */
export function putText(writer: ByteWriter, text: string): void {
  const wide = isWide(text);
  const length = wide ? text.length * 2 : text.length;
  putVarint(writer, length * 2 + (wide ? 1 : 0));
  makeRoom(writer, length);
  writer.at += writer.bytes.write(text, writer.at, wide ? 'utf16le' : 'latin1');
}

export function takeText(reader: ByteReader): string {
  const head = takeVarint(reader);
  const start = reader.at;
  pass(reader, head >>> 1);
  return reader.bytes.toString(head & 1 ? 'utf16le' : 'latin1', start, reader.at);
}

export function passText(reader: ByteReader): void {
  pass(reader, takeVarint(reader) >>> 1);
}

function pass(reader: ByteReader, length: number): void {
  reader.at += length;
  if (reader.at > reader.bytes.length) throw new SegmentDamage('a text does not read');
}

function isWide(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return true;
  return false;
}
