import type { Document } from '../../base/document.ts';
import { argumentError, wrappedError } from '../refusal.ts';
import { textOf } from './body.ts';
import type { Budget } from './budget.ts';
import { parseRounding, type Rounding } from './rounding.ts';

/** One of the units by which `auto_date_histogram` groups instants, and how many of them one bucket may span. */
export interface Step {
  readonly rounding: Rounding;
  readonly letter: string;
  readonly spans: readonly number[];
  /** Milliseconds of one, roughly, as the original counts them. */
  readonly roughMs: number;
}

const second = 1000;
const day = 86_400 * second;
const units = [
  { unit: 'second', letter: 's', spans: [1, 5, 10, 30], roughMs: second },
  { unit: 'minute', letter: 'm', spans: [1, 5, 10, 30], roughMs: 60 * second },
  { unit: 'hour', letter: 'h', spans: [1, 3, 12], roughMs: 3600 * second },
  { unit: 'day', letter: 'd', spans: [1, 7], roughMs: day },
  { unit: 'month', letter: 'M', spans: [1, 3], roughMs: 30 * day },
  { unit: 'year', letter: 'y', spans: [1, 5, 10, 20, 50, 100], roughMs: 365 * day },
];

/** Reads `minimum_interval` and `time_zone`: the steps that are left, the finest first. */
export function parseSteps(body: Document, kind: string): readonly Step[] {
  const least = textOf(body, 'minimum_interval', kind);
  const from = least === undefined ? 0 : units.findIndex(({ unit }) => unit === least);
  if (from < 0) {
    throw wrappedError(
      // The order is that of the original's hash table.
      argumentError('minimum_interval must be one of [[year, second, minute, hour, month, day]]'),
      `[${kind}] failed to parse field [minimum_interval]`,
    );
  }
  return units.slice(from).map(({ unit, ...step }) => {
    const { rounding } = parseRounding({ calendar_interval: unit, time_zone: body.time_zone }, kind);
    return { ...step, rounding };
  });
}

/** Counts by the finest step that fits so far. */
export interface StepCounts {
  add(instant: number): void;
  /** The buckets that are shown. */
  settle(): StepBuckets;
}

/** Buckets in order, without gaps. */
export interface StepBuckets {
  /** `7d` */
  readonly interval: string;
  readonly buckets: readonly { readonly key: number; readonly count: number }[];
  /** The bucket, by its number, that an instant falls in. */
  placeOf(instant: number): number;
}

/**
 * As the original does it: instants are counted by seconds; when there are too many keys for the wanted number of buckets, or they
 * lie too far apart, the next coarser step is taken. At the end gaps are filled, and neighbours joined by the smallest span
 * that leaves few enough.
 */
export function countBySteps(steps: readonly Step[], wanted: number, budget: Budget): StepCounts {
  let at = 0;
  let counts = new Map<number, number>();
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const step = (): Step => steps[at] as Step;
  const note = (key: number): void => {
    min = Math.min(min, key);
    max = Math.max(max, key);
  };
  const fits = (): boolean => {
    const most = wanted * spanMax(step());
    return counts.size <= most && max - min <= most * step().roughMs;
  };
  const coarsen = (to: number): void => {
    at = to;
    min = Number.POSITIVE_INFINITY;
    max = Number.NEGATIVE_INFINITY;
    const coarser = new Map<number, number>();
    for (const [key, count] of counts) {
      const rounded = step().rounding.round(key);
      coarser.set(rounded, (coarser.get(rounded) ?? 0) + count);
      note(rounded);
    }
    counts = coarser;
  };
  return {
    add(instant) {
      const key = step().rounding.round(instant);
      const before = counts.get(key);
      counts.set(key, (before ?? 0) + 1);
      if (before !== undefined) return;
      budget.hold(1);
      note(key);
      while (!fits() && at < steps.length - 1) coarsen(at + 1);
    },
    settle() {
      if (counts.size > 0) coarsen(stepFor(steps, at, min, max, wanted));
      let filled = fill(counts, step(), budget);
      // With the gaps filled there may be too many.
      while (filled.length > wanted * spanMax(step()) && at < steps.length - 1) {
        coarsen(at + 1);
        filled = fill(counts, step(), budget);
      }
      return joined(filled, step(), wanted);
    },
  };
}

function spanMax({ spans }: Step): number {
  return spans.at(-1) ?? 1;
}

/** The step of which few enough lie between the ends: first by its rough length, then counted. */
function stepFor(steps: readonly Step[], from: number, min: number, max: number, wanted: number): number {
  let at = from;
  for (let next = from + 1; next < steps.length; next++) {
    const { roughMs } = steps[next] as Step;
    if (Math.floor((max - min) / roughMs) >= wanted * spanMax(steps[next] as Step)) continue;
    at = next - 1;
    break;
  }
  for (; at < steps.length - 1; at++) {
    const { rounding } = steps[at] as Step;
    const most = wanted * spanMax(steps[at] as Step);
    let needed = 0;
    for (let key = min; key < max && needed <= most; key = rounding.next(key)) needed++;
    if (needed <= most) break;
  }
  return at;
}

interface Counted {
  readonly key: number;
  readonly count: number;
}

function fill(counts: ReadonlyMap<number, number>, { rounding }: Step, budget: Budget): readonly Counted[] {
  const keys = [...counts.keys()].sort((a, b) => a - b);
  const filled: Counted[] = [];
  const last = keys.at(-1);
  for (const [place, key] of keys.entries()) {
    filled.push({ key, count: counts.get(key) ?? 0 });
    const end = keys[place + 1];
    if (key === last || end === undefined) break;
    for (let gap = rounding.next(key); gap < end; gap = rounding.next(gap)) {
      budget.hold(1);
      filled.push({ key: gap, count: 0 });
    }
  }
  return filled;
}

function joined(filled: readonly Counted[], { rounding, letter, spans }: Step, wanted: number): StepBuckets {
  const enough = filled.length <= wanted ? 1 : spans.find((span) => Math.ceil(filled.length / span) <= wanted);
  const span = enough ?? 1;
  const places = new Map(filled.map(({ key }, place) => [key, Math.floor(place / span)]));
  const buckets: Counted[] = [];
  for (let place = 0; place < filled.length; place += span) {
    const group = filled.slice(place, place + span);
    buckets.push({ key: (group[0] as Counted).key, count: group.reduce((sum, { count }) => sum + count, 0) });
  }
  return {
    interval: `${span}${letter}`,
    buckets,
    placeOf: (instant) => places.get(rounding.round(instant)) ?? 0,
  };
}
