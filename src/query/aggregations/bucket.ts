import { type Document, put } from '../../base/document.ts';
import type { AggregatedHit, AggregationNode, AggregationScope, Bucket, Place } from './aggregation.ts';
import { withPipelines } from './pipeline.ts';
import { tellTypeName } from './type-names.ts';

/** An empty bucket with the tallies of what stands inside. Counts against the search's budget. */
export function startBucket({ inner, budget }: Pick<AggregationScope, 'inner' | 'budget'>): Bucket {
  budget.hold(1 + inner.length);
  return { count: 0, tallies: inner.map(({ aggregation }) => aggregation.start()) };
}

/** The bucket of a key, which is started when it is first asked for. */
export function makeBuckets<Key>(
  buckets: Map<Key, Bucket>,
  scope: Pick<AggregationScope, 'inner' | 'budget'>,
): (key: Key) => Bucket {
  return (key) => {
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = startBucket(scope);
      buckets.set(key, bucket);
    }
    return bucket;
  };
}

export function collectInto(bucket: Bucket, hit: AggregatedHit): void {
  bucket.count++;
  for (const tally of bucket.tallies) tally.collect(hit);
}

/** `{…before, doc_count, …inner}`. */
export function bucketAnswer(before: Document, bucket: Bucket, inner: readonly AggregationNode[]): Document {
  return answerNodes({ ...before, doc_count: bucket.count }, bucket.tallies, inner);
}

/** The answers of aggregations that stand beside each other, under their names. */
export function answerNodes(
  before: Document,
  tallies: Bucket['tallies'],
  nodes: readonly AggregationNode[],
): { [name: string]: unknown } {
  const answer: { [name: string]: unknown } = { ...before };
  for (const [index, { name, meta, aggregation, pipelines }] of nodes.entries()) {
    const plain = (tallies[index] as Bucket['tallies'][number]).answer();
    const own = withPipelines(plain, pipelines);
    const shown = meta === undefined ? own : { meta, ...own };
    tellTypeName(shown, aggregation.typeName());
    put(answer, name, shown);
  }
  return answer;
}

export function enterNodes(nodes: readonly AggregationNode[], place: Place): void {
  for (const { aggregation } of nodes) aggregation.enter(place);
}
