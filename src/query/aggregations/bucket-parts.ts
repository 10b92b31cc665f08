import type { Point } from '../lucene.ts';
import type { Bucket, PartColumns } from './aggregation.ts';
import type { Names } from './names.ts';
import type { Part } from './part.ts';

/** undefined where what stands inside of a bucket cannot be kept. */
export function partOfBuckets(buckets: ReadonlyMap<Point, Bucket>, names: Names): Part | undefined {
  const keys = new Uint32Array(buckets.size);
  const counts = new Uint32Array(buckets.size);
  const inner: (readonly Part[])[] = [];
  let at = 0;
  for (const [key, bucket] of buckets) {
    keys[at] = names.numberOf(key);
    counts[at++] = bucket.count;
    if (bucket.tallies.length === 0) continue;
    const inside = partsInside(bucket, names);
    if (!inside) return undefined;
    inner.push(inside);
  }
  return { keys, counts, inner };
}

export function partsInside({ tallies }: Pick<Bucket, 'tallies'>, names: Names): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (const tally of tallies) {
    const part = tally.part?.(names);
    if (!part) return undefined;
    parts.push(part);
  }
  return parts;
}

export function addInside(
  { tallies }: Pick<Bucket, 'tallies'>,
  parts: readonly Part[],
  names: Names,
  columns?: PartColumns,
): void {
  for (const [place, part] of parts.entries()) tallies[place]?.add?.(part, names, columns);
}

export function addToBuckets(
  { keys, counts, inner }: Part,
  names: Names,
  bucketAt: (key: Point) => Bucket | undefined,
): void {
  for (let at = 0; at < keys.length; at++) {
    const bucket = bucketAt(names.at(keys[at] as number));
    if (!bucket) continue;
    bucket.count += counts[at] as number;
    addInside(bucket, inner[at] ?? [], names);
  }
}

/** Of an aggregation with buckets that always are there, in their order. */
export function partOfList(buckets: readonly Bucket[], names: Names): Part | undefined {
  const inner: (readonly Part[])[] = [];
  for (const bucket of buckets) {
    const inside = partsInside(bucket, names);
    if (!inside) return undefined;
    inner.push(inside);
  }
  return { keys: new Uint32Array(0), counts: Uint32Array.from(buckets, ({ count }) => count), inner };
}

export function addToList({ counts, inner }: Part, names: Names, buckets: readonly Bucket[]): void {
  for (const [at, bucket] of buckets.entries()) {
    bucket.count += counts[at] as number;
    addInside(bucket, inner[at] ?? [], names);
  }
}
