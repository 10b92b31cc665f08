/** A range as it stands in the address: `now-24h`, an ISO time, or nothing for no bound. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}

export const ranges: readonly { readonly value: string; readonly label: string }[] = [
  { value: '', label: 'All time' },
  { value: 'now-15m', label: 'Last 15 minutes' },
  { value: 'now-1h', label: 'Last hour' },
  { value: 'now-24h', label: 'Last 24 hours' },
  { value: 'now-7d', label: 'Last 7 days' },
  { value: 'now-30d', label: 'Last 30 days' },
];

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The moment a bound means; undefined for none, or for one that nobody can read. */
export function momentOf(bound: string, now: number): number | undefined {
  const relative = /^now(?:-(\d{1,6})([mhdw]))?$/.exec(bound);
  if (relative) return now - Number(relative[1] ?? 0) * (unitMs[relative[2] ?? 'm'] ?? 0);
  const at = bound === '' ? Number.NaN : Date.parse(bound);
  return Number.isNaN(at) ? undefined : at;
}

/** `2026-11-24T00:13` in local time, as a `datetime-local` field wants it. */
export function fieldTime(bound: string, now: number): string {
  const at = momentOf(bound, now);
  if (at === undefined) return '';
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19);
}
