import { ipBeside, ipFirst, ipLast } from '../base/ip-address.ts';
import type { BooleanField, DateField, Field, NumberField } from './field.ts';
import { type Lucene, nothing, type PointRange, ValueRefusal } from './lucene.ts';
import { boundsOf, isWhole, type Numeric, queryBoundsOf, rounded, steps, timesFactor, truncate } from './number.ts';
import type { Scalar } from './query.ts';
import { dateOf, ipOf, isNow, outOfRange, readQueryNumber, type ValueScope } from './value-query.ts';

/** The ends of a range as a query gives them; undefined is open. */
export interface RangeEnds {
  readonly from?: Scalar | undefined;
  readonly to?: Scalar | undefined;
  readonly includeFrom: boolean;
  readonly includeTo: boolean;
  readonly format?: string | undefined;
}

/** Everything between two ends. Throws ValueRefusal for ends that the field's type cannot be. */
export function rangeQuery(field: Field, ends: RangeEnds, scope: ValueScope): Lucene {
  switch (field.kind) {
    case 'keyword':
    case 'text':
    case 'flat_object':
      return termRange(field, ends);
    case 'number':
      // Java compares NaN with nothing; a long does not read it.
      if ((ends.from === 'NaN' || ends.to === 'NaN') && field.numeric !== 'long') {
        for (const end of [ends.from, ends.to]) if (end !== undefined && end !== 'NaN') readQueryNumber(field, end);
        return points(field, undefined);
      }
      return points(field, boundsOf(field.numeric) ? wholeRange(field, ends) : floatRange(field, ends));
    case 'date':
      return { kind: 'points', field, ranges: [dateRange(field, ends, scope)], ...isNow(ends.from, ends.to) };
    case 'ip':
      return points(field, ipRange(ends));
    case 'boolean':
      return booleanRange(field, ends);
    default:
      throw new ValueRefusal(
        'illegal_argument_exception',
        `Field [${field.path}] of type [${field.type}] does not support range queries`,
      );
  }
}

function points(field: Field, range: PointRange | undefined): Lucene {
  return range ? { kind: 'points', field, ranges: [range] } : nothing(`empty range on [${field.path}]`);
}

function termRange(field: Field, { from, to, includeFrom, includeTo }: RangeEnds): Lucene {
  const normal = (end: Scalar): string => {
    const text = String(end);
    return field.kind === 'keyword' && field.normalizer ? field.normalizer.normalize(text) : text;
  };
  return {
    kind: 'term-range',
    field,
    ...(from === undefined ? {} : { from: normal(from) }),
    ...(to === undefined ? {} : { to: normal(to) }),
    includeFrom,
    includeTo,
  };
}

/** Decimal ends move to the whole number inside the range. */
function wholeRange(field: NumberField, { from, to, includeFrom, includeTo }: RangeEnds): PointRange | undefined {
  const [least, most] = queryBoundsOf(field.numeric) as readonly [Numeric, Numeric];
  let low = least;
  let high = most;
  if (from !== undefined) {
    const value = readQueryNumber(field, from);
    const whole = truncate(value);
    check(field, from, whole, least, most);
    low = isWhole(value) ? (includeFrom ? whole : plus(whole, 1)) : whole < value ? plus(whole, 1) : whole;
  }
  if (to !== undefined) {
    const value = readQueryNumber(field, to);
    const whole = truncate(value);
    check(field, to, whole, least, most);
    high = isWhole(value) ? (includeTo ? whole : plus(whole, -1)) : whole > value ? plus(whole, -1) : whole;
  }
  // Ends that cross find nothing of themselves; one that leaves the type is no range.
  return low > most || high < least ? undefined : { from: low, to: high };
}

function check(field: NumberField, shown: Scalar, value: Numeric, least: Numeric, most: Numeric): void {
  if (value >= least && value <= most) return;
  throw outOfRange(field, shown);
}

function plus(value: Numeric, step: number): Numeric {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return value;
  const next = typeof value === 'bigint' ? value + BigInt(step) : value + step;
  return typeof next === 'number' && !Number.isSafeInteger(next) ? BigInt(value) + BigInt(step) : next;
}

function floatRange(field: NumberField, { from, to, includeFrom, includeTo }: RangeEnds): PointRange | undefined {
  if (field.numeric === 'scaled_float') return scaledRange(field, { from, to, includeFrom, includeTo });
  const end = (value: Scalar): number => rounded(field.numeric, readQueryNumber(field, value));
  const low = from === undefined ? Number.NEGATIVE_INFINITY : end(from);
  const high = to === undefined ? Number.POSITIVE_INFINITY : end(to);
  const range = {
    from: includeFrom || from === undefined ? low : nextDouble(low, 1),
    to: includeTo || to === undefined ? high : nextDouble(high, -1),
  };
  return range.from > range.to ? undefined : range;
}

/** The ends move to the whole number inside the range that the field keeps: of a factor of 100, from 0.333 is from 0.34. */
function scaledRange(field: NumberField, { from, to, includeFrom, includeTo }: RangeEnds): PointRange | undefined {
  const factor = field.factor ?? 1;
  const end = (value: Scalar): number => timesFactor(readQueryNumber(field, value), factor);
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  if (from !== undefined) low = steps(Math.ceil(includeFrom ? end(from) : nextDouble(end(from), 1))) / factor;
  if (to !== undefined) high = steps(Math.floor(includeTo ? end(to) : nextDouble(end(to), -1))) / factor;
  return low > high ? undefined : { from: low, to: high };
}

/** The neighbouring double; float values lie farther apart, so a double's step excludes exactly the end itself. */
function nextDouble(value: number, step: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return step * Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(value > 0 ? step : -step));
  return bits.getFloat64(0);
}

/** gte rounds down, gt up, lte up, lt down. */
function dateRange(field: DateField, ends: RangeEnds, scope: ValueScope): PointRange {
  const { from, to, includeFrom, includeTo, format } = ends;
  const low = from === undefined ? Number.NEGATIVE_INFINITY : dateOf(field, from, !includeFrom, scope, format);
  const high = to === undefined ? Number.POSITIVE_INFINITY : dateOf(field, to, includeTo, scope, format);
  return { from: includeFrom ? low : plus(low, 1), to: includeTo ? high : plus(high, -1) };
}

function ipRange({ from, to, includeFrom, includeTo }: RangeEnds): PointRange | undefined {
  const low = from === undefined ? ipFirst : String(ipOf(String(from)));
  const high = to === undefined ? ipLast : String(ipOf(String(to)));
  const start = includeFrom || from === undefined ? low : ipBeside(low, 1);
  const end = includeTo || to === undefined ? high : ipBeside(high, -1);
  return start === undefined || end === undefined ? undefined : { from: start, to: end };
}

function booleanRange(field: BooleanField, { from, to, includeFrom, includeTo }: RangeEnds): Lucene {
  const value = (end: Scalar): number => {
    if (end === true || end === 'true') return 1;
    if (end === false || end === 'false') return 0;
    throw new ValueRefusal(
      'illegal_argument_exception',
      `Can't parse boolean value [${String(end)}], expected [true] or [false]`,
    );
  };
  const low = from === undefined ? 0 : value(from) + (includeFrom ? 0 : 1);
  const high = to === undefined ? 1 : value(to) - (includeTo ? 0 : 1);
  if (low < high) return { kind: 'exists', field };
  return low > high ? nothing('') : { kind: 'term', field, term: low === 1 ? 'T' : 'F' };
}
