import type { Document } from '../../base/document.ts';
import { put } from '../../base/document.ts';
import type { Aggregation, AggregationKind, AggregationScope, Tally } from './aggregation.ts';
import { checkBody, failedField, fieldOf, malformed, textOf } from './body.ts';
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
    const outside = ranks ? undefined : asked?.find((percent) => percent < 0 || percent > 100);
    if (asked === undefined || asked.length === 0 || outside !== undefined) {
      throw malformed(`Failed to build [${scope.kind}] after last required field arrived`);
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
export function percentileOf(sorted: readonly number[], percent: number): number {
  const last = sorted.length - 1;
  const place = (percent / 100) * sorted.length - 0.5;
  const low = Math.min(Math.max(Math.floor(place), 0), last);
  const left = sorted[low] ?? Number.NaN;
  const right = sorted[Math.min(low + 1, last)] ?? left;
  return place <= 0 || low === last ? left : left + (place - low) * (right - left);
}

/** As the original's digest has it: each value reaches half way to its neighbours, the last but one to all beyond. */
function rankOf(sorted: readonly number[], value: number): number {
  const count = sorted.length;
  if (count === 0) return Number.NaN;
  if (count === 1) return value < (sorted[0] as number) ? 0 : 100;
  let left = ((sorted[1] as number) - (sorted[0] as number)) / 2;
  for (let at = 0; at < count - 1; at++) {
    const own = sorted[at] as number;
    const right = ((sorted[at + 1] as number) - own) / 2;
    if (value < own + right) return Math.max(0, (100 * (at + (value - own + left) / (left + right))) / count);
    left = right;
  }
  return 100;
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
