/** An age as OpenSearch's Index State Management writes it (`90d`, `12h`, `30m`, `45s`), in ms; undefined where it is none. */
export function parseAge(text: string): number | undefined {
  return parseAmount(text, { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 });
}

/** A size as there (`50gb`, `500mb`, `64kb`, `100b`; kb is 1024), in bytes; undefined where it is none. */
export function parseSize(text: string): number | undefined {
  return parseAmount(text, { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 });
}

/** Zero is no amount: nobody means to keep nothing. */
function parseAmount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,6})([a-z]{1,2})$/i.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  const amount = Number(digits) * (factor ?? 0);
  return amount > 0 ? amount : undefined;
}
