/** One id of a run: 48 bits of its hash (u32 high, u16 low), then u32 its position behind the run's `after`. Little-endian. */
export const recordBytes = 10;

/** What the u32 of a record holds: a run spans no more positions. */
export const spanMax = 2 ** 32;

export function writeRecord(bytes: Buffer, at: number, hash: number, offset: number): void {
  bytes.writeUInt32LE(Math.floor(hash / 0x1_0000), at);
  bytes.writeUInt16LE(hash % 0x1_0000, at + 4);
  bytes.writeUInt32LE(offset, at + 6);
}

export function recordHash(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) * 0x1_0000 + bytes.readUInt16LE(at + 4);
}

export function recordOffset(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 6);
}
