import { parsingError, shardError } from '../refusal.ts';
import type { AggregatedHit, AggregationKind } from './aggregation.ts';
import { wholeOf } from './body.ts';
import { bucketAnswer, collectInto, enterNodes, startBucket } from './bucket.ts';

/** `sampler`: the first matches of each index alone. The original takes those that score best: where nothing scores, these. */
export const sampler: AggregationKind = {
  names: ['sampler'],
  buckets: true,
  parse(body, scope) {
    const stranger = Object.keys(body).find((key) => key !== 'shard_size');
    if (stranger !== undefined) {
      throw parsingError(`Unsupported property "${stranger}" for aggregation "${scope.name}`);
    }
    const most = wholeOf(body, 'shard_size', scope.kind, 100, -2_147_483_648);
    const { inner, budget, kind } = scope;
    /** Raised with each index. */
    let index = 0;
    return {
      enter(place) {
        if (inner.length === 0) {
          const reason = 'Sampler aggregation must be used with child aggregations.';
          throw shardError(reason, 'aggregation_execution_exception', 500);
        }
        if (most <= 0) {
          const reason =
            'numHits must be > 0; please use TotalHitCountCollectorManager if you just need the total hit count';
          throw shardError(reason, 'illegal_argument_exception');
        }
        index++;
        enterNodes(inner, place);
      },
      start() {
        const bucket = startBucket(scope);
        let of = 0;
        let left = 0;
        return {
          collect(hit: AggregatedHit) {
            if (of !== index) left = most;
            of = index;
            if (left-- > 0) collectInto(bucket, hit);
          },
          answer() {
            budget.answer(1);
            return bucketAnswer({}, bucket, inner);
          },
          valueOf: () => bucket.count,
          bucket,
        };
      },
      unordered: () => undefined,
      typeName: () => kind,
    };
  },
};
