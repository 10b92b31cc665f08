import type { Point } from '../lucene.ts';
import { argumentError } from '../refusal.ts';
import type { AggregationKind } from './aggregation.ts';
import { checkBody, fieldOf, wholeOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { eachPointOnce } from './row-batch.ts';

/** `cardinality`: how many different values. Exact, where the original estimates above `precision_threshold`. */
export const cardinality: AggregationKind = {
  names: ['cardinality'],
  buckets: false,
  parse(body, { kind, name, budget }) {
    checkBody(body, kind, ['field', 'missing', 'precision_threshold', 'rehash', 'value_type', 'execution_hint']);
    const threshold = wholeOf(body, 'precision_threshold', kind, 3000, -2_147_483_648);
    if (threshold < 0) {
      throw argumentError(`[precisionThreshold] must be greater than or equal to 0. Found [${threshold}] in [${name}]`);
    }
    const request = { field: fieldOf(body), missing: body.missing, kind };
    let values: FieldValues;
    return {
      enter(place) {
        values = fieldValues(request, place);
      },
      start() {
        const seen = new Set<Point>();
        const counted = (add: () => void): void => {
          const before = seen.size;
          add();
          if (seen.size > before) budget.hold(seen.size - before);
        };
        return {
          collect: (hit) => counted(() => values.read(hit).forEach((value) => void seen.add(value))),
          collectRows: (batch) => counted(() => eachPointOnce(values, batch, (value) => void seen.add(value))),
          answer: () => ({ value: seen.size }),
          valueOf: () => seen.size,
        };
      },
      unordered: (part) => singleValueOnly(name, part),
      typeName: () => 'cardinality',
    };
  },
};
