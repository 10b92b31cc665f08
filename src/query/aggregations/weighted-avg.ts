import { type Document, isDocument } from '../../base/document.ts';
import { shardError } from '../refusal.ts';
import type { AggregationKind } from './aggregation.ts';
import { checkBody, failedField, fieldOf, textOf } from './body.ts';
import { singleValueOnly } from './bucket-order.ts';
import { decimalFormat } from './decimal-format.ts';
import { type FieldValues, fieldValues, numeric } from './field-values.ts';
import { makeSum } from './sum.ts';

/** `weighted_avg`: the mean of a field's values, each as often as another field says. */
export const weightedAvg: AggregationKind = {
  names: ['weighted_avg'],
  buckets: false,
  parse(body, { kind, name }) {
    checkBody(body, kind, ['value', 'weight', 'format', 'value_type']);
    const [value, weight] = [requestOf(body, 'value', kind), requestOf(body, 'weight', kind)];
    const format = textOf(body, 'format', kind);
    const text = format === undefined ? undefined : decimalFormat(format);
    let values: FieldValues;
    let weights: FieldValues;
    return {
      enter(place) {
        for (const [key, request] of Object.entries({ value, weight })) {
          if (request) continue;
          throw shardError(`Could not find field name [${key}] in multiValuesSource`, 'illegal_argument_exception');
        }
        values = fieldValues({ ...value, field: value?.field ?? '', kind, takes: [...numeric, 'none'] }, place);
        weights = fieldValues({ ...weight, field: weight?.field ?? '', kind, takes: [...numeric, 'none'] }, place);
      },
      start() {
        const sum = makeSum();
        const all = makeSum();
        const mean = (): number => sum.total() / all.total();
        return {
          collect(hit) {
            const read = values.read(hit);
            const [weighs, second] = weights.read(hit);
            if (read.length === 0 || weighs === undefined) return;
            if (second !== undefined) throw manyWeights();
            for (const each of read) {
              sum.add(Number(each) * Number(weighs));
              all.add(Number(weighs));
            }
          },
          answer() {
            const found = mean();
            if (!Number.isFinite(found)) return { value: null };
            return { value: found, ...(text ? { value_as_string: text(found) } : {}) };
          },
          valueOf: mean,
        };
      },
      unordered: (part) => singleValueOnly(name, part),
      typeName: () => kind,
    };
  },
};

function requestOf(body: Document, key: string, kind: string) {
  const json = body[key];
  if (json === undefined || json === null) return undefined;
  if (!isDocument(json)) throw failedField(kind, key);
  checkBody(json, kind, ['field', 'missing', 'time_zone']);
  return { field: fieldOf(json), missing: json.missing };
}

function manyWeights(): Error {
  return shardError(
    'Encountered more than one weight for a single document. Use a script to combine multiple weights-per-doc into a single value.',
    'aggregation_execution_exception',
    500,
  );
}
