import type { AggregationKind } from './aggregation.ts';
import { checkBody, fieldOf } from './body.ts';
import { fieldValues } from './field-values.ts';
import { rowsWithout } from './row-batch.ts';
import { singleBucket } from './single-bucket.ts';

/** `missing`: the documents without a value in a field. */
export const missing: AggregationKind = {
  names: ['missing'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, ['field', 'missing', 'format', 'value_type']);
    const request = { field: fieldOf(body), missing: body.missing, kind: scope.kind };
    return singleBucket(scope, (place) => {
      const values = fieldValues(request, place);
      return {
        inside: place,
        select: (hit, take) => {
          if (values.read(hit).length === 0) take(hit);
        },
        selectRows: (batch) => rowsWithout(values, batch),
      };
    });
  },
};
