import type { Instant } from '../../base/clock.ts';
import { asText, type Document } from '../../base/document.ts';
import { addUnits, type DateUnit, startOf } from '../dates/date-math.ts';
import { fromLocal, type TimeZone, timeZone, utc } from '../dates/time-zone.ts';
import { shardError } from '../refusal.ts';
import { failedField, malformed } from './body.ts';

/** Cuts instants into intervals of the wall clock. */
export interface Rounding {
  /** The start of the interval that holds the instant. */
  round(at: Instant): Instant;
  /** The start of the interval after the one that starts at `key`. */
  next(key: Instant): Instant;
}

const calendarUnits: Readonly<Record<string, DateUnit>> = {
  second: 's',
  '1s': 's',
  minute: 'm',
  '1m': 'm',
  hour: 'h',
  '1h': 'h',
  day: 'd',
  '1d': 'd',
  week: 'w',
  '1w': 'w',
  month: 'M',
  '1M': 'M',
  quarter: 'q',
  '1q': 'q',
  year: 'y',
  '1y': 'y',
};
const fixedUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `calendar_interval`, `fixed_interval` or the old `interval`, with `time_zone` and `offset`. */
export function parseRounding(body: Document, kind: string): { readonly rounding: Rounding; readonly zone: TimeZone } {
  const zone = readZone(body, kind);
  const given = ['calendar_interval', 'fixed_interval', 'interval'].filter(
    (key) => body[key] !== undefined && body[key] !== null,
  );
  const [key] = given;
  if (key === undefined)
    throw shardError('Invalid interval specified, must be non-null and non-empty', 'illegal_argument_exception');
  if (given.length > 1) throw malformed(`[${kind}] Cannot use [${given[1]}] with [${key}] configuration option.`);
  const text = asText(body[key]);
  const calendar = Object.hasOwn(calendarUnits, text) ? calendarUnits[text] : undefined;
  if (key === 'calendar_interval' && calendar === undefined) {
    throw failure(kind, key, `The supplied interval [${text}] could not be parsed as a calendar interval.`);
  }
  const base =
    calendar !== undefined && key !== 'fixed_interval'
      ? calendarRounding(calendar, zone)
      : fixedRounding(fixedMs(text, kind, key), zone);
  return { rounding: shifted(base, readOffset(body.offset, kind)), zone };
}

/** Whether a time zone is asked for: numbers refuse any, even UTC. */
export function isZoned(body: Document): boolean {
  return body.time_zone !== undefined && body.time_zone !== null;
}

function failure(kind: string, key: string, why: string): Error {
  return malformed(`[${kind}] failed to parse field [${key}]: ${why}`);
}

function fixedMs(text: string, kind: string, key: string): number {
  const match = /^\+?(\d{1,12})(ms|s|m|h|d)?$/.exec(text);
  // The old `interval` takes a plain number as milliseconds.
  const unit = match?.[2] ?? (key === 'interval' ? 'ms' : undefined);
  const ms = match && unit !== undefined ? Math.floor(Number(match[1]) * (fixedUnits[unit] ?? 0)) : 0;
  if (!match || unit === undefined) {
    throw failure(
      kind,
      key,
      `failed to parse setting [date_histogram.fixedInterval] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  if (!(ms > 0)) throw shardError('Zero or negative time interval not supported', 'illegal_argument_exception');
  return ms;
}

function readZone(body: Document, kind: string): TimeZone {
  const json = body.time_zone;
  if (json === undefined || json === null) return utc;
  // A number is an offset in hours.
  const zone = typeof json === 'number' ? timeZone(`${json < 0 ? '-' : '+'}${Math.abs(json)}`) : timeZone(asText(json));
  if (!zone) throw failedField(kind, 'time_zone');
  return remembered(zone);
}

/** `+6h`, `-1d`, or milliseconds. */
function readOffset(json: unknown, kind: string): number {
  if (json === undefined || json === null) return 0;
  if (typeof json === 'number' && Number.isInteger(json)) return json;
  const match = /^([+-]?)(\d{1,12})(ms|s|m|h|d)$/.exec(asText(json));
  if (!match) throw failedField(kind, 'offset');
  return (match[1] === '-' ? -1 : 1) * Number(match[2]) * (fixedUnits[match[3] ?? ''] ?? 0);
}

function calendarRounding(unit: DateUnit, zone: TimeZone): Rounding {
  if (unit === 's' || unit === 'm' || unit === 'h')
    return fixedRounding(unit === 's' ? 1000 : unit === 'm' ? 60_000 : 3_600_000, zone);
  if (zone === utc && unit === 'd') return fixedRounding(86_400_000, zone);
  return {
    round: (at) => startOf(unit, at, zone),
    next: (key) => addUnits(unit, 1, key, zone),
  };
}

/** Intervals of one length, counted from the epoch by the wall clock. */
function fixedRounding(size: number, zone: TimeZone): Rounding {
  const round = (at: Instant): Instant => {
    const offset = zone.offsetAt(at);
    const local = Math.floor((at + offset) / size) * size;
    const start = local - offset;
    // Where the clock was changed in between, the start has another distance from UTC.
    return offset === 0 || zone.offsetAt(start) === offset ? start : fromLocal(zone, local);
  };
  return {
    round,
    next(key) {
      const next = round(key + size);
      return next > key ? next : round(key + 2 * size);
    },
  };
}

function shifted(rounding: Rounding, offset: number): Rounding {
  if (offset === 0) return rounding;
  return {
    round: (at) => rounding.round(at - offset) + offset,
    next: (key) => rounding.next(key - offset) + offset,
  };
}

/** Clocks are changed at quarters of an hour only; asking a region for its offset is slow. */
const quarterMs = 900_000;
const quartersMax = 20_000;

function remembered(zone: TimeZone): TimeZone {
  if (zone === utc || /^[+-]/.test(zone.name)) return zone;
  const known = new Map<number, number>();
  return {
    name: zone.name,
    offsetAt(at) {
      const quarter = Math.floor(at / quarterMs);
      let offset = known.get(quarter);
      if (offset === undefined) {
        offset = zone.offsetAt(quarter * quarterMs);
        if (known.size >= quartersMax) known.clear();
        known.set(quarter, offset);
      }
      return offset;
    },
  };
}
