import { type Document, isDocument, put } from '../../base/document.ts';
import { type BucketEntry, bucketEntries } from './buckets-path.ts';
import { tellTypeName, typeNameOf } from './type-names.ts';

/** An aggregation that reads answers of others: of its siblings, or of the buckets that it stands in. */
export interface Pipeline {
  readonly name: string;
  readonly kind: string;
  readonly meta: Document | undefined;
  readonly paths: readonly string[];
  /** Names of what it reads: they come first. */
  readonly reads: readonly string[];
  /** `siblings`: gives one answer beside them. `buckets`: changes the list of buckets around it. */
  readonly place: 'siblings' | 'buckets';
  readonly typeName: string;
  /** What it makes of the level that it stands in; undefined where it has nothing to say. */
  value?(level: Document): Document | undefined;
  /** The buckets as they are after it. */
  change?(buckets: readonly BucketEntry[]): readonly BucketEntry[];
}

/** An answer with what the pipelines inside its aggregation make of its buckets. */
export function withPipelines(answer: Document, pipelines: readonly Pipeline[]): Document {
  if (pipelines.length === 0) return answer;
  let entries = bucketEntries(answer);
  const add = (level: Document, { name, meta, typeName, value }: Pipeline): Document => {
    const found = value?.(level);
    if (!found) return level;
    const shown = meta === undefined ? found : { meta, ...found };
    tellTypeName(shown, typeName);
    return { ...level, [name]: shown };
  };
  if (!entries) return pipelines.reduce(add, answer);
  for (const pipeline of pipelines) {
    if (pipeline.place === 'siblings') {
      entries = entries.map(({ key, bucket }) => ({ key, bucket: add(bucket, pipeline) }));
      continue;
    }
    entries = pipeline.change?.(entries) ?? entries;
    for (const { bucket } of entries) {
      const shown = bucket[pipeline.name];
      if (isDocument(shown) && typeNameOf(shown) === undefined) tellTypeName(shown, pipeline.typeName);
    }
  }
  const { buckets } = answer;
  if (Array.isArray(buckets)) return { ...answer, buckets: entries.map(({ bucket }) => bucket) };
  const byKey: { [key: string]: unknown } = {};
  for (const { key, bucket } of entries) put(byKey, key, bucket);
  return { ...answer, buckets: byKey };
}
