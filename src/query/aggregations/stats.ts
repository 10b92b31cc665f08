import type { Document } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import type { Aggregation, AggregationKind, AggregationScope, Tally } from './aggregation.ts';
import { checkBody, failedField, fieldOf, numberOf, textOf } from './body.ts';
import { type FieldValues, fieldValues, numeric, type Shown } from './field-values.ts';
import { eachPoint } from './row-batch.ts';
import { makeSum } from './sum.ts';

/** `stats` and `extended_stats`: count, extremes, mean and sum of a field's values; the latter with variance and deviation. */
export const stats: AggregationKind = {
  names: ['stats', 'extended_stats'],
  buckets: false,
  parse(body, scope) {
    const extended = scope.kind === 'extended_stats';
    checkBody(body, scope.kind, ['field', 'missing', 'format', 'value_type', ...(extended ? ['sigma'] : [])]);
    return make(body, scope, extended);
  },
};

const plainParts = ['count', 'min', 'max', 'avg', 'sum'];
const extendedParts = [
  ...plainParts,
  'sum_of_squares',
  'variance',
  'variance_population',
  'variance_sampling',
  'std_deviation',
  'std_deviation_population',
  'std_deviation_sampling',
];

function make(body: Document, { kind, name }: AggregationScope, extended: boolean): Aggregation {
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const sigma = numberOf(body, 'sigma', kind, 2);
  if (sigma < 0) throw failedField(kind, 'sigma');
  let values: FieldValues;
  let show: Shown | undefined;
  const parts = extended ? extendedParts : plainParts;
  return {
    enter(place) {
      values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      if (values.kind !== 'none') show = values.show;
    },
    start: () =>
      startTally(
        () => values,
        (numbers) => (extended ? extendedAnswer(numbers, sigma, show) : plainAnswer(numbers, show)),
      ),
    unordered: (part) => {
      if (part === '') {
        return `When ordering on a multi-value metrics aggregation a metric name must be specified.`;
      }
      return parts.includes(part)
        ? undefined
        : `Unknown value key [${part}] for multi-value metrics aggregation [${name}]`;
    },
    typeName: () => kind,
  };
}

type Texts = Pick<Shown, 'text'>;
type Numbers = Readonly<Record<string, number>>;

/** What `extended_stats` says of these. */
export function statsOfNumbers(
  values: readonly number[],
  sigma: number,
  text: (value: number) => string | undefined,
): Document {
  const gathered = gather();
  values.forEach(gathered.add);
  return extendedAnswer(gathered.numbers(), sigma, { text });
}

function startTally(values: () => FieldValues, answer: (numbers: Numbers) => Document): Tally {
  const { add, numbers } = gather();
  return {
    collect(hit) {
      for (const point of values().read(hit)) add(point);
    },
    collectRows: (batch) => eachPoint(values(), batch, add),
    answer: () => answer(numbers()),
    valueOf: (part) => numbers()[part] ?? Number.NaN,
  };
}

function gather(): { add(point: Point): void; numbers(): Numbers } {
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const sum = makeSum();
  const squares = makeSum();
  const numbers = (): Numbers => {
    const total = sum.total();
    const spread = squares.total() - (total * total) / count;
    const population = Math.max(0, spread / count);
    const sampling = Math.max(0, spread / (count - 1));
    return {
      count,
      min,
      max,
      avg: total / count,
      sum: total,
      sum_of_squares: squares.total(),
      variance: population,
      variance_population: population,
      variance_sampling: sampling,
      std_deviation: Math.sqrt(population),
      std_deviation_population: Math.sqrt(population),
      std_deviation_sampling: Math.sqrt(sampling),
    };
  };
  const add = (point: Point): void => {
    // The zero below zero is none: which of the two came first must not show.
    const number = Number(point) + 0;
    count++;
    if (number < min) min = number;
    if (number > max) max = number;
    sum.add(number);
    squares.add(number * number);
  };
  return { add, numbers };
}

function plainAnswer(numbers: Numbers, show: Shown | undefined): Document {
  if (numbers.count === 0) return { count: 0, min: null, max: null, avg: null, sum: 0 };
  return shown(numbers, plainParts, show);
}

function extendedAnswer(numbers: Numbers, sigma: number, show: Texts | undefined): Document {
  const empty = numbers.count === 0;
  const bound = (which: string, side: 1 | -1): number =>
    (numbers.avg ?? Number.NaN) + side * sigma * (numbers[`std_deviation${which}`] ?? Number.NaN);
  const bounds: Numbers = {
    upper: bound('', 1),
    lower: bound('', -1),
    upper_population: bound('_population', 1),
    lower_population: bound('_population', -1),
    upper_sampling: bound('_sampling', 1),
    lower_sampling: bound('_sampling', -1),
  };
  const nulls = (keys: readonly string[]): Document => Object.fromEntries(keys.map((key) => [key, null]));
  const boundNames = Object.keys(bounds);
  if (empty) return { ...nulls(extendedParts), count: 0, sum: 0, std_deviation_bounds: nulls(boundNames) };
  const texts = show?.text(0) === undefined ? undefined : boundNames.map((key) => [key, show.text(bounds[key] ?? 0)]);
  return {
    ...shown(numbers, extendedParts, show),
    std_deviation_bounds: Object.fromEntries(boundNames.map((key) => [key, finite(bounds[key])])),
    ...(texts ? { std_deviation_bounds_as_string: Object.fromEntries(texts) } : {}),
  };
}

function shown(numbers: Numbers, parts: readonly string[], show: Texts | undefined): Document {
  const answer: { [part: string]: unknown } = {};
  for (const part of parts) answer[part] = finite(numbers[part]);
  for (const part of parts) {
    const text = part === 'count' ? undefined : show?.text(numbers[part] ?? 0);
    // Observed: the texts of booleans are booleans, but for deviations.
    const truth = (text === 'true' || text === 'false') && !part.startsWith('std_');
    if (text !== undefined) answer[`${part}_as_string`] = truth ? text === 'true' : text;
  }
  return answer;
}

/** One value has no sampling variance: 0/0, which JSON of the original shows as text. */
function finite(value: number | undefined): unknown {
  return value === undefined || Number.isFinite(value) ? value : String(value);
}
