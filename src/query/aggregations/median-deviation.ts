import type { Point } from '../lucene.ts';
import type { AggregationKind } from './aggregation.ts';
import { checkBody, fieldOf, numberOf, textOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import { type FieldValues, fieldValues, type Shown } from './field-values.ts';
import { percentileOf } from './percentiles.ts';
import { eachPoint } from './row-batch.ts';

/** `median_absolute_deviation`: how far values lie from their median, the median of it. Exact, as percentiles are. */
export const medianDeviation: AggregationKind = {
  names: ['median_absolute_deviation'],
  buckets: false,
  parse(body, { kind, name, budget }) {
    checkBody(body, kind, ['field', 'missing', 'format', 'value_type', 'compression']);
    numberOf(body, 'compression', kind, 1000);
    const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
    let values: FieldValues;
    let show: Shown | undefined;
    return {
      enter(place) {
        values = fieldValues({ ...request, takes: ['whole', 'real', 'none'] }, place);
        if (values.kind !== 'none') show = values.show;
      },
      start() {
        const found: number[] = [];
        const add = (point: Point): void => {
          budget.hold(1);
          found.push(Number(point));
        };
        const deviation = (): number => {
          const median = percentileOf([...found].sort(ascending), 50);
          return percentileOf(found.map((value) => Math.abs(value - median)).sort(ascending), 50);
        };
        return {
          collect(hit) {
            values.read(hit).forEach(add);
          },
          collectRows: (batch) => eachPoint(values, batch, add),
          answer() {
            if (found.length === 0) return { value: null };
            const value = deviation();
            const text = show?.text(value);
            return { value, ...(text === undefined ? {} : { value_as_string: text }) };
          },
          valueOf: deviation,
        };
      },
      unordered: (part) => singleValueOnly(name, part),
      typeName: () => kind,
    };
  },
};

function ascending(a: number, b: number): number {
  return a - b;
}
