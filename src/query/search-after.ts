import type { DateField, Field } from './field.ts';
import { isWhole, type Numeric, readNumber, truncate } from './number.ts';
import { shardError } from './refusal.ts';
import type { SortKey, SortValue } from './sort.ts';

/** How a field is sorted. `nanos`: nanoseconds, of date_nanos. `none`: texts, and the index does not have the field. */
export type Kind = 'long' | 'int' | 'unsigned' | 'double' | 'float' | 'nanos' | 'text' | 'ip';

export const longMax = 2n ** 63n - 1n;
export const longMin = -(2n ** 63n);
export const unsignedMax = 2n ** 64n - 1n;

/** A value of `search_after` of a field that is sorted by whole numbers. */
export function wholeAfter(
  value: unknown,
  key: Pick<SortKey, 'field'>,
  kind: Kind,
  field: Field | undefined,
): SortValue {
  // The original takes these as texts.
  const beyond = typeof value === 'bigint' && (value > longMax || value < longMin);
  const given = beyond || (typeof value === 'boolean' && field?.kind === 'date') ? String(value) : value;
  if (typeof given === 'string' && field?.kind === 'date') {
    const date = instantOf(field, given, kind);
    if (date !== undefined) return date;
    const why = `failed to parse date field [${given}] with format [${field.format.text}]`;
    throw shardError(`${why}: [${why}]`, 'parse_exception');
  }
  if (kind === 'unsigned') return unsignedAfter(given, key);
  if (kind === 'int') {
    if (typeof given === 'number') return intOf(given);
    if (typeof given === 'bigint') return Number(BigInt.asIntN(32, given));
    const inside =
      typeof given === 'string' && /^[+-]?\d{1,40}$/.test(given) && Math.abs(Number(given) + 0.5) < 2 ** 31;
    return numberAfter(typeof given === 'string' && !inside ? false : given, key, truncate);
  }
  // Java rounds NaN to 0.
  if (given === 'NaN') return 0;
  return numberAfter(given, key, (number) => {
    const whole = Number.isFinite(Number(number)) ? truncate(number) : number;
    return whole > longMax ? longMax : whole < longMin ? longMin : whole;
  });
}

function unsignedAfter(given: unknown, key: Pick<SortKey, 'field'>): SortValue {
  return numberAfter(given, key, (number) => {
    const refused = (why: string): Error => shardError(`Value [${number}] ${why}`, 'illegal_argument_exception');
    if (number < 0 || number > unsignedMax) throw refused('is out of range for an unsigned long');
    if (!isWhole(number)) throw refused('has a decimal part');
    return number;
  });
}

export function numberAfter(
  value: unknown,
  { field }: Pick<SortKey, 'field'>,
  made: (number: Numeric) => Numeric,
): Numeric {
  if (value === null) {
    throw shardError(
      'Cannot invoke "java.lang.Long.longValue()" because "value" is null',
      'null_pointer_exception',
      500,
    );
  }
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  const number = typeof value === 'boolean' ? undefined : readNumber(value);
  if (number !== undefined) return made(number);
  throw shardError(`Failed to parse search_after value for field [${field}].`, 'illegal_argument_exception');
}

/** Java's Number.intValue: a whole number wraps, one with decimals or an exponent ends at the ends. */
function intOf(value: number): number {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 53
    ? value | 0
    : Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)));
}

function instantOf(field: DateField, text: string, kind: Kind): Numeric | undefined {
  const ms = field.format.parse(text);
  if (ms === undefined) return undefined;
  return kind === 'nanos' ? BigInt(ms) * 1_000_000n + belowMs(text) : ms;
}

/** What a text says beyond milliseconds: `…59.123456789Z` has 456789 nanoseconds more. */
export function belowMs(leaf: unknown): bigint {
  const digits = typeof leaf === 'string' ? /[.,]\d{3}(\d{1,6})/.exec(leaf)?.[1] : undefined;
  return digits === undefined ? 0n : BigInt(digits.padEnd(6, '0'));
}
