import type { Instant } from '../../base/clock.ts';
import { fromLocal, type TimeZone, utc } from './time-zone.ts';

/** What a date text says. Parts that it leaves out are undefined; `month` counts from 1. */
export interface DateParts {
  readonly year?: number | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly dayOfYear?: number | undefined;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
  readonly milli?: number | undefined;
  /** Set for `epoch_millis` and `epoch_second`: nothing else counts. `epochUp` is what it is rounded up to. */
  readonly epoch?: number | undefined;
  readonly epochUp?: number | undefined;
  readonly zone?: TimeZone | undefined;
  /** A day or month beyond the last one counts on: 30 February is 1 March. */
  readonly rolls?: boolean | undefined;
}

/**
 * The instant of the parts; undefined for a day that does not exist. Rounding up fills the time of day with
 * 23:59:59.999, but month and day with 01: `lte "2024-05"` ends on 1 May (observed on 2.19); a day that the month does
 * not have becomes its last.
 */
export function instantOf(parts: DateParts, roundUp: boolean, zone: TimeZone = utc): Instant | undefined {
  if (parts.epoch !== undefined) return roundUp ? (parts.epochUp ?? parts.epoch) : parts.epoch;
  const year = parts.year ?? 1970;
  const month = parts.month ?? 1;
  const day = roundUp ? lastedDay(year, month, parts.day ?? 1) : (parts.day ?? 1);
  const hour = parts.hour ?? (roundUp ? 23 : 0);
  const minute = parts.minute ?? (roundUp ? 59 : 0);
  const second = parts.second ?? (roundUp ? 59 : 0);
  const milli = parts.milli ?? (roundUp ? 999 : 0);
  const rolls = parts.rolls === true && !roundUp;
  if ((!rolls && (month < 1 || month > 12 || day < 1)) || hour > 23 || minute > 59 || second > 59) return undefined;
  let local = Date.UTC(2000, month - 1, day, hour, minute, second, milli);
  if (year < 100 || year > 9999) local = new Date(local).setUTCFullYear(year, month - 1, day);
  else local = Date.UTC(year, month - 1, day, hour, minute, second, milli);
  if (parts.dayOfYear !== undefined) local += (parts.dayOfYear - 1) * 86_400_000;
  else if (!rolls && day > 28 && new Date(local).getUTCDate() !== day) return undefined;
  const chosen = parts.zone ?? zone;
  return chosen === utc ? local : fromLocal(chosen, local);
}

function lastedDay(year: number, month: number, day: number): number {
  return day > 28 && day <= 31 ? Math.min(day, new Date(Date.UTC(year, month, 0)).getUTCDate()) : day;
}
