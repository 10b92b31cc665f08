import type { Document } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import { argumentError, shardError, wrappedError } from '../refusal.ts';
import { comparePoints } from '../sort.ts';
import type { Aggregation, AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, fieldOf, numberOf, textOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { type FieldValues, fieldValues, type Shown } from './field-values.ts';
import { type KeyFilter, parseKeyFilter } from './key-filter.ts';
import { collectRowsInto, eachValueRows } from './row-batch.ts';
import { keyOf, manyBuckets } from './terms.ts';

/**
 * `rare_terms`: a bucket for each value that few documents have, the rarest first. Exact, where the original can forget some
 * of very many values.
 */
export const rareTerms: AggregationKind = {
  names: ['rare_terms'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    return make(body, scope);
  },
};

const known = 'field missing format value_type max_doc_count include exclude precision'.split(' ');
const countMax = 100;

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner } = scope;
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const most = readMost(body, scope);
  const keyFilter = parseKeyFilter(body, scope);
  let reading: Reading;
  let shown: Pick<FieldValues, 'kind' | 'show'> | undefined;
  return {
    enter(place) {
      const values = fieldValues(request, place);
      if (values.kind === 'real') {
        throw shardError('RareTerms aggregation does not support floating point fields.', 'illegal_argument_exception');
      }
      if (values.kind !== 'none') shown = values;
      reading = { values, accepts: keyFilter?.(values) };
      enterNodes(inner, place);
    },
    start: () =>
      startTally(
        most,
        () => reading,
        () => shown?.show,
        scope,
      ),
    unordered: () => manyBuckets,
    typeName: () => {
      if (!shown) return 'sterms';
      return shown.kind === 'term' || shown.kind === 'ip' ? 'srareterms' : 'lrareterms';
    },
  };
}

interface Reading {
  readonly values: FieldValues;
  readonly accepts: KeyFilter | undefined;
}

function readMost(body: Document, { kind, name }: AggregationScope): number {
  const refused = (key: string, why: string): Error =>
    wrappedError(argumentError(why), `[${kind}] failed to parse field [${key}]`);
  const most = Math.trunc(numberOf(body, 'max_doc_count', kind, 1));
  if (most <= 0) throw refused('max_doc_count', `[max_doc_count] must be greater than 0. Found [${most}] in [${name}]`);
  // The original's words, blanks and all.
  if (most > countMax) throw refused('max_doc_count', `[max_doc_count] must be smallerthan ${countMax}in [${name}]`);
  if (numberOf(body, 'precision', kind, 0.001) < 0.00001) {
    throw refused('precision', '[precision] must be greater than 0.00001');
  }
  return most;
}

function startTally(
  most: number,
  reading: () => Reading,
  show: () => Shown | undefined,
  scope: AggregationScope,
): Tally {
  const { inner, budget } = scope;
  /** Without a bucket: it came too often. */
  const buckets = new Map<Point, Bucket | undefined>();
  const bucketAt = (value: Point, more: number): Bucket | undefined => {
    const accepts = reading().accepts;
    if (accepts && !accepts(value)) return undefined;
    let bucket = buckets.get(value);
    if (!bucket) {
      if (buckets.has(value)) return undefined;
      bucket = startBucket(scope);
    }
    const kept = bucket.count + more <= most ? bucket : undefined;
    buckets.set(value, kept);
    return kept;
  };
  return {
    collect(hit) {
      for (const value of new Set(reading().values.read(hit))) {
        const bucket = bucketAt(value, 1);
        if (bucket) collectInto(bucket, hit);
      }
    },
    collectRows(batch) {
      eachValueRows(reading().values, batch, (value, inside) => {
        const bucket = bucketAt(value, inside.rows.length);
        if (bucket) collectRowsInto(bucket, inside);
      });
    },
    answer() {
      const rare = [...buckets].flatMap(([key, bucket]) => (bucket ? [{ key, bucket }] : []));
      rare.sort((a, b) => a.bucket.count - b.bucket.count || comparePoints(a.key, b.key));
      budget.answer(rare.length);
      return { buckets: rare.map(({ key, bucket }) => bucketAnswer(keyOf(key, show()), bucket, inner)) };
    },
    valueOf: () => Number.NaN,
  };
}
