import { isDocument } from '../../base/document.ts';
import { parseQuery } from '../parse.ts';
import { parsingError } from '../refusal.ts';
import type { AggregationKind } from './aggregation.ts';
import { flagOf, malformedFilters, textOf, tokenOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';
import { addToList, partOfList } from './bucket-parts.ts';
import { type FilterMatcher, filterMatcher } from './filter.ts';
import { collectEach, collectRowsInto } from './row-batch.ts';
import { manyBuckets } from './terms.ts';

const known = ['filters', 'other_bucket', 'other_bucket_key'];

/** `filters`: a bucket a query; named ones by name, others in their order; on demand one for what matched none. */
export const filters: AggregationKind = {
  names: ['filters'],
  buckets: true,
  parse(body, scope) {
    const { kind, inner, budget } = scope;
    for (const key of Object.keys(body)) {
      if (!known.includes(key))
        throw parsingError(`Unknown key for a ${tokenOf(body[key])} in [${scope.name}]: [${key}].`);
    }
    const named = isDocument(body.filters);
    if (!named && !Array.isArray(body.filters)) throw malformedFilters();
    const queries = named
      ? Object.keys(body.filters as object)
          .sort()
          .map((name) => ({ name, query: parseQuery((body.filters as Record<string, unknown>)[name]) }))
      : (body.filters as readonly unknown[]).map((json, index) => ({ name: String(index), query: parseQuery(json) }));
    if (queries.length === 0) throw malformedFilters();
    const otherKey = textOf(body, 'other_bucket_key', kind);
    const other = body.other_bucket === undefined ? otherKey !== undefined : flagOf(body, 'other_bucket', kind);
    const names = [...queries.map(({ name }) => name), ...(other ? [otherKey ?? '_other_'] : [])];
    let matchers: readonly FilterMatcher[];
    return {
      enter(place) {
        matchers = queries.map(({ query }) => filterMatcher(query, place));
        enterNodes(inner, place);
      },
      start() {
        const buckets = names.map(() => startBucket(scope));
        return {
          collect(hit) {
            let found = false;
            for (const [index, { matches }] of matchers.entries()) {
              if (!matches(hit)) continue;
              found = true;
              collectInto(buckets[index] as (typeof buckets)[number], hit);
            }
            const rest = buckets[matchers.length];
            if (!found && rest) collectInto(rest, hit);
          },
          collectRows(batch) {
            const selections = matchers.map(({ selectRows }) => selectRows?.(batch));
            if (selections.some((rows) => !rows)) {
              collectEach(this, batch);
              return;
            }
            const { columns } = batch;
            for (const [index, rows = []] of selections.entries()) {
              collectRowsInto(buckets[index] as (typeof buckets)[number], { columns, rows });
            }
            const rest = buckets[matchers.length];
            if (!rest) return;
            const found = new Set(selections.flatMap((rows) => rows ?? []));
            collectRowsInto(rest, { columns, rows: Array.from(batch.rows).filter((row) => !found.has(row)) });
          },
          part: (names) => partOfList(buckets, names),
          add: (part, names) => addToList(part, names, buckets),
          answer() {
            budget.answer(buckets.length);
            const answers = buckets.map((bucket) => bucketAnswer({}, bucket, inner));
            return { buckets: named ? Object.fromEntries(answers.map((answer, at) => [names[at], answer])) : answers };
          },
          valueOf: () => Number.NaN,
        };
      },
      unordered: () => manyBuckets,
      typeName: () => kind,
    };
  },
};
