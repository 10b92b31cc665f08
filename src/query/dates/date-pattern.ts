import type { Instant } from '../../base/clock.ts';
import type { DateParts } from './date-parts.ts';
import { type TimeZone, timeZone, utc } from './time-zone.ts';

/** One format of Java's DateTimeFormatter letters (`yyyy-MM-dd'T'HH:mm:ss.SSSXXX`), read and printed. */
export interface DatePattern {
  read(text: string): DateParts | undefined;
  print(at: Instant, zone: TimeZone): string;
}

interface Piece {
  /** A pattern letter, or undefined for literal text. */
  readonly letter?: string;
  readonly text: string;
}

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** undefined for a letter that is not known. */
export function datePattern(format: string): DatePattern | undefined {
  const pieces = split(format);
  if (!pieces) return undefined;
  const letters: Piece[] = [];
  let source = '';
  for (const piece of pieces) {
    if (piece.letter === undefined) {
      source += piece.text === '[' ? '(?:' : piece.text === ']' ? ')?' : quoted(piece.text);
      continue;
    }
    const part = readerOf(piece);
    if (part === undefined) return undefined;
    source += `(${part})`;
    letters.push(piece);
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}$`);
  } catch {
    return undefined;
  }
  return {
    read: (text) => {
      const match = pattern.exec(text);
      return match ? partsOf(letters, match.slice(1)) : undefined;
    },
    print: (at, zone) => {
      const offset = zone.offsetAt(at);
      const local = new Date(at + offset);
      return pieces
        .map((piece) => (piece.letter ? printed(piece, local, offset) : piece.text.replace(/^[[\]]$/, '')))
        .join('');
    },
  };
}

function split(format: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (let at = 0; at < format.length; ) {
    const char = format[at] as string;
    if (char === "'") {
      const end = format.indexOf("'", at + 1);
      if (end < 0) return undefined;
      pieces.push({ text: end === at + 1 ? "'" : format.slice(at + 1, end) });
      at = end + 1;
    } else if (/[A-Za-z]/.test(char)) {
      let end = at + 1;
      while (format[end] === char) end++;
      pieces.push({ letter: char, text: format.slice(at, end) });
      at = end;
    } else {
      pieces.push({ text: char });
      at++;
    }
  }
  return pieces;
}

function readerOf({ letter, text }: Piece): string | undefined {
  const digits = (most: number): string => (text.length === 1 ? `\\d{1,${most}}` : `\\d{${text.length}}`);
  switch (letter) {
    case 'y':
    case 'u':
      return text.length === 2 ? '\\d{2}' : text.length === 1 ? '-?\\d{1,9}' : `-?\\d{${text.length}}`;
    case 'M':
    case 'L':
      return text.length === 3
        ? months.map((month) => month.slice(0, 3)).join('|')
        : text.length > 3
          ? months.join('|')
          : digits(2);
    case 'd':
    case 'H':
    case 'h':
    case 'k':
    case 'm':
    case 's':
      return digits(2);
    case 'D':
      return digits(3);
    case 'S':
      return `\\d{${text.length}}`;
    case 'a':
      return 'AM|PM|am|pm';
    case 'E':
      return days.map((day) => (text.length > 3 ? day : day.slice(0, 3))).join('|');
    case 'X':
      return 'Z|[+-]\\d{2}(?::?\\d{2})?';
    case 'x':
    case 'Z':
      return '[+-]\\d{2}:?\\d{2}|Z';
    case 'z':
    case 'V':
      return '[A-Za-z][A-Za-z0-9_+/-]*(?::\\d{2})?|[+-]\\d{2}:?\\d{2}';
    default:
      return undefined;
  }
}

function partsOf(letters: readonly Piece[], values: readonly (string | undefined)[]): DateParts | undefined {
  const parts: Record<string, number> = {};
  let zone: TimeZone | undefined;
  let afternoon: boolean | undefined;
  for (const [index, { letter, text }] of letters.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    if (letter === 'y' || letter === 'u') parts.year = text.length === 2 ? 2000 + Number(value) : Number(value);
    else if (letter === 'M' || letter === 'L') parts.month = monthOf(value);
    else if (letter === 'd') parts.day = Number(value);
    else if (letter === 'D') parts.dayOfYear = Number(value);
    else if (letter === 'H' || letter === 'k' || letter === 'h') parts.hour = Number(value);
    else if (letter === 'm') parts.minute = Number(value);
    else if (letter === 's') parts.second = Number(value);
    else if (letter === 'S') parts.milli = Number(value.slice(0, 3).padEnd(3, '0'));
    else if (letter === 'a') afternoon = /p/i.test(value);
    else if (letter !== 'E') {
      zone = timeZone(value);
      if (!zone) return undefined;
    }
  }
  if (afternoon !== undefined && parts.hour !== undefined) parts.hour = (parts.hour % 12) + (afternoon ? 12 : 0);
  return zone ? { ...parts, zone } : parts;
}

function monthOf(value: string): number {
  return /^\d/.test(value) ? Number(value) : months.findIndex((month) => month.startsWith(value)) + 1;
}

function printed({ letter, text }: Piece, local: Date, offset: number): string {
  const pad = (value: number): string => String(value).padStart(text.length, '0');
  switch (letter) {
    case 'y':
    case 'u':
      return text.length === 2 ? String(local.getUTCFullYear() % 100).padStart(2, '0') : pad(local.getUTCFullYear());
    case 'M':
    case 'L': {
      const name = months[local.getUTCMonth()] ?? '';
      return text.length > 3 ? name : text.length === 3 ? name.slice(0, 3) : pad(local.getUTCMonth() + 1);
    }
    case 'd':
      return pad(local.getUTCDate());
    case 'D':
      return pad(Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0)) / 86_400_000) + 1);
    case 'H':
    case 'k':
      return pad(local.getUTCHours());
    case 'h':
      return pad(local.getUTCHours() % 12 || 12);
    case 'm':
      return pad(local.getUTCMinutes());
    case 's':
      return pad(local.getUTCSeconds());
    case 'S':
      return String(local.getUTCMilliseconds()).padStart(3, '0').padEnd(text.length, '0').slice(0, text.length);
    case 'a':
      return local.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'E': {
      const name = days[local.getUTCDay()] ?? '';
      return text.length > 3 ? name : name.slice(0, 3);
    }
    default:
      return offsetText(letter ?? '', text.length, offset);
  }
}

/** `Z`, `+02:00`, `+0200`: `X` writes Z for UTC, `Z` and `x` do not. */
export function offsetText(letter: string, count: number, offset: number): string {
  if (offset === 0 && letter === 'X') return 'Z';
  if (offset === 0 && (letter === 'z' || letter === 'V')) return utc.name;
  const minutes = Math.abs(offset) / 60_000;
  const colon = (letter === 'Z' ? count > 3 : count === 3) || letter === 'z' || letter === 'V' ? ':' : '';
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = String(Math.round(minutes % 60)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${letter !== 'Z' && count === 1 && rest === '00' ? '' : `${colon}${rest}`}`;
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
