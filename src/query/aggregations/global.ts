import { shardError } from '../refusal.ts';
import type { AggregatedHit, Aggregation, AggregationKind, Tally } from './aggregation.ts';
import { checkBody } from './body.ts';
import { singleBucket } from './single-bucket.ts';

/** `global`: every document of the searched indices, whatever the query. */
export const global: AggregationKind = {
  names: ['global'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, []);
    const [parent] = scope.around;
    const all = singleBucket(scope, (place) => {
      if (parent !== undefined) {
        throw shardError(
          `Aggregation [${parent}] cannot have a global sub-aggregation [${scope.name}]. Global aggregations can only be defined as top level aggregations`,
          'aggregation_execution_exception',
          500,
        );
      }
      return { inside: place, select: (hit, take) => take(hit) };
    });
    return onlySeen(all);
  },
};

/** At the top there is one tally: it counts what is seen, not what matched. */
function onlySeen(all: Aggregation): Aggregation {
  let tally: Tally | undefined;
  return {
    ...all,
    start() {
      tally = all.start();
      return { ...tally, collect: () => {}, collectRows: () => {} };
    },
    see: (hit: AggregatedHit) => tally?.collect(hit),
  };
}
