import { asText, type Document, isDocument, own } from '../base/document.ts';
import { hashOrder } from '../base/java-map.ts';
import { Num } from '../base/painless/num.ts';
import type { ScriptFailure } from '../base/painless/script-error.ts';
import type { Value } from '../base/painless/value.ts';
import type { BucketCondition } from './bucket-condition.ts';
import { type Condition, evaluateBucketCondition } from './condition.ts';

/** A bucket that a trigger marked, as its alert holds it (`agg_alert_content`). */
export interface BucketContent {
  readonly parentPath: string;
  readonly keys: readonly string[];
  /** The bucket as it stands in the search's answer. */
  readonly bucket: Document;
}

/** What a bucket-level condition says of one page of buckets. */
export type Selection =
  | { readonly indices: readonly number[]; readonly buckets: readonly BucketContent[]; readonly looked: number }
  | { readonly failure: ScriptFailure | string };

/** The name of a bucket: its keys, joined as the original joins them. */
export function bucketName(content: BucketContent): string {
  return content.keys.join('#');
}

/** Puts each bucket of the condition's aggregation to its filter and its script. */
export function selectBuckets(aggregations: Document, condition: BucketCondition, script: Condition): Selection {
  const buckets = bucketsAt(aggregations, condition.parentPath);
  if (!buckets) return { failure: `Cannot find an aggregation with buckets at [${condition.parentPath}]` };
  const indices: number[] = [];
  const selected: BucketContent[] = [];
  for (const [index, bucket] of buckets.entries()) {
    if (condition.filter && !condition.filter.accepts(own(bucket, 'key'))) continue;
    const { triggered, failure } = evaluateBucketCondition(script, paramsOf(bucket, condition));
    if (failure) return { failure };
    if (!triggered) continue;
    indices.push(index);
    selected.push({ parentPath: condition.parentPath, keys: keysOf(bucket), bucket });
  }
  return { indices, buckets: selected, looked: buckets.length };
}

/** All buckets at a path, as an alert would hold them. */
export function contentsAt(aggregations: Document, parentPath: string): readonly BucketContent[] {
  return (bucketsAt(aggregations, parentPath) ?? []).map((bucket) => ({ parentPath, keys: keysOf(bucket), bucket }));
}

/** Steps of an aggregation's path: `outer>by`. */
export function pathSteps(path: string): readonly string[] {
  return path.split('>').map((step) => step.trim());
}

/** The answer of the aggregation at a path. */
export function aggregationAt(aggregations: Document, path: string): unknown {
  return pathSteps(path).reduce<unknown>((inside, step) => own(inside, step), aggregations);
}

/** Keyed answers (of `filters` and ranges) are lists of buckets to the original too. */
function bucketsAt(aggregations: Document, path: string): readonly Document[] | undefined {
  const buckets = own(aggregationAt(aggregations, path), 'buckets');
  if (Array.isArray(buckets)) return buckets.filter(isDocument);
  if (!isDocument(buckets)) return undefined;
  return Object.entries(buckets).map(([key, bucket]) => ({ key, ...(bucket as Document) }));
}

function paramsOf(bucket: Document, { bucketsPath, gapPolicy }: BucketCondition): Value {
  const params: [string, Value][] = [];
  for (const [name, path] of bucketsPath) {
    const value = numberAt(bucket, path);
    // What a path does not find is null to the script, which then fails where it computes with it.
    if (value === undefined) continue;
    const isGap = !Number.isFinite(value) || (own(bucket, 'doc_count') === 0 && path !== '_count');
    const filled = gapPolicy === 'insert_zeros' ? 0 : Number.NaN;
    params.push([name, new Num('double', isGap ? filled : value)]);
  }
  return Object.fromEntries(params);
}

/** The number of a bucket at a path; NaN for a metric without a value, undefined for what is not there. */
function numberAt(bucket: Document, path: string): number | undefined {
  const steps = pathSteps(path);
  let inside: unknown = bucket;
  for (const step of steps.slice(0, -1)) inside = own(inside, step);
  const last = steps.at(-1) ?? '';
  if (last === '_count') return numeric(own(inside, 'doc_count'));
  if (last === '_bucket_count') {
    const buckets = own(inside, 'buckets');
    return Array.isArray(buckets) ? buckets.length : undefined;
  }
  const whole = own(inside, last);
  if (isDocument(whole)) return numeric(own(whole, last === '_count' ? 'doc_count' : 'value'));
  // `stats.max`, `stats[max]`
  const dotted = /^(.+?)(?:\.([^.]+)|\[['"]?([^\]'"]+)['"]?\])$/.exec(last);
  const found = dotted ? own(inside, dotted[1] ?? '') : undefined;
  const key = dotted?.[2] ?? dotted?.[3] ?? '';
  return isDocument(found) ? numeric(own(found, key === '_count' ? 'doc_count' : key)) : undefined;
}

function numeric(value: unknown): number | undefined {
  if (value === null) return Number.NaN;
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
}

/** A composite bucket's values stand in the order of Java's hash map, as in the original. */
function keysOf(bucket: Document): readonly string[] {
  const key = own(bucket, 'key');
  return isDocument(key) ? hashOrder(Object.keys(key)).map((name) => asText(own(key, name))) : [asText(key)];
}
