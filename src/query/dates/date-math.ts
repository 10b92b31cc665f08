import type { Instant } from '../../base/clock.ts';
import type { DateFormat } from './date-format.ts';
import { fromLocal, type TimeZone, utc } from './time-zone.ts';

/** How a date of a query is read. */
export interface DateReading {
  readonly format: DateFormat;
  /** What `now` means. */
  readonly now: Instant;
  readonly roundUp: boolean;
  readonly zone?: TimeZone;
}

/** `now-1h/d`, `2024-05-01||+1M/d`, or a plain date. A string is the reason why it does not read. */
export function readDate(text: string, { format, now, roundUp, zone = utc }: DateReading): Instant | string {
  if (text.startsWith('now')) return calculate(now, text.slice(3), roundUp, zone);
  const bar = text.indexOf('||');
  const anchor = bar < 0 ? text : text.slice(0, bar);
  const at = anchor === '' ? undefined : format.parse(anchor, roundUp && bar < 0, zone);
  if (at === undefined) {
    const reason = `failed to parse date field [${anchor}] with format [${format.text}]`;
    return `${reason}: [${reason}]`;
  }
  return bar < 0 ? at : calculate(at, text.slice(bar + 2), roundUp, zone);
}

export type DateUnit = 'y' | 'q' | 'M' | 'w' | 'd' | 'h' | 'm' | 's';

/** The first instant of the unit that holds `at`, by the wall clock of the zone. Weeks begin on Monday. */
export function startOf(unit: DateUnit, at: Instant, zone: TimeZone = utc): Instant {
  const date = new Date(at + zone.offsetAt(at));
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const start = {
    y: () => Date.UTC(year, 0),
    q: () => Date.UTC(year, month - (month % 3)),
    M: () => Date.UTC(year, month),
    w: () => Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7)),
    d: () => Date.UTC(year, month, day),
    h: () => Math.floor(date.getTime() / 3_600_000) * 3_600_000,
    m: () => Math.floor(date.getTime() / 60_000) * 60_000,
    s: () => Math.floor(date.getTime() / 1000) * 1000,
  }[unit]();
  return fromLocal(zone, start);
}

/** `count` units later by the wall clock of the zone; a day that the month lacks becomes its last. */
export function addUnits(unit: DateUnit, count: number, at: Instant, zone: TimeZone = utc): Instant {
  if (unit === 'h') return at + count * 3_600_000;
  if (unit === 'm') return at + count * 60_000;
  if (unit === 's') return at + count * 1000;
  const local = at + zone.offsetAt(at);
  if (unit === 'd') return fromLocal(zone, local + count * 86_400_000);
  if (unit === 'w') return fromLocal(zone, local + count * 7 * 86_400_000);
  const date = new Date(local);
  const month = date.getUTCMonth() + count * (unit === 'y' ? 12 : unit === 'q' ? 3 : 1);
  const days = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const timeOfDay = ((local % 86_400_000) + 86_400_000) % 86_400_000;
  return fromLocal(zone, Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), days)) + timeOfDay);
}

function calculate(anchor: Instant, math: string, roundUp: boolean, zone: TimeZone): Instant | string {
  let at = anchor;
  let from = 0;
  const step = /([+-])(\d{0,9})([yMwdhHms])|\/([yMwdhHms])/y;
  while (from < math.length) {
    step.lastIndex = from;
    const match = step.exec(math);
    if (!match) {
      return /^[+\-/]/.test(math.slice(from))
        ? `unit [${math.slice(-1)}] not supported for date math [${math}]`
        : `operator not supported for date math [${math}]`;
    }
    const unit = (match[3] ?? match[4] ?? '').replace('H', 'h') as DateUnit;
    if (match[4] !== undefined) {
      at = startOf(unit, at, zone);
      if (roundUp) at = addUnits(unit, 1, at, zone) - 1;
    } else {
      const count = match[2] === '' ? 1 : Number(match[2]);
      at = addUnits(unit, match[1] === '-' ? -count : count, at, zone);
    }
    from = step.lastIndex;
  }
  return Number.isNaN(at) ? `date out of range for date math [${math}]` : at;
}
