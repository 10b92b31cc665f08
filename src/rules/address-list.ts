import { type IpRange, parseCidr, parseIp } from '../base/ip-address.ts';

/** Addresses and networks of `<srcip>` and `<dstip>`: several entries are alternatives. */
export interface AddressList {
  readonly text: string;
  has(address: string): boolean;
}

/** Reads the entries of a rule; each may begin with `!`. Answers what is wrong as text. */
export function parseAddressList(
  entries: readonly { readonly text: string; readonly negate: boolean }[],
): AddressList | string {
  const ranges: { readonly range: IpRange; readonly negate: boolean }[] = [];
  for (const entry of entries) {
    const negated = entry.text.trim().startsWith('!');
    const text = entry.text.trim().replace(/^!/, '');
    const single = parseIp(text);
    const range = single === undefined ? parseCidr(text) : { from: single, to: single };
    if (!range) return `"${text}" is no IP address and no network like 10.0.0.0/8`;
    ranges.push({ range, negate: negated !== entry.negate });
  }
  return {
    text: entries.map((entry) => entry.text).join(', '),
    has(address) {
      const key = parseIp(address);
      if (key === undefined) return false;
      return ranges.some(({ range, negate }) => (key >= range.from && key <= range.to) !== negate);
    },
  };
}
