import type { AggregationKind } from './aggregation.ts';
import { checkBody, fieldOf, textOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { partOfCount } from './part.ts';
import { eachPoint, unhashedRows } from './row-batch.ts';

/** `value_count`: how many values a field has in all documents of the bucket. */
export const valueCount: AggregationKind = {
  names: ['value_count'],
  buckets: false,
  parse(body, { kind, name }) {
    checkBody(body, kind, ['field', 'missing', 'format', 'value_type']);
    const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
    let values: FieldValues;
    return {
      enter(place) {
        values = fieldValues(request, place);
      },
      start() {
        let count = 0;
        return {
          collect: (hit) => {
            count += values.read(hit).length;
          },
          collectRows(batch) {
            const rest = unhashedRows(values, batch);
            count += batch.rows.length - rest.rows.length;
            eachPoint(values, rest, () => {
              count++;
            });
          },
          part: () => partOfCount(count),
          add(part) {
            count += part.counts[0] as number;
          },
          answer: () => ({ value: count }),
          valueOf: () => count,
        };
      },
      unordered: (part) => singleValueOnly(name, part),
      typeName: () => 'value_count',
    };
  },
};
