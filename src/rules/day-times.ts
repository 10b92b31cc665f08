import type { Instant } from '../base/clock.ts';

/** When of a day or a week an event must be. Times are UTC. */
export interface DayTimes {
  /** As the rule writes it, for people. */
  readonly text: string;
  has(at: Instant): boolean;
}

/** Reads `<time>`: `hh:mm-hh:mm`, `6 pm - 8:30 am`, a leading `!` turns it round; past midnight it wraps. */
export function parseTime(text: string): DayTimes | string {
  const parts = /^\s*(!?)\s*(.+?)\s*-\s*(.+?)\s*$/.exec(text);
  const from = minutesOf(parts?.[2] ?? '');
  const to = minutesOf(parts?.[3] ?? '');
  if (from === undefined || to === undefined) return `the time "${text}" is not like 18:00-08:30 or 6 pm - 8:30 am`;
  const within = (minute: number): boolean =>
    from <= to ? minute >= from && minute <= to : minute >= from || minute <= to;
  const negated = parts?.[1] === '!';
  return { text, has: (at) => within(Math.floor(modulo(at, dayMs) / 60_000)) !== negated };
}

/** Reads `<weekday>`: names (also of three letters), `weekdays`, `weekends`; a leading `!` turns it round. */
export function parseWeekday(text: string): DayTimes | string {
  const negated = text.trim().startsWith('!');
  const days = new Set<number>();
  for (const word of text
    .trim()
    .replace(/^!/, '')
    .toLowerCase()
    .split(/[\s,]+/)) {
    if (word === '') continue;
    if (word === 'weekdays') for (const day of [1, 2, 3, 4, 5]) days.add(day);
    else if (word === 'weekends') for (const day of [0, 6]) days.add(day);
    else {
      const day = dayNames.findIndex((name) => name === word || name.slice(0, 3) === word);
      if (day < 0) return `the weekday "${text}" names no day`;
      days.add(day);
    }
  }
  if (days.size === 0) return `the weekday "${text}" names no day`;
  return { text, has: (at) => days.has(modulo(Math.floor(at / dayMs) + 4, 7)) !== negated };
}

const dayMs = 86_400_000;
const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function minutesOf(text: string): number | undefined {
  const parts = /^(\d{1,2})(?::(\d{2}))?\s*(am|pm)?$/i.exec(text);
  if (!parts) return undefined;
  const half = parts[3]?.toLowerCase();
  let hour = Number(parts[1]);
  const minute = Number(parts[2] ?? 0);
  if (minute > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return undefined;
  if (half) hour = (hour % 12) + (half === 'pm' ? 12 : 0);
  return hour * 60 + minute;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
