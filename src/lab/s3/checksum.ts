import { createHash } from 'node:crypto';
import { AwsRefusal } from '../exchange.ts';

const algorithms = ['crc64nvme', 'crc32', 'crc32c', 'sha1', 'sha256'] as const;
export type Algorithm = (typeof algorithms)[number];

/** A checksum that is kept with an object. `COMPOSITE`: made of the parts' checksums, told as `VALUE-PARTS`. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export function algorithmNamed(name: string | undefined): Algorithm | undefined {
  return algorithms.find((each) => each === name?.toLowerCase());
}

/** `CRC32` → `ChecksumCRC32`, as S3's XML names it. */
export function checksumElement(algorithm: Algorithm): string {
  return `Checksum${algorithm.toUpperCase()}`;
}

/** The checksum in base64, as `x-amz-checksum-…` carries it. */
export function checksumOf(algorithm: Algorithm, data: Uint8Array): string {
  switch (algorithm) {
    case 'sha1':
    case 'sha256':
      return createHash(algorithm).update(data).digest('base64');
    case 'crc32':
      return crc32Text(data, crc32Table);
    case 'crc32c':
      return crc32Text(data, crc32cTable);
    case 'crc64nvme':
      return crc64Text(data);
  }
}

/**
 * Checks what the client says of its body: Content-MD5 and any `x-amz-checksum-…` among the headers or trailers. Answers the
 * checksum to keep; CRC64NVME where the client sent none, as S3 has done since 2024. Throws BadDigest.
 */
export function verifyChecksums(headers: Readonly<Record<string, string | undefined>>, body: Uint8Array): Checksum {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new AwsRefusal(
      400,
      Buffer.from(md5, 'base64').length === 16 ? 'BadDigest' : 'InvalidDigest',
      'The Content-MD5 you specified did not match what we received.',
    );
  }
  for (const algorithm of algorithms) {
    const given = headers[`x-amz-checksum-${algorithm}`];
    if (given === undefined) continue;
    const value = checksumOf(algorithm, body);
    if (given !== value) {
      throw new AwsRefusal(
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    return { algorithm, value, type: 'FULL_OBJECT' };
  }
  const asked = algorithmNamed(headers['x-amz-sdk-checksum-algorithm']) ?? 'crc64nvme';
  return { algorithm: asked, value: checksumOf(asked, body), type: 'FULL_OBJECT' };
}

function crcTable32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

const crc32Table = crcTable32(0xedb88320);
const crc32cTable = crcTable32(0x82f63b78);

function crc32Text(data: Uint8Array, table: Uint32Array): string {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return bytes.toString('base64');
}

/** The reflected polynomial of CRC-64/NVME, as two halves: bigint would take a second a megabyte. */
const crc64Tables = ((): readonly [Uint32Array, Uint32Array] => {
  const polynomial = 0x9a6c9329ac4bc9b5n;
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    high[index] = Number(value >> 32n);
    low[index] = Number(value & 0xffffffffn);
  }
  return [high, low];
})();

function crc64Text(data: Uint8Array): string {
  const [highTable, lowTable] = crc64Tables;
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of data) {
    const index = (low ^ byte) & 255;
    low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] ?? 0);
    high = (high >>> 8) ^ (highTable[index] ?? 0);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE((high ^ 0xffffffff) >>> 0);
  bytes.writeUInt32BE((low ^ 0xffffffff) >>> 0, 4);
  return bytes.toString('base64');
}
