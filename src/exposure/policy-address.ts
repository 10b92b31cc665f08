import { parseIp } from '../base/ip-address.ts';

/** Addresses from `from` to `to`, both included. IPv4 and IPv6 never meet: `::/0` holds no IPv4 address. */
export interface AddressBlock {
  readonly v6: boolean;
  readonly from: bigint;
  readonly to: bigint;
}

/** `10.0.0.0/8`, a single address, or `*` (both families). Undefined for anything else: AWS refuses such a policy. */
export function parseBlocks(text: string): readonly AddressBlock[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '*') return [everyV4, everyV6];
  const [address = '', width, ...rest] = trimmed.split('/');
  if (rest.length > 0) return undefined;
  const parsed = parseAddress(address);
  if (!parsed) return undefined;
  const bits = parsed.v6 ? 128 : 32;
  if (width !== undefined && !/^\d{1,3}$/.test(width)) return undefined;
  const length = width === undefined ? bits : Number(width);
  if (length > bits) return undefined;
  const span = (1n << BigInt(bits - length)) - 1n;
  const from = parsed.value & ~span;
  return [{ v6: parsed.v6, from, to: from + span }];
}

export function parseAddress(text: string): { readonly v6: boolean; readonly value: bigint } | undefined {
  const key = parseIp(text);
  if (key === undefined) return undefined;
  const v6 = text.includes(':');
  return { v6, value: BigInt(`0x${v6 ? key : key.slice(24)}`) };
}

export function inBlock(block: AddressBlock, address: { readonly v6: boolean; readonly value: bigint }): boolean {
  return block.v6 === address.v6 && block.from <= address.value && address.value <= block.to;
}

/** Overlapping and adjoining blocks joined: the same addresses are the same blocks, however they were written. */
export function joinBlocks(blocks: readonly AddressBlock[]): readonly AddressBlock[] {
  const sorted = [...blocks].sort(
    (a, b) => Number(a.v6) - Number(b.v6) || (a.from < b.from ? -1 : a.from > b.from ? 1 : 0),
  );
  const joined: AddressBlock[] = [];
  for (const block of sorted) {
    const last = joined.at(-1);
    if (last && last.v6 === block.v6 && block.from <= last.to + 1n) {
      joined[joined.length - 1] = { ...last, to: block.to > last.to ? block.to : last.to };
    } else joined.push(block);
  }
  return joined;
}

/**
 * AWS's "very broad": more addresses in one stretch than an IPv4 /8 or an IPv6 /32 has (S3 guide, the meaning of public).
 * The private ranges of RFC 1918 are none of the internet's and never broad.
 */
export function isBroad({ v6, from, to }: AddressBlock): boolean {
  return to - from + 1n > (v6 ? 1n << 96n : 1n << 24n);
}

export function addressText({ v6, value }: { readonly v6: boolean; readonly value: bigint }): string {
  if (!v6) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const digits = value.toString(16).padStart(32, '0');
  return Array.from({ length: 8 }, (_, at) => digits.slice(at * 4, at * 4 + 4)).join(':');
}

/** No request from the internet comes from these. */
export const notOfTheInternet: readonly AddressBlock[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parseBlocks(text) ?? []);

const everyV4: AddressBlock = { v6: false, from: 0n, to: (1n << 32n) - 1n };
const everyV6: AddressBlock = { v6: true, from: 0n, to: (1n << 128n) - 1n };
export const everyAddress: readonly AddressBlock[] = [everyV4, everyV6];
