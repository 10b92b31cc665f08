import { type Document, isDocument } from '../../base/document.ts';
import { argumentError } from '../refusal.ts';
import type { Aggregation, AggregationKind, AggregationScope } from './aggregation.ts';
import { checkBody, failedField, fieldOf, flagOf, numberOf, textOf, wholeOf } from './body.ts';
import { enterNodes } from './bucket.ts';
import { bucketOrder, parseOrder } from './bucket-order.ts';
import { current, outsideHardBounds } from './date-histogram.ts';
import { doubleText } from './double-text.ts';
import { type FieldValues, fieldValues, numeric, type Shown } from './field-values.ts';
import { type Intervals, intervalTally } from './interval-buckets.ts';
import { manyBuckets } from './terms.ts';

/** `histogram`: a bucket an interval of numbers, empty ones between them too. */
export const histogram: AggregationKind = {
  names: ['histogram'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    return make(body, scope);
  },
};

const known =
  'field missing format value_type interval offset keyed min_doc_count extended_bounds hard_bounds order'.split(' ');

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner } = scope;
  const { roundTo } = parseInterval(body, kind);
  const interval = numberOf(body, 'interval', kind, 0);
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const order = parseOrder(body.order, kind, []);
  const hard = readBounds(body, 'hard_bounds', kind);
  const extended = readBounds(body, 'extended_bounds', kind);
  let show: Shown | undefined;
  let values: FieldValues;
  const intervals: Intervals = {
    keys: (hit) => {
      const keys = values.read(hit).map((value) => roundTo(Number(value)));
      if (!hard) return keys;
      return keys.filter(
        (key) => key >= (hard.min ?? Number.NEGATIVE_INFINITY) && key <= (hard.max ?? Number.POSITIVE_INFINITY),
      );
    },
    next: (key) => roundTo(key + interval * 1.5),
    least: wholeOf(body, 'min_doc_count', kind, 0, 0),
    extended: extended && { min: extended.min === undefined ? undefined : roundTo(extended.min), max: extended.max },
    keyed: flagOf(body, 'keyed', kind),
    compare: undefined,
    shown: (key) => {
      const text = show?.text(key);
      return { name: text ?? doubleText(key), before: text === undefined ? { key } : { key_as_string: text, key } };
    },
  };
  return {
    enter(place) {
      values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      if (values.kind !== 'none') show = values.show;
      const below = extended?.min !== undefined && hard?.min !== undefined && extended.min < hard.min;
      const above = extended?.max !== undefined && hard?.max !== undefined && extended.max > hard.max;
      if (below || above) throw outsideHardBounds(shownBounds(hard), shownBounds(extended));
      if (order.length > 0) intervals.compare = bucketOrder(order, inner);
      enterNodes(inner, place);
    },
    start: () =>
      intervalTally(
        current(() => intervals),
        scope,
      ),
    unordered: () => manyBuckets,
    typeName: () => kind,
  };
}

/** `interval` and `offset` as a function to the start of the interval around a value. */
export function parseInterval(body: Document, kind: string): { readonly roundTo: (value: number) => number } {
  const interval = numberOf(body, 'interval', kind, 0);
  if (!(interval > 0)) throw failedField(kind, 'interval');
  const offset = numberOf(body, 'offset', kind, 0);
  // No -0: it would be another key than 0.
  return { roundTo: (value) => Math.floor((value - offset) / interval) * interval + offset + 0 };
}

function shownBounds(bounds: { readonly min?: number; readonly max?: number } | undefined): string {
  return `${doubleText(bounds?.min ?? Number.NEGATIVE_INFINITY)}--${doubleText(bounds?.max ?? Number.POSITIVE_INFINITY)}`;
}

function readBounds(body: Document, key: string, kind: string): { min?: number; max?: number } | undefined {
  const json = body[key];
  if (json === undefined || json === null) return undefined;
  if (!isDocument(json)) throw failedField(kind, key);
  const side = (name: 'min' | 'max'): { min?: number; max?: number } =>
    json[name] === undefined || json[name] === null ? {} : { [name]: numberOf(json, name, kind, 0) };
  const bounds = { ...side('min'), ...side('max') };
  if (bounds.min !== undefined && bounds.max !== undefined && bounds.min > bounds.max) {
    throw argumentError(`max bound [${bounds.max}] must be greater than min bound [${bounds.min}]`);
  }
  return bounds;
}
