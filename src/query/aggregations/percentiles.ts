import type { Document } from '../../base/document.ts';
import { put } from '../../base/document.ts';
import { argumentError } from '../refusal.ts';
import type { Aggregation, AggregationKind, AggregationScope, Tally } from './aggregation.ts';
import { checkBody, failedField, fieldOf, textOf } from './body.ts';
import { doubleText } from './double-text.ts';
import { type FieldValues, fieldValues, numeric, type Shown } from './field-values.ts';

/**
 * `percentiles` and `percentile_ranks`: exact, with the original's interpolation between values. It merges values into
 * centroids once there are some hundred, so its figures for more are estimates of these.
 */
export const percentiles: AggregationKind = {
  names: ['percentiles', 'percentile_ranks'],
  buckets: false,
  parse(body, scope) {
    const ranks = scope.kind === 'percentile_ranks';
    checkBody(body, scope.kind, [...known, ranks ? 'values' : 'percents']);
    const asked = numbersOf(body, ranks ? 'values' : 'percents', scope.kind) ?? (ranks ? undefined : defaults);
    if (asked === undefined || asked.length === 0)
      throw argumentError(`[${ranks ? 'values' : 'percents'}] must not be null or an empty array: [${scope.name}]`);
    if (!ranks && asked.some((percent) => percent < 0 || percent > 100)) {
      throw argumentError(
        `percent must be in [0,100], got [${asked.find((percent) => percent < 0 || percent > 100)}]: [${scope.name}]`,
      );
    }
    return make(
      body,
      scope,
      [...asked].sort((a, b) => a - b),
      ranks,
    );
  },
};

const known = 'field missing format keyed tdigest hdr value_type'.split(' ');
const defaults: readonly number[] = [1, 5, 25, 50, 75, 95, 99];

function make(body: Document, scope: AggregationScope, asked: readonly number[], ranks: boolean): Aggregation {
  const { kind, budget } = scope;
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const keyed = body.keyed !== false && body.keyed !== 'false';
  let values: FieldValues;
  let show: Shown | undefined;
  const read = ranks ? rankOf : percentileOf;
  const start = (): Tally => {
    const found: number[] = [];
    let sorted = false;
    const valueAt = (point: number): number => {
      if (!sorted) found.sort((a, b) => a - b);
      sorted = true;
      return read(found, point);
    };
    return {
      collect(hit) {
        for (const value of values.read(hit)) {
          budget.hold(1);
          found.push(Number(value));
          sorted = false;
        }
      },
      answer: () => ({ values: shownValues(asked, valueAt, keyed, ranks ? undefined : show) }),
      valueOf: (part) => (asked.includes(Number(part)) ? valueAt(Number(part)) : Number.NaN),
    };
  };
  return {
    enter(place) {
      values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      if (values.kind !== 'none') show = values.show;
    },
    start,
    unordered: (part) =>
      part === '' ? 'When ordering on a multi-value metrics aggregation a metric name must be specified.' : undefined,
    typeName: () => `tdigest_${kind}`,
  };
}

function shownValues(
  asked: readonly number[],
  valueAt: (point: number) => number,
  keyed: boolean,
  show: Shown | undefined,
): unknown {
  const entries = asked.map((point) => {
    const value = valueAt(point);
    const shown = Number.isNaN(value) ? null : value;
    return { point, shown, text: shown === null ? undefined : show?.text(shown) };
  });
  if (!keyed) {
    return entries.map(({ point, shown, text }) => ({
      key: point,
      value: shown,
      ...(text === undefined ? {} : { value_as_string: text }),
    }));
  }
  const answer: { [name: string]: unknown } = {};
  for (const { point, shown, text } of entries) {
    put(answer, doubleText(point), shown);
    if (text !== undefined) put(answer, `${doubleText(point)}_as_string`, text);
  }
  return answer;
}

/** A value stands in the middle of its share: between the middles the line is straight. */
function percentileOf(sorted: readonly number[], percent: number): number {
  const last = sorted.length - 1;
  const place = (percent / 100) * sorted.length - 0.5;
  const low = Math.min(Math.max(Math.floor(place), 0), last);
  const left = sorted[low] ?? Number.NaN;
  const right = sorted[Math.min(low + 1, last)] ?? left;
  return place <= 0 || low === last ? left : left + (place - low) * (right - left);
}

function rankOf(sorted: readonly number[], value: number): number {
  const count = sorted.length;
  if (count === 0) return Number.NaN;
  const below = sorted.filter((one) => one < value).length;
  const equal = sorted.filter((one) => one === value).length;
  if (equal > 0) return (100 * (below + equal / 2)) / count;
  if (below === 0 || below === count) return below === 0 ? 0 : 100;
  const [left = 0, right = 0] = [sorted[below - 1], sorted[below]];
  return (100 * (below - 0.5 + (value - left) / (right - left))) / count;
}

function numbersOf(body: Document, key: string, kind: string): readonly number[] | undefined {
  const json = body[key];
  if (json === undefined || json === null) return undefined;
  if (!Array.isArray(json)) throw failedField(kind, key);
  return json.map((item) => {
    const number = typeof item === 'object' || item === '' ? Number.NaN : Number(item);
    if (!Number.isFinite(number)) throw failedField(kind, key);
    return number;
  });
}
