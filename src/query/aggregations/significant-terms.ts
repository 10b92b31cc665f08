import type { Document } from '../../base/document.ts';
import { isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { makeBest } from '../best-hits.ts';
import type { Point } from '../lucene.ts';
import { parseQuery } from '../parse.ts';
import { shardError } from '../refusal.ts';
import { comparePoints } from '../sort.ts';
import type { AggregatedHit, Aggregation, AggregationKind, AggregationScope, Bucket, Tally } from './aggregation.ts';
import { checkBody, fieldOf, textOf, unsupported, wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, makeBuckets } from './bucket.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { type FilterMatcher, filterMatcher } from './filter.ts';
import { type KeyFilter, parseKeyFilter } from './key-filter.ts';
import { collectRowsInto, eachValueRows } from './row-batch.ts';
import { parseSignificance, type Significance, significanceNames } from './significance.ts';
import { positiveOf } from './term-candidates.ts';
import { keyOf, manyBuckets } from './terms.ts';

/** `significant_terms`: values that the matches have more often than all documents have them. */
export const significantTerms: AggregationKind = {
  names: ['significant_terms'],
  buckets: true,
  parse(body, scope) {
    const stranger = Object.keys(body).find((key) => !known.includes(key) && !significanceNames.includes(key));
    if (stranger !== undefined && stranger !== 'script') throw unknownKey(stranger, scope.kind);
    checkBody(body, scope.kind, [...known, ...significanceNames]);
    if (scope.around.includes('nested')) throw unsupported(scope.kind, 'nested');
    return make(body, scope);
  },
};

const known = (
  'field missing format value_type size shard_size min_doc_count shard_min_doc_count include exclude execution_hint ' +
  'background_filter'
).split(' ');

/** What all documents say: counted before any of them is known to match. */
interface Background {
  size: number;
  readonly counts: Map<Point, number>;
}

interface Wanted {
  readonly size: number;
  readonly least: number;
  readonly score: Significance;
  readonly background: Background;
}

interface Reading {
  readonly values: FieldValues;
  readonly accepts: KeyFilter | undefined;
  readonly all: FilterMatcher | undefined;
}

function make(body: Document, scope: AggregationScope): Aggregation {
  const { kind, inner, budget } = scope;
  const request = { field: fieldOf(body), missing: body.missing, format: textOf(body, 'format', kind), kind };
  const size = positiveOf(body, 'size', scope, 10);
  const handed = positiveOf(body, 'shard_size', scope, size);
  const least = wholeOf(body, 'min_doc_count', kind, 3, 0);
  const keyFilter = parseKeyFilter(body, scope);
  const among = isDocument(body.background_filter) ? parseQuery(body.background_filter) : undefined;
  const background: Background = { size: 0, counts: new Map() };
  const wanted = { size: Math.min(size, handed), least, score: parseSignificance(body, kind), background };
  let reading: Reading;
  let shown: Pick<FieldValues, 'kind' | 'show'> | undefined;
  return {
    enter(place) {
      const values = fieldValues(request, place);
      if (values.kind === 'real') {
        throw shardError('No support for examining floating point numerics', 'unsupported_operation_exception', 500);
      }
      if (values.kind !== 'none') shown = values;
      reading = { values, accepts: keyFilter?.(values), all: among && filterMatcher(among, place) };
      enterNodes(inner, place);
    },
    see(hit) {
      if (reading.all && !reading.all.matches(hit)) return;
      background.size++;
      for (const value of new Set(reading.values.read(hit))) {
        const before = background.counts.get(value);
        if (before === undefined) budget.hold(1);
        background.counts.set(value, (before ?? 0) + 1);
      }
    },
    start: () =>
      startTally(
        wanted,
        () => reading,
        () => shown,
        scope,
      ),
    unordered: () => manyBuckets,
    typeName: () => (!shown || shown.kind === 'term' || shown.kind === 'ip' ? 'sigsterms' : 'siglterms'),
  };
}

function startTally(
  { size, least, score, background }: Wanted,
  reading: () => Reading,
  shown: () => Pick<FieldValues, 'kind' | 'show'> | undefined,
  scope: AggregationScope,
): Tally {
  const { inner, budget } = scope;
  const buckets = new Map<Point, Bucket>();
  let seen = 0;
  const bucketOf = makeBuckets(buckets, scope);
  const bucketAt = (value: Point): Bucket | undefined => {
    const { accepts } = reading();
    return !accepts || accepts(value) ? bucketOf(value) : undefined;
  };
  const collect = (hit: AggregatedHit): void => {
    for (const value of new Set(reading().values.read(hit))) {
      const bucket = bucketAt(value);
      if (bucket) collectInto(bucket, hit);
    }
  };
  return {
    collect(hit) {
      seen++;
      collect(hit);
    },
    collectRows(batch) {
      seen += batch.rows.length;
      eachValueRows(reading().values, batch, (value, inside) => {
        const bucket = bucketAt(value);
        if (bucket) collectRowsInto(bucket, inside);
      });
    },
    answer() {
      const best = makeBest<Scored>(size, (a, b) => b.score - a.score || comparePoints(a.key, b.key));
      for (const [key, bucket] of buckets) {
        const all = background.counts.get(key) ?? 0;
        const own = score({ count: bucket.count, size: seen, allCount: all, allSize: background.size });
        if (own > 0 && bucket.count >= least) best.add({ key, bucket, score: own, all });
      }
      const kept = best.sorted();
      const as = shown();
      if (!as) return { buckets: [] };
      budget.answer(kept.length);
      return {
        doc_count: seen,
        bg_count: background.size,
        buckets: kept.map(({ key, bucket, score: own, all }) =>
          bucketAnswer({ ...shownKey(key, as), doc_count: 0, score: own, bg_count: all }, bucket, inner),
        ),
      };
    },
    valueOf: () => Number.NaN,
  };
}

/** Observed: the text of a truth is a truth itself. */
function shownKey(key: Point, { kind, show }: Pick<FieldValues, 'kind' | 'show'>): Document {
  return kind === 'boolean' ? { key, key_as_string: key === 1 } : keyOf(key, show);
}

function unknownKey(key: string, kind: string): Error {
  const root = { type: 'named_object_not_found_exception', reason: `unknown field [${key}]` };
  return new TrailhoundError('parse-failed', `[${kind}] unknown field [${key}]`, {
    wire: 'x_content_parse_exception',
    fields: { root_cause: [root], caused_by: root },
  });
}

interface Scored {
  readonly key: Point;
  readonly bucket: Bucket;
  readonly score: number;
  readonly all: number;
}
