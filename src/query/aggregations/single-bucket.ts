import type { AggregatedHit, Aggregation, AggregationScope, Bucket, Place } from './aggregation.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';

/**
 * An aggregation of one bucket. `enter` says which hits of the bucket around it fall in: it hands on each of them (none,
 * the hit itself, or others), and returns the place where the aggregations inside stand.
 */
export function singleBucket(
  scope: AggregationScope,
  enter: (place: Place) => { readonly inside: Place; readonly select: Select },
): Aggregation {
  let select: Select;
  return {
    enter(place) {
      const entered = enter(place);
      select = entered.select;
      enterNodes(scope.inner, entered.inside);
    },
    start() {
      const bucket: Bucket = startBucket(scope);
      let last: AggregatedHit | undefined;
      const take = (hit: AggregatedHit): void => {
        // Objects of one document lie together: what they all lie in is counted once.
        if (hit === last) return;
        last = hit;
        collectInto(bucket, hit);
      };
      return {
        collect: (hit) => select(hit, take),
        answer() {
          scope.budget.answer(1);
          return bucketAnswer({}, bucket, scope.inner);
        },
        valueOf: () => bucket.count,
        bucket,
      };
    },
    unordered: (part) =>
      part === '' || part === 'doc_count'
        ? undefined
        : `Ordering on a single-bucket aggregation can only be done on its doc_count. Either drop the key (a la "${scope.name}") or change it to "doc_count" (a la "${scope.name}.doc_count")`,
    typeName: () => scope.kind,
  };
}

export type Select = (hit: AggregatedHit, take: (hit: AggregatedHit) => void) => void;
