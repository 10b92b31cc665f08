import type { Document } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import { comparePoints } from '../sort.ts';
import type { AggregatedHit, Aggregation, AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, fieldOf, flagOf, listOf, malformed, textOf, wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { bucketOrder, parseOrder } from './bucket-order.ts';
import { makeBudget } from './budget.ts';
import { doubleText } from './double-text.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { candidatesOf, isFullestFirst } from './term-candidates.ts';
import { manyBuckets } from './terms.ts';

/** `multi_terms`: a bucket for each combination of the values of several fields. */
export const multiTerms: AggregationKind = {
  names: ['multi_terms'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, known);
    const terms = listOf(body, 'terms', scope.kind);
    if (terms.length < 2) {
      throw malformed('[multi_terms] failed to parse field [terms]');
    }
    for (const term of terms) checkBody(term, 'multi_terms', ['field', 'missing', 'format', 'value_type']);
    return make(body, terms, scope);
  },
};

const known =
  'terms size shard_size min_doc_count shard_min_doc_count order show_term_doc_count_error collect_mode'.split(' ');

interface Entry {
  readonly key: readonly Point[];
  readonly bucket: Bucket;
}

function make(body: Document, terms: readonly Document[], scope: AggregationScope): Aggregation {
  const { kind, inner, budget } = scope;
  const requests = terms.map((term) => ({
    field: fieldOf(term),
    missing: term.missing,
    format: textOf(term, 'format', kind),
    kind,
  }));
  const size = wholeOf(body, 'size', kind, 10, 1);
  const least = wholeOf(body, 'min_doc_count', kind, 1, 0);
  const showError = flagOf(body, 'show_term_doc_count_error', kind);
  const order = parseOrder(body.order, kind, [{ path: '_count', descending: true }]);
  const bounded = order[0]?.path === '_key' || isFullestFirst(order);
  const handed = candidatesOf(body, { size, order }, scope);
  let values: readonly FieldValues[] = [];
  let compare: (a: Entry, b: Entry) => number;
  const start = (): Tally => {
    const buckets = new Map<string, Entry>();
    return {
      collect(hit) {
        for (const key of combinations(values, hit)) {
          const name = key.map((value) => `${typeof value} ${value}`).join('\u0000');
          let entry = buckets.get(name);
          if (!entry) {
            entry = { key, bucket: startBucket(scope) };
            buckets.set(name, entry);
          }
          collectInto(entry.bucket, hit);
        }
      },
      answer() {
        const all = [...buckets.values()].sort(compare);
        const candidates = all.slice(0, handed);
        const passing = candidates.filter(({ bucket }) => bucket.count >= least);
        const kept = passing.slice(0, size);
        // Observed: a full hand; in another order than by key or count nothing is known of the rest.
        const unsure = candidates.length >= handed && !bounded ? -1 : 0;
        budget.answer(kept.length);
        return {
          doc_count_error_upper_bound: unsure,
          sum_other_doc_count: total(all.slice(candidates.length)) + total(passing.slice(size)),
          buckets: kept.map(({ key, bucket }) =>
            bucketAnswer(shownKey(key, values, showError ? unsure : undefined), bucket, inner),
          ),
        };
      },
      valueOf: () => Number.NaN,
    };
  };
  return {
    enter(place) {
      values = requests.map((request) => fieldValues(request, place));
      compare = bucketOrder(order, inner, compareKeys);
      enterNodes(inner, place);
    },
    start,
    unordered: () => manyBuckets,
    typeName: () => kind,
  };
}

function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bucket }) => sum + bucket.count, 0);
}

function combinations(values: readonly FieldValues[], hit: AggregatedHit): readonly (readonly Point[])[] {
  let keys: (readonly Point[])[] = [[]];
  for (const { read } of values) {
    const own = [...new Set(read(hit))];
    // Hostile lists in every field would multiply.
    makeBudget().answer(keys.length * own.length);
    keys = keys.flatMap((key) => own.map((value) => [...key, value]));
  }
  return keys;
}

function compareKeys(a: readonly Point[], b: readonly Point[]): number {
  for (const [at, value] of a.entries()) {
    const by = comparePoints(value, b[at] ?? value);
    if (by !== 0) return by;
  }
  return 0;
}

function shownKey(key: readonly Point[], values: readonly FieldValues[], error: number | undefined): Document {
  const shown = key.map((value, at): unknown => {
    const show = values[at]?.show;
    const text = typeof value === 'string' ? undefined : show?.text(value);
    return text === undefined ? show?.key(value) : values[at]?.kind === 'boolean' ? value === 1 : text;
  });
  const bound = error === undefined ? {} : { doc_count: 0, doc_count_error_upper_bound: error };
  const texts = shown.map((value, at) =>
    typeof value === 'number' && values[at]?.kind === 'real' ? doubleText(value) : String(value),
  );
  return { key: shown, key_as_string: texts.join('|'), ...bound };
}
