import { reduceError } from '../refusal.ts';

const second = 1000;
const day = 86_400_000;
/** Java's mean year. */
const year = 31_556_952 * second;

const calendar: Readonly<Record<string, number>> = {
  ...{ second, '1s': second, minute: 60 * second, '1m': 60 * second, hour: 3600 * second, '1h': 3600 * second },
  ...{ day, '1d': day, week: 7 * day, '1w': 7 * day, month: year / 12, '1M': year / 12 },
  ...{ quarter: year / 4, '1q': year / 4, year, '1y': year },
};

const units: Readonly<Record<string, number>> = { d: day, h: 3600 * second, m: 60 * second, s: second, ms: 1 };

/** Milliseconds of the unit that a derivative is told by beside its value: `day`, `1M`, `12h`. */
export function derivativeUnitMs(text: string): number {
  const known = Object.hasOwn(calendar, text) ? calendar[text] : undefined;
  if (known !== undefined) return known;
  const [, amount, unit = ''] = /^(\d{1,12}(?:\.\d{1,12})?)(ms|[dhms])$/.exec(text) ?? [];
  const ms = Number(amount) * (units[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw reduceError({ type: 'illegal_argument_exception', reason: `failed to parse [${text}]` });
}
