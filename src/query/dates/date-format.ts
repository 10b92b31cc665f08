import type { Instant } from '../../base/clock.ts';
import { argumentError } from '../refusal.ts';
import { type DateParts, instantOf } from './date-parts.ts';
import { type DatePattern, datePattern } from './date-pattern.ts';
import { type TimeZone, timeZone, utc } from './time-zone.ts';

/** A field's `format`: alternatives joined by `||`, tried in order; the first one prints. */
export interface DateFormat {
  readonly text: string;
  /** undefined when no alternative reads the text. Sub-millisecond digits are cut. */
  parse(text: string, roundUp?: boolean, zone?: TimeZone): Instant | undefined;
  print(at: Instant, zone?: TimeZone): string;
}

/** The default of a `date` field. */
export const defaultDateFormat = 'strict_date_optional_time||epoch_millis';

const formats = new Map<string, DateFormat>();

/** Throws illegal_argument_exception for a format that is not known. */
export function dateFormat(text: string = defaultDateFormat): DateFormat {
  let format = formats.get(text);
  if (!format) {
    const alternatives = text.split('||').map((part) => alternative(part.trim()));
    const first = alternatives[0] as DatePattern;
    const parse: DateFormat['parse'] = (value, roundUp = false, zone = utc) => {
      for (const { read } of alternatives) {
        const parts = read(value);
        const at = parts && instantOf(parts, roundUp, zone);
        if (at !== undefined && !Number.isNaN(at)) return at;
      }
      return undefined;
    };
    const plain = remembered((value) => parse(value));
    format = {
      text,
      parse: (value, roundUp = false, zone = utc) =>
        roundUp || zone !== utc ? parse(value, roundUp, zone) : plain(value),
      print: (at, zone = utc) => first.print(at, zone),
    };
    if (formats.size > 1000) formats.clear();
    formats.set(text, format);
  }
  return format;
}

/**
 * Documents that arrive together carry the same instants, a few each, and each is read by the mapping, the index and the monitors:
 * of the texts that fall on one slot the last is remembered. (A map that starts anew when it is full forgets them before they are
 * asked for again, where every record has a second of its own.)
 */
function remembered(parse: (text: string) => Instant | undefined): (text: string) => Instant | undefined {
  return (text) => {
    if (text.length > rememberedTextMax) return parse(text);
    const slot = slotOf(text);
    if (readers[slot] === parse && texts[slot] === text) return instants[slot];
    const at = parse(text);
    if (at !== undefined) {
      readers[slot] = parse;
      texts[slot] = text;
      instants[slot] = at;
    }
    return at;
  };
}

/** One table for all formats: clients may name many. */
const slots = 8192;
const readers: unknown[] = new Array(slots).fill(undefined);
const texts: string[] = new Array(slots).fill('');
const instants = new Float64Array(slots);
const rememberedTextMax = 64;

function slotOf(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 15)) & (slots - 1);
}

const iso = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";

const named: Readonly<Record<string, string>> = {
  date: 'yyyy-MM-dd',
  year_month_day: 'yyyy-MM-dd',
  year_month: 'yyyy-MM',
  year: 'yyyy',
  date_time: iso,
  date_time_no_millis: "yyyy-MM-dd'T'HH:mm:ssXXX",
  date_hour: "yyyy-MM-dd'T'HH",
  date_hour_minute: "yyyy-MM-dd'T'HH:mm",
  date_hour_minute_second: "yyyy-MM-dd'T'HH:mm:ss",
  date_hour_minute_second_millis: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  date_hour_minute_second_fraction: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  hour: 'HH',
  hour_minute: 'HH:mm',
  hour_minute_second: 'HH:mm:ss',
  hour_minute_second_millis: 'HH:mm:ss.SSS',
  hour_minute_second_fraction: 'HH:mm:ss.SSS',
  time: 'HH:mm:ss.SSSXXX',
  time_no_millis: 'HH:mm:ssXXX',
  t_time: "'T'HH:mm:ss.SSSXXX",
  t_time_no_millis: "'T'HH:mm:ssXXX",
  ordinal_date: 'yyyy-DDD',
  basic_date: 'yyyyMMdd',
  basic_date_time: "yyyyMMdd'T'HHmmss.SSSX",
  basic_date_time_no_millis: "yyyyMMdd'T'HHmmssX",
  basic_time: 'HHmmss.SSSX',
  basic_time_no_millis: 'HHmmssX',
};

function alternative(name: string): DatePattern {
  const printer = datePattern(iso) as DatePattern;
  const bare = name.replace(/^strict_/, '');
  if (bare === 'date_optional_time' || bare === 'date_optional_time_nanos' || name === 'iso8601') {
    return { read: bare === name && name !== 'iso8601' ? readLenientIso : readStrictIso, print: printer.print };
  }
  if (name === 'rfc3339_lenient') return { read: readStrictIso, print: printer.print };
  if (name === 'epoch_millis') return { read: (text) => readEpoch(text, 1), print: (at) => String(at) };
  if (name === 'epoch_second') return { read: (text) => readEpoch(text, 1000), print: printSeconds };
  const pattern = datePattern(Object.hasOwn(named, bare) ? (named[bare] as string) : name);
  if (!pattern || name === '') throw argumentError(`Invalid format: [${name}]: Unknown pattern letter`);
  if (name !== 'strict_date') return pattern;
  // Observed, of this format only.
  const { read, print } = pattern;
  return { print, read: (text) => rolling(read(text)) };
}

function rolling(parts: DateParts | undefined): DateParts | undefined {
  return parts && { ...parts, rolls: true };
}

const strictIso =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?)?$/;
const lenientIso =
  /^(-?\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?)?$/;

function readStrictIso(text: string): DateParts | undefined {
  return isoParts(strictIso.exec(text));
}

function readLenientIso(text: string): DateParts | undefined {
  return isoParts(lenientIso.exec(text));
}

function isoParts(match: RegExpExecArray | null): DateParts | undefined {
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  return {
    year: Number(year),
    month: number(month),
    day: number(day),
    hour: number(hour),
    minute: number(minute),
    second: number(second),
    milli: fraction === undefined ? undefined : Number(fraction.slice(0, 3).padEnd(3, '0')),
    zone: zone === undefined ? undefined : zone === 'Z' ? utc : timeZone(zone),
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function readEpoch(text: string, unit: number): DateParts | undefined {
  if (!/^-?\d{1,19}(?:\.\d{1,9})?$/.test(text)) return undefined;
  const whole = BigInt(text.replace(/\..*/, ''));
  // The seconds or milliseconds of the original are a long.
  if (whole < -(2n ** 63n) || whole >= 2n ** 63n) return undefined;
  const epoch = Math.floor(Number(text) * unit);
  // Observed: the fraction that rounding up fills in counts away from zero.
  return { epoch, epochUp: unit === 1 && whole < 0 && !text.includes('.') ? epoch - 1 : epoch };
}

function printSeconds(at: Instant): string {
  return String(at / 1000);
}
