/**
 * IP addresses as 32 hex digits of their 16 bytes: an IPv4 address is its IPv4-mapped form, so that text order is
 * address order and `::ffff:10.1.2.4` equals `10.1.2.4`.
 */
export type IpKey = string;

export interface IpRange {
  /** Both ends belong to it. */
  readonly from: IpKey;
  readonly to: IpKey;
}

const v4Prefix = '00000000000000000000ffff';

/** undefined for anything that is no address literal: names, leading zeros, zones. */
export function parseIp(text: string): IpKey | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** `10.0.0.0/8`. Undefined for anything else; a prefix out of range too. */
export function parseCidr(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  if (slash < 0 || !/^\d{1,3}$/.test(text.slice(slash + 1))) return undefined;
  const address = text.slice(0, slash);
  const key = parseIp(address);
  const v4 = !address.includes(':');
  const length = Number(text.slice(slash + 1)) + (v4 ? 96 : 0);
  if (key === undefined || length > 128) return undefined;
  const low = BigInt(`0x${key}`);
  const span = (1n << BigInt(128 - length)) - 1n;
  const from = low & ~span;
  return { from: hex(from), to: hex(from | span) };
}

/** The next address, or undefined after the last; `step` -1 for the one before. */
export function ipBeside(key: IpKey, step: 1 | -1): IpKey | undefined {
  const next = BigInt(`0x${key}`) + BigInt(step);
  return next < 0n || next >> 128n ? undefined : hex(next);
}

/** Dotted for IPv4, else the shortest form of RFC 5952. */
export function ipText(key: IpKey): string {
  if (key.startsWith(v4Prefix)) {
    return [24, 26, 28, 30].map((at) => Number.parseInt(key.slice(at, at + 2), 16)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, at) => Number.parseInt(key.slice(at * 4, at * 4 + 4), 16).toString(16));
  const joined = groups.join(':');
  const zeros = [...joined.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!zeros) return joined;
  const before = joined.slice(0, zeros.index);
  const after = joined.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** Java's form: dotted for IPv4, else all eight groups. */
export function ipGroups(key: IpKey): string {
  if (key.startsWith(v4Prefix)) return ipText(key);
  return (key.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

export const ipFirst: IpKey = '0'.repeat(32);
export const ipLast: IpKey = 'f'.repeat(32);

function parseV4(text: string): IpKey | undefined {
  let key = v4Prefix;
  let value = -1;
  let parts = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 46;
    if (code === 46) {
      if (value < 0 || ++parts > 4) return undefined;
      key += value < 16 ? `0${value.toString(16)}` : value.toString(16);
      value = -1;
    } else {
      if (code < 48 || code > 57 || value === 0) return undefined;
      value = (value < 0 ? 0 : value * 10) + code - 48;
      if (value > 255) return undefined;
    }
  }
  return parts === 4 ? key : undefined;
}

function parseV6(text: string): IpKey | undefined {
  if (text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text)) return undefined;
  let source = text;
  const dotted = source.lastIndexOf(':');
  if (source.includes('.')) {
    const v4 = parseV4(source.slice(dotted + 1));
    if (v4 === undefined) return undefined;
    source = `${source.slice(0, dotted + 1)}${v4.slice(24, 28)}:${v4.slice(28)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))
    ? groups.map((group) => group.toLowerCase().padStart(4, '0')).join('')
    : undefined;
}

function hex(value: bigint): IpKey {
  return value.toString(16).padStart(32, '0');
}
