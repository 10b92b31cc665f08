import type { Point } from '../lucene.ts';
import type { Bucket, Place } from './aggregation.ts';
import type { KeyedBucket } from './bucket-order.ts';
import type { NamedHashes } from './hash-counts.ts';
import type { OrderedKey } from './rare-order.ts';
import { chunkOf, type RareGroup, type RareGroups } from './rare-pairs.ts';
import { type RareChunk, valuesAt } from './rare-rows.ts';
import { collectRowsInto } from './row-batch.ts';

/** The names of hashes, read from documents, beside the values that were counted by name. */
export interface RareNames {
  /** Of the values that were counted by name before. */
  hashes(): NamedHashes;
  /** Rows have the hash of a named value, by its place in `hashes`. */
  mix(place: number): void;
  /** Those whose hash no row has. */
  unmixed(): Iterable<KeyedBucket>;
  /** The keys and hashes of the others, where `has` wants the hash. */
  mixedKeys(has: (hash: number) => boolean): readonly { readonly key: string; readonly hash: number }[];
  /** Reads all documents of these hashes and counts their values; answers all values with these hashes. */
  read(hashes: ReadonlySet<number>): Generator<void, readonly KeyedBucket[]>;
  /** Counts a row that is the only one of its hash. */
  take(key: OrderedKey): KeyedBucket;
  /** A value that was counted by name has the hash. */
  isMixed(hash: number): boolean;
  /** The hash was read. */
  done(hash: number): boolean;
  /** Rows that were counted. */
  placed(): number;
}

export function makeRareNames(
  groups: RareGroups,
  buckets: Map<Point, Bucket>,
  start: () => Bucket,
  enter: (place: Place) => void,
  accepts: (key: Point) => boolean = () => true,
): RareNames {
  const texts = [...buckets.keys()].filter((key) => typeof key === 'string');
  const hashOf = (groups.all[0] as RareGroup).hashed.hash;
  const hashes = Uint32Array.from(texts, hashOf);
  const mixed = new Set<string>();
  const mixedOf = new Map<number, string[]>();
  const done = new Set<number>();
  let placed = 0;
  const bucketAt = (key: Point): Bucket => {
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = start();
      buckets.set(key, bucket);
    }
    return bucket;
  };
  return {
    hashes: () => ({ hashes, counts: Uint32Array.from(texts, (text) => buckets.get(text)?.count ?? 0) }),
    mix(place) {
      const text = texts[place] as string;
      if (mixed.has(text)) return;
      mixed.add(text);
      const hash = hashes[place] as number;
      mixedOf.set(hash, [...(mixedOf.get(hash) ?? []), text]);
    },
    *unmixed() {
      for (const [key, bucket] of buckets) if (!mixed.has(key as string)) yield { key, bucket };
    },
    mixedKeys: (has) => [...mixedOf].flatMap(([hash, keys]) => (has(hash) ? keys.map((key) => ({ key, hash })) : [])),
    *read(wanted) {
      const found = new Set<Point>();
      for (const [chunk, rowsOfChunk] of yield* rowsByChunk(groups, wanted)) {
        enter(chunk.place);
        for (const [key, rows] of yield* readChunk(chunk, rowsOfChunk)) {
          if (!accepts(key)) continue;
          found.add(key);
          placed += rows.length;
          collectRowsInto(bucketAt(key), { columns: chunk.columns, rows });
          yield;
        }
      }
      for (const hash of wanted) {
        done.add(hash);
        for (const key of mixedOf.get(hash) ?? []) found.add(key);
      }
      return [...found].map((key) => ({ key, bucket: bucketAt(key) }));
    },
    take({ key, hash, chunk, row }) {
      const bucket = bucketAt(key);
      if (chunk && row !== undefined) {
        placed++;
        enter(chunk.place);
        collectRowsInto(bucket, { columns: chunk.columns, rows: [row] });
      }
      done.add(hash);
      return { key, bucket };
    },
    isMixed: (hash) => mixedOf.has(hash),
    done: (hash) => done.has(hash),
    placed: () => placed,
  };
}

/** The rows with hashes that are wanted, ascending. */
function* rowsByChunk(
  groups: RareGroups,
  wanted: ReadonlySet<number>,
): Generator<void, ReadonlyMap<RareChunk, number[]>> {
  const found = new Map<RareChunk, number[]>();
  yield* groups.look(wanted);
  for (const group of groups.all) {
    for (const row of groups.with(group, wanted).rows.sort()) {
      const chunk = chunkOf(group, row);
      const rows = chunk && found.get(chunk);
      if (rows) rows.push(row);
      else if (chunk) found.set(chunk, [row]);
    }
    yield;
  }
  return found;
}

function* readChunk(chunk: RareChunk, rows: readonly number[]): Generator<void, ReadonlyMap<Point, number[]>> {
  const found = new Map<Point, number[]>();
  for (const row of rows) {
    for (const key of valuesAt(chunk, row)) {
      const same = found.get(key);
      if (same) same.push(row);
      else found.set(key, [row]);
    }
    yield;
  }
  return found;
}
