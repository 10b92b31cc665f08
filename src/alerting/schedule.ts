import { Cron } from 'croner';
import type { Instant } from '../base/clock.ts';
import { asText, type Document, isDocument, own } from '../base/document.ts';
import { refusal } from './refusal.ts';

/** When a monitor runs. An interval's phase is the monitor's enabled time, not the wall clock (specs/alerting.md §3). */
export type Schedule =
  /** `everyMs` is the interval that counts: what interval and unit say, or what `interval_seconds` refined it to. */
  | { readonly kind: 'period'; readonly interval: number; readonly unit: PeriodUnit; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string };

type PeriodUnit = 'MINUTES' | 'HOURS' | 'DAYS';

const unitMs: Readonly<Record<PeriodUnit, number>> = { MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 };

/** The other members of Java's ChronoUnit, whose refusal reads differently from that of an unknown word. */
const otherUnits: Readonly<Record<string, string>> = {
  NANOS: 'Nanos',
  MICROS: 'Micros',
  MILLIS: 'Millis',
  SECONDS: 'Seconds',
  HALF_DAYS: 'HalfDays',
  WEEKS: 'Weeks',
  MONTHS: 'Months',
  YEARS: 'Years',
  DECADES: 'Decades',
  CENTURIES: 'Centuries',
  MILLENNIA: 'Millennia',
  ERAS: 'Eras',
  FOREVER: 'Forever',
};

/** The first fire time after `after`; undefined for a cron expression that never fires (31 February). */
export function nextFire(schedule: Schedule, enabledTime: Instant, after: Instant): Instant | undefined {
  if (schedule.kind === 'cron') return cron(schedule).nextRun(new Date(after))?.getTime();
  const { everyMs } = schedule;
  const passed = Math.floor((after - enabledTime) / everyMs);
  return enabledTime + Math.max(1, passed + 1) * everyMs;
}

/** The start of the period that ends at `end`: one interval earlier, or the cron fire before. */
export function periodStart(schedule: Schedule, end: Instant): Instant {
  if (schedule.kind === 'period') return end - schedule.everyMs;
  return cron(schedule).previousRuns(1, new Date(end))[0]?.getTime() ?? end;
}

/** Reads a schedule as the original does, with its words for what is wrong. */
export function parseSchedule(json: unknown): Schedule {
  if (!isDocument(json)) throw refusal('Schedule is null.');
  let found: Schedule | undefined;
  for (const field of Object.keys(json)) {
    if (field !== 'period' && field !== 'cron') throw refusal(`Invalid field: [${field}] found in schedule.`);
    if (found) throw refusal('You can only specify one type of schedule.');
    found = field === 'period' ? parsePeriod(own(json, field)) : parseCron(own(json, field));
  }
  if (!found) throw refusal('Schedule is null.');
  return found;
}

/**
 * The schedule with `ui_metadata.trailhound.interval_seconds`: the wire knows no seconds. It only makes an interval shorter: an
 * OpenSearch client that does not know it may change the schedule, and a cron expression says its own times.
 */
export function refinedSchedule(schedule: Schedule, seconds: unknown): Schedule {
  if (schedule.kind !== 'period') return schedule;
  const wireMs = schedule.interval * unitMs[schedule.unit];
  if (seconds === undefined || seconds === null) return { ...schedule, everyMs: wireMs };
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds <= 0) {
    throw refusal(
      `ui_metadata.trailhound.interval_seconds: [${asText(seconds)}] is no whole number of seconds greater than 0`,
    );
  }
  return { ...schedule, everyMs: Math.min(wireMs, seconds * 1000) };
}

export function scheduleJson(schedule: Schedule): Document {
  return schedule.kind === 'period'
    ? { period: { interval: schedule.interval, unit: schedule.unit } }
    : { cron: { expression: schedule.expression, timezone: schedule.timezone } };
}

function parsePeriod(json: unknown): Schedule {
  const interval = own(json, 'interval');
  const unit = own(json, 'unit');
  if (interval === undefined || interval === null) throw refusal('Interval in period schedule is null.');
  if (unit === undefined || unit === null) throw refusal('Unit in period schedule is null.');
  const word = asText(unit).toUpperCase();
  if (!isUnit(word)) {
    const other = Object.hasOwn(otherUnits, word) ? otherUnits[word] : undefined;
    if (other) throw refusal(`Timezone ${other} is not supported expected [Minutes, Hours, Days]`);
    throw refusal(`No enum constant java.time.temporal.ChronoUnit.${word}`);
  }
  const count = typeof interval === 'number' || typeof interval === 'string' ? Number(interval) : Number.NaN;
  if (!Number.isSafeInteger(count) || asText(interval).trim() === '') {
    throw refusal(`Interval in period schedule is not a whole number: [${asText(interval)}]`);
  }
  if (count <= 0) throw refusal('Interval is not allowed to be 0 or negative');
  // Java's int; also keeps every fire time within what a Date can say.
  if (count > 2 ** 31 - 1) throw refusal(`Interval is out of range: [${count}]`);
  return { kind: 'period', interval: count, unit: word, everyMs: count * unitMs[word] };
}

function isUnit(word: string): word is PeriodUnit {
  return Object.hasOwn(unitMs, word);
}

function parseCron(json: unknown): Schedule {
  const expression = own(json, 'expression');
  const timezone = own(json, 'timezone');
  if (expression === undefined || expression === null) throw refusal('Expression in cron schedule is null.');
  if (timezone === undefined || timezone === null) throw refusal('Timezone in cron schedule is null.');
  const schedule = { kind: 'cron', expression: asText(expression).trim(), timezone: asText(timezone) } as const;
  const parts = schedule.expression === '' ? [] : schedule.expression.split(/\s+/);
  if (parts.length !== 5) throw refusal(`Cron expression contains ${parts.length} parts but we expect one of [5]`);
  // The original's cron is UNIX's; L, W, # and ? are croner's own.
  if (/[^0-9A-Za-z*,/\s-]/.test(schedule.expression) || /\d[LW]|\bL\b|\bW\b/i.test(schedule.expression)) {
    throw refusal(`Invalid cron expression: [${schedule.expression}]`);
  }
  if (!isTimezone(schedule.timezone)) throw refusal(`Timezone ${schedule.timezone} is not supported`);
  try {
    cron(schedule);
  } catch (thrown) {
    throw refusal(
      `Invalid cron expression: [${schedule.expression}]: ${thrown instanceof Error ? thrown.message : ''}`,
    );
  }
  return schedule;
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `paused`: croner must set no timer of its own. If day of month and weekday are both set, either matches, as in UNIX. */
function cron(schedule: { readonly expression: string; readonly timezone: string }): Cron {
  return new Cron(schedule.expression, { timezone: schedule.timezone, paused: true, mode: '5-part', domAndDow: false });
}
