import type { Document } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import type { Aggregation, AggregationKind, AggregationScope, Tally } from './aggregation.ts';
import { checkBody, fieldOf, textOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import { type FieldValues, fieldValues, numeric } from './field-values.ts';
import { partOfNumbers } from './part.ts';
import { eachPoint } from './row-batch.ts';
import { makeSum } from './sum.ts';

/** `min`, `max`, `sum`, `avg`: one number of all values of a field. Without values it is null, a sum is 0. */
export const metrics: AggregationKind = {
  names: ['min', 'max', 'sum', 'avg'],
  buckets: false,
  parse(body, scope) {
    checkBody(body, scope.kind, ['field', 'missing', 'format', 'value_type']);
    return single(body, scope);
  },
};

function single(body: Document, { kind, name }: AggregationScope): Aggregation {
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  let values: FieldValues;
  let show: FieldValues['show'] | undefined;
  return {
    enter(place) {
      values = fieldValues({ ...request, takes: [...numeric, 'none'] }, place);
      if (values.kind !== 'none') show = values.show;
    },
    start: () =>
      startTally(
        kind,
        () => values,
        () => show,
      ),
    unordered: (part) => singleValueOnly(name, part),
    typeName: () => kind,
  };
}

function startTally(kind: string, values: () => FieldValues, show: () => FieldValues['show'] | undefined): Tally {
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const sum = makeSum();
  const value = (): number =>
    kind === 'min' ? min : kind === 'max' ? max : kind === 'sum' ? sum.total() : sum.total() / count;
  const add = (point: Point): void => {
    // The zero below zero is none: which of the two came first must not show.
    const number = Number(point) + 0;
    count++;
    if (number < min) min = number;
    if (number > max) max = number;
    sum.add(number);
  };
  return {
    collect(hit) {
      for (const point of values().read(hit)) add(point);
    },
    collectRows: (batch) => eachPoint(values(), batch, add),
    // Only of extremes: the sum of fractions depends on the order of documents.
    part: () => (count > 0 ? partOfNumbers(min, max) : partOfNumbers()),
    add({ numbers = [] }) {
      for (const number of numbers) add(number);
    },
    answer() {
      if (count === 0 && kind !== 'sum') return { value: null };
      const text = show()?.text(value());
      return { value: value(), ...(text === undefined ? {} : { value_as_string: text }) };
    },
    valueOf: value,
  };
}
