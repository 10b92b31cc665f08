import type { Instant } from '../base/clock.ts';

/** What stands between the kind and the day in the names of event indices. */
export type IndexSeries = '' | 'trailhound-';
export const plainSeries: IndexSeries = '';
/** Beside Wazuh's own indices in one cluster (event-series.ts). */
export const ownSeries: IndexSeries = 'trailhound-';

import { isoTime } from '../base/iso-time.ts';

/**
 * The index of an event: by the day (UTC) on which it happened, so that a record delivered again days later lands on
 * the same document. An event without a time takes the day of receipt. Archives hold what Wazuh would not alert on: in
 * strict mode events without such a rule go there, so that they are kept and the guide's pattern does not see them.
 */
export function eventIndex(
  eventTime: Instant | undefined,
  receivedAt: Instant,
  kind: 'alerts' | 'archives' = 'alerts',
  series: IndexSeries = plainSeries,
): string {
  const at = eventTime ?? receivedAt;
  const day = Math.floor(at / dayMs);
  // The records of a file share a day, and those who look an index up by its name are quicker with one and the same text.
  if (day !== last.day || kind !== last.kind || series !== last.series) {
    const date = isoOf(at) ?? isoOf(receivedAt);
    if (date === undefined || isoOf(at) === undefined) return nameOf(date ?? '1970-01-01', kind, series);
    last = { day, kind, series, name: nameOf(date, kind, series) };
  }
  return last.name;
}

const dayMs = 86_400_000;
let last = { day: Number.NaN, kind: '', series: '', name: '' };

function nameOf(date: string, kind: string, series: string): string {
  return `wazuh-${kind}-4.x-${series}${date.slice(0, 10).replaceAll('-', '.')}`;
}

/** ISO text of a time in the years 0–9999; undefined beyond (a hostile eventTime must not make an odd index name). */
function isoOf(at: Instant): string | undefined {
  if (!(at >= -62_167_219_200_000 && at <= 253_402_300_799_999)) return undefined;
  return isoTime(at);
}
