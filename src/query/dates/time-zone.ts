import type { Instant } from '../../base/clock.ts';

/** A time zone: its distance from UTC in milliseconds at an instant. */
export interface TimeZone {
  readonly name: string;
  offsetAt(at: Instant): number;
}

export const utc: TimeZone = { name: 'Z', offsetAt: () => 0 };

const zones = new Map<string, TimeZone | undefined>();

/** `Z`, `UTC`, `+02:00`, `-0530`, `Europe/Berlin`; undefined for anything else. */
export function timeZone(name: string): TimeZone | undefined {
  if (name === 'Z' || name === 'UTC' || name === 'GMT') return utc;
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name);
  if (fixed) {
    const ms = (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * (fixed[1] === '-' ? -60_000 : 60_000);
    return { name, offsetAt: () => ms };
  }
  if (!zones.has(name)) {
    if (zones.size > 1000) zones.clear();
    zones.set(name, region(name));
  }
  return zones.get(name);
}

/** Wall-clock milliseconds (as if UTC) in the zone → instant. In a gap the later offset counts, in an overlap the earlier. */
export function fromLocal(zone: TimeZone, local: number): Instant {
  const guess = local - zone.offsetAt(local);
  const again = local - zone.offsetAt(guess);
  return zone.offsetAt(again) === local - again ? again : guess;
}

function region(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return {
    name,
    offsetAt: (at) => {
      const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
      const part = (key: string): number => parts[key] ?? 0;
      const local = Date.UTC(
        part('year'),
        part('month') - 1,
        part('day'),
        part('hour'),
        part('minute'),
        part('second'),
      );
      return local - Math.floor(at / 1000) * 1000;
    },
  };
}
