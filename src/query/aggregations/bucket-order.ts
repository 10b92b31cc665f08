import { asText, isDocument } from '../../base/document.ts';
import type { Point } from '../lucene.ts';
import { parsingError, shardError } from '../refusal.ts';
import { comparePoints } from '../sort.ts';
import type { AggregationNode, Bucket } from './aggregation.ts';
import { malformed, tokenOf } from './body.ts';

/** One key of `order`: `_count`, `_key`, or the path of an aggregation inside (`m`, `s.avg`, `f>m`). */
export interface OrderKey {
  readonly path: string;
  readonly descending: boolean;
}

export interface KeyedBucket<Key = Point> {
  readonly key: Key;
  readonly bucket: Bucket;
}

/** Reads `order`: an object of one key, or a list of them. */
export function parseOrder(json: unknown, kind: string, fallback: readonly OrderKey[]): readonly OrderKey[] {
  if (json === undefined || json === null) return fallback;
  if (typeof json !== 'object') throw malformed(`[${kind}] order doesn't support values of type: ${tokenOf(json)}`);
  return (Array.isArray(json) ? json : [json]).map((item) => {
    const entries = isDocument(item) ? Object.entries(item) : [];
    const [first] = entries;
    if (!first || entries.length !== 1) {
      throw parsingError(`Must specify at least one field for [order] of [${kind}], and only one in each object`);
    }
    const direction = asText(first[1]).toLowerCase();
    if (direction !== 'asc' && direction !== 'desc')
      throw parsingError(`Unknown order direction [${asText(first[1])}]`);
    return { path: first[0] === '_term' || first[0] === '_time' ? '_key' : first[0], descending: direction === 'desc' };
  });
}

/** Compares buckets; what the order leaves equal goes by key, ascending. Throws a shard error for a path that leads nowhere. */
export function bucketOrder<Key = Point>(
  order: readonly OrderKey[],
  inner: readonly AggregationNode[],
  compareKeys: (a: Key, b: Key) => number = comparePoints as (a: Key, b: Key) => number,
): (a: KeyedBucket<Key>, b: KeyedBucket<Key>) => number {
  const parts = order.map(({ path, descending }) => {
    if (path === '_key') {
      return (a: KeyedBucket<Key>, b: KeyedBucket<Key>) => compareKeys(a.key, b.key) * (descending ? -1 : 1);
    }
    const read = path === '_count' ? (bucket: Bucket): number => bucket.count : pathReader(path, inner);
    return (a: KeyedBucket<Key>, b: KeyedBucket<Key>) => compareNumbers(read(a.bucket), read(b.bucket), descending);
  });
  return (a, b) => {
    for (const compare of parts) {
      const by = compare(a, b);
      if (by !== 0) return by;
    }
    return compareKeys(a.key, b.key);
  };
}

/** Why a metric of one value has no such part. */
export function singleValueOnly(name: string, part: string): string | undefined {
  if (part === '' || part === 'value') return undefined;
  return `Unknown value key [${part}] for single-value metric aggregation [${name}]. Either use [value] as key or drop the key all together`;
}

/** Buckets without a number (the mean of nothing) come last in either direction. */
function compareNumbers(a: number, b: number, descending: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (a === b) return 0;
  return a < b === descending ? 1 : -1;
}

function pathReader(path: string, inner: readonly AggregationNode[]): (bucket: Bucket) => number {
  const steps = path.split('>');
  let nodes = inner;
  const places: number[] = [];
  for (const step of steps.slice(0, -1)) {
    const at = nodes.findIndex(({ name }) => name === step);
    if (at < 0) throw noSuch(path, step);
    places.push(at);
    nodes = (nodes[at] as AggregationNode).inner;
  }
  const [name, part] = lastStep(steps.at(-1) ?? '', nodes);
  const last = nodes.findIndex((node) => node.name === name);
  if (last < 0) throw noSuch(path, name);
  const why = (nodes[last] as AggregationNode).aggregation.unordered(part);
  if (why !== undefined) throw invalidPath(path, why);
  return (bucket) => {
    let at: Bucket | undefined = bucket;
    for (const place of places) at = at?.tallies[place]?.bucket;
    return at?.tallies[last]?.valueOf(part) ?? Number.NaN;
  };
}

/** `s.avg` and `s[avg]` ask for a part; a name may hold dots of its own. */
function lastStep(step: string, nodes: readonly AggregationNode[]): readonly [string, string] {
  if (nodes.some(({ name }) => name === step)) return [step, ''];
  const bracket = /^(.*)\[(.*)\]$/s.exec(step);
  if (bracket) return [bracket[1] ?? '', bracket[2] ?? ''];
  const dot = step.lastIndexOf('.');
  return dot < 0 ? [step, ''] : [step.slice(0, dot), step.slice(dot + 1)];
}

function noSuch(path: string, name: string): Error {
  return invalidPath(
    path,
    `The provided aggregation [${name}] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets.`,
  );
}

function invalidPath(path: string, why: string): Error {
  return shardError(`Invalid aggregation order path [${path}]. ${why}`, 'aggregation_execution_exception', 500);
}
