import type { Instant } from '../base/clock.ts';

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * An ISO 8601 instant as AWS writes it (`2026-08-01T09:01:31Z`, also with a fraction or an offset).
 * Strict, because Date.parse takes 30 February for March: undefined for anything that is no such instant.
 */
export function parseEventTime(value: unknown): Instant | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  return commonTime(value) ?? readEventTime(value);
}

/** `2026-08-01T09:01:31Z` of a day that every month has, as nearly all are written: read by its places. */
function commonTime(value: string): Instant | undefined {
  if (value.length !== 20 || value.charCodeAt(10) !== 0x54 || value.charCodeAt(19) !== 0x5a) return undefined;
  if (value.charCodeAt(4) !== dash || value.charCodeAt(7) !== dash) return undefined;
  if (value.charCodeAt(13) !== colon || value.charCodeAt(16) !== colon) return undefined;
  const year = twoDigits(value, 0) * 100 + twoDigits(value, 2);
  const [month, day] = [twoDigits(value, 5), twoDigits(value, 8)];
  const [hour, minute, second] = [twoDigits(value, 11), twoDigits(value, 14), twoDigits(value, 17)];
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const dash = 0x2d;
const colon = 0x3a;

/** NaN where these are no digits. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 0x30, text.charCodeAt(at + 1) - 0x30];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function readEventTime(value: string): Instant | undefined {
  const match = shape.exec(value);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) return undefined;
  const milliseconds = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const offset = match[8] === undefined ? 0 : minutes(match[8], Number(match[9]), Number(match[10]));
  if (offset === undefined) return undefined;
  // A year below 100 would mean 19xx to Date.UTC: such a time is no CloudTrail time.
  if (year < 100) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset * 60_000;
}

type Six = [number, number, number, number, number, number];

function minutes(sign: string, hours: number, rest: number): number | undefined {
  if (hours > 23 || rest > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + rest);
}
