export type NumKind = 'int' | 'long' | 'float' | 'double';

/** A Java number: the kind decides how it divides, overflows and prints. A class, so that no JSON of an event can look like one. */
export class Num {
  readonly kind: NumKind;
  readonly value: number;

  constructor(kind: NumKind, value: number) {
    this.kind = kind;
    this.value = value;
  }
}

/** A whole number within Java's int is an int, a larger one a long; what has a fraction is a double. */
export function numOf(value: number): Num {
  if (!Number.isInteger(value)) return new Num('double', value);
  return new Num(value === (value | 0) ? 'int' : 'long', value);
}

export function int(value: number): Num {
  return new Num('int', value | 0);
}

const ranks: Readonly<Record<NumKind, number>> = { int: 0, long: 1, float: 2, double: 3 };

/** The kind that both sides are lifted to before an operator works on them. */
export function promoted(left: NumKind, right: NumKind): NumKind {
  return ranks[left] >= ranks[right] ? left : right;
}

export function isWhole(kind: NumKind): boolean {
  return kind === 'int' || kind === 'long';
}

/** Brings a value into its kind: int wraps at 32 bits, whole kinds drop the fraction. A long is exact up to 2^53. */
export function fitted(kind: NumKind, value: number): Num {
  if (kind === 'int') return new Num('int', clampWhole(value) | 0);
  if (kind === 'long') return new Num('long', clampWhole(value));
  return new Num(kind, kind === 'float' ? Math.fround(value) : value);
}

/** A double cast to a whole number: no fraction, NaN is 0. */
function clampWhole(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(value);
}

/** As Java prints it: a double always shows its point. */
export function numText(num: Num): string {
  const { value } = num;
  if (isWhole(num.kind)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const text = String(value);
  return /[.e]/.test(text) ? text.replace('e+', 'E').replace('e', 'E') : `${text}.0`;
}
