/** A numeric value: a bigint only where a double would not be exact (integers beyond 2^53). They compare with each other. */
export type Numeric = number | bigint;

export type NumberType =
  | 'long'
  | 'integer'
  | 'short'
  | 'byte'
  | 'unsigned_long'
  | 'double'
  | 'float'
  | 'half_float'
  | 'scaled_float';

const bounds: Readonly<Record<string, readonly [Numeric, Numeric]>> = {
  long: [-(2n ** 63n), 2n ** 63n - 1n],
  unsigned_long: [0, 2n ** 64n - 1n],
  integer: [-(2 ** 31), 2 ** 31 - 1],
  short: [-32_768, 32_767],
  byte: [-128, 127],
};

/** The least and greatest value of a whole-number type; undefined for the others. */
export function boundsOf(type: NumberType): readonly [Numeric, Numeric] | undefined {
  return bounds[type];
}

/** The same for queries: those on a byte or short are asked as integers. */
export function queryBoundsOf(type: NumberType): readonly [Numeric, Numeric] | undefined {
  return bounds[type === 'byte' || type === 'short' ? 'integer' : type];
}

/** Reads a number exactly: a whole number beyond 2^53 becomes a bigint. undefined for text that is no number. */
export function readNumber(value: unknown): Numeric | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return exact(value);
  if (typeof value !== 'string' || value.length > 400) return undefined;
  const text = value.trim();
  if (/^[+-]?\d+$/.test(text)) {
    const plain = Number(text);
    return Number.isSafeInteger(plain) ? plain : exact(BigInt(text.replace(/^\+/, '')));
  }
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?$/.test(text)
    ? Number(text.replace(/[fFdD]$/, ''))
    : undefined;
}

/** The same for a field: a text in a long has no blanks around it and no suffix, as Java reads it. */
export function readAs(type: NumberType, value: unknown): Numeric | undefined {
  const strict = type === 'long' || type === 'unsigned_long';
  return strict && typeof value === 'string' && /[^\d.eE+-]/.test(value) ? undefined : readNumber(value);
}

/** Cuts decimals, towards zero. */
export function truncate(value: Numeric): Numeric {
  return typeof value === 'bigint' ? value : exact(Number.isSafeInteger(value) ? value : wholeOf(value));
}

export function isWhole(value: Numeric): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

/** What a floating type keeps of a value. `factor` is that of scaled_float. */
export function rounded(type: NumberType, value: Numeric, factor = 1): number {
  const plain = Number(value);
  if (type === 'float') return Math.fround(plain);
  if (type === 'half_float') return half(plain);
  if (type === 'scaled_float') return steps(plain * factor) / factor;
  return plain;
}

/** The neighbour of a value in its type: the whole number beside it, or the next float. */
export function beside(type: NumberType, value: Numeric, step: 1 | -1): Numeric {
  if (bounds[type]) return truncate(typeof value === 'bigint' ? value + BigInt(step) : bigAware(value, step));
  return value;
}

/** The whole number that a scaled_float keeps: Java rounds to a long, which ends at 2^63. */
export function steps(scaled: number): number {
  return Math.max(-(2 ** 63), Math.min(2 ** 63, Math.round(scaled)));
}

/**
 * A query's value times the factor of a scaled_float, as decimal numbers are multiplied: 0.07 × 100 is 7, where the doubles
 * make 7.000000000000001.
 */
export function timesFactor(value: Numeric, factor: number): number {
  const [a, b] = [decimalParts(value), decimalParts(factor)];
  return a && b ? Number(`${a.digits * b.digits}e${a.exponent + b.exponent}`) : Number(value) * factor;
}

function decimalParts(value: Numeric): { readonly digits: bigint; readonly exponent: number } | undefined {
  const parts = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!parts) return undefined;
  const [, whole = '', decimals = '', exponent = '0'] = parts;
  return { digits: BigInt(whole + decimals), exponent: Number(exponent) - decimals.length };
}

function bigAware(value: number, step: number): Numeric {
  const next = value + step;
  return Number.isSafeInteger(next) ? next : BigInt(value) + BigInt(step);
}

function wholeOf(value: number): Numeric {
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) || !Number.isFinite(whole) ? whole : BigInt(whole);
}

function exact(value: Numeric): Numeric {
  if (typeof value === 'number') return value;
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}

/** Rounds to 11 significant bits, IEEE 754 binary16. */
function half(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  if (Math.abs(value) >= 65_520) return Math.sign(value) * Number.POSITIVE_INFINITY;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -14);
  const unit = 2 ** (exponent - 10);
  const scaled = value / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return (rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor) * unit;
}
