/** A CDB list as text: `key:value` lines. Lookups are exact and case-sensitive. */
export interface CdbList {
  /** The value of the key (empty for a key alone); undefined when it is not in the list. */
  get(key: string): string | undefined;
}

/** Reads a list file: `key:value` or `"k:ey":"value"` lines; a line without `:` is ignored; the first of equal keys wins. */
export function parseCdbList(text: string): CdbList {
  const entries = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const quoted = /^"([^"]*)":(?:"([^"]*)"|(.*))$/.exec(line);
    const colon = line.indexOf(':');
    if (quoted) keep(entries, quoted[1] ?? '', quoted[2] ?? quoted[3] ?? '');
    else if (colon >= 0) keep(entries, line.slice(0, colon), unquoted(line.slice(colon + 1)));
  }
  return { get: (key) => entries.get(key) };
}

/** Looks an address up as it is, then its beginnings that end in a dot (`10.1.`), the longest first. */
export function getAddress(list: CdbList, address: string): string | undefined {
  const whole = list.get(address);
  if (whole !== undefined) return whole;
  for (let end = address.lastIndexOf('.'); end > 0; end = address.lastIndexOf('.', end - 1)) {
    const found = list.get(address.slice(0, end + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function keep(entries: Map<string, string>, key: string, value: string): void {
  if (!entries.has(key)) entries.set(key, value);
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
