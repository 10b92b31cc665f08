import type { Instant } from '../base/clock.ts';

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * An ISO 8601 instant as AWS writes it (`2026-08-01T09:01:31Z`, also with a fraction or an offset).
 * Strict, because Date.parse takes 30 February for March: undefined for anything that is no such instant.
 */
export function parseEventTime(value: unknown): Instant | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  // The records of a file share a few hundred seconds.
  let instant = known.get(value);
  if (instant === undefined) {
    instant = readEventTime(value);
    if (instant === undefined) return undefined;
    if (known.size >= knownMax) known.clear();
    known.set(value, instant);
  }
  return instant;
}

const known = new Map<string, Instant>();
const knownMax = 2048;

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
