import { type Best, makeBest } from '../best-hits.ts';
import type { Point } from '../lucene.ts';
import type { AggregationNode, Bucket, Place } from './aggregation.ts';
import type { KeyedBucket, OrderKey } from './bucket-order.ts';
import { makeRareBounds, type RareBounds } from './rare-bounds.ts';
import { makeRareNames, type RareNames } from './rare-names.ts';
import { type Members, makeOrderedKeys } from './rare-order.ts';
import { groupsOf, type RareGroups } from './rare-pairs.ts';
import type { RareRows } from './rare-rows.ts';

/** What a `terms` keeps of its buckets. */
export interface RareWanted {
  readonly size: number;
  /** `min_doc_count` */
  readonly least: number;
  readonly rank: RareRank;
  readonly compare: (a: KeyedBucket, b: KeyedBucket) => number;
}

/** Orders of buckets whose best can be found before all have a name. */
export interface RareRank {
  readonly by: 'count' | 'key';
  /** Of equal counts, or of all, the greatest keys come first. */
  readonly backwards: boolean;
}

/** undefined where an order needs all names, or what stands inside the buckets. */
export function rareRank(order: readonly OrderKey[]): RareRank | undefined {
  const [first, second] = order;
  if (first?.path === '_key') return { by: 'key', backwards: first.descending };
  if (first?.path !== '_count' || !first.descending) return undefined;
  if (second && second.path !== '_key') return undefined;
  return { by: 'count', backwards: second?.descending ?? false };
}

/**
 * Whether what stands inside of buckets does not care in which order documents come: those of a value may come later than
 * documents that follow them. Sums of fractions and the first of equal hits do care.
 */
export function orderless(inner: readonly AggregationNode[]): boolean {
  return inner.every((node) => orderlessKinds.includes(node.kind) && orderless(node.inner));
}

const orderlessKinds: readonly string[] =
  'terms cardinality value_count min max missing filter filters range date_range date_histogram histogram'.split(' ');

/**
 * Gives those of the rows a bucket that are among the best (all, with `least`, that come as often). Hashes are counted: no value
 * comes more often than its hash, so counts alone tell which may be among the best, and only their documents are read. Two values
 * of one hash become two buckets, each with its own count. Stops now and then; answers how many rows got no bucket.
 * `start` makes buckets, `enter` tells what stands inside of the index whose rows come next.
 */
export function* settleRare(
  rare: RareRows,
  buckets: Map<Point, Bucket>,
  wanted: RareWanted,
  start: () => Bucket,
  enter: (place: Place) => void,
): Generator<void, number> {
  const groups = groupsOf(rare);
  const names = makeRareNames(groups, buckets, start, enter);
  const bounds = yield* makeRareBounds(groups, names);
  const best = makeBest(wanted.size, wanted.compare);
  for (const named of names.unmixed()) best.add(named);
  const work: Work = { groups, total: rare.count, wanted, names, bounds, best };
  if (wanted.least > 1) yield* settle(work, yield* bounds.within(wanted.least, Number.POSITIVE_INFINITY));
  else if (wanted.rank.by === 'count') yield* settleByCount(work);
  else yield* settleInOrder(work, 0, { has: (hash) => !names.done(hash), all: undefined });
  return rare.count - names.placed();
}

/** Gives those of the rows a bucket that have one of these values; answers that no others count. */
export function* settleOnly(
  rare: RareRows,
  buckets: Map<Point, Bucket>,
  only: readonly string[],
  start: () => Bucket,
  enter: (place: Place) => void,
): Generator<void, number> {
  const groups = groupsOf(rare);
  const hashOf = groups.all[0]?.hashed.hash;
  const wanted = new Set(only);
  const names = makeRareNames(groups, buckets, start, enter, (key) => wanted.has(String(key)));
  if (hashOf) yield* names.read(new Set(only.map(hashOf)));
  return 0;
}

interface Work {
  readonly groups: RareGroups;
  /** Rows of them. */
  readonly total: number;
  readonly wanted: RareWanted;
  readonly names: RareNames;
  readonly bounds: RareBounds;
  readonly best: Best<KeyedBucket>;
}

/** Downwards, until what is left cannot be among the best. Of more hashes of one count than are wanted the first by key are. */
function* settleByCount(work: Work): Generator<void> {
  const { total, wanted, best, bounds, names } = work;
  let group = new Set<number>();
  for (;;) {
    const top = bounds.greatest();
    const worst = best.worst();
    const over = !top || (worst && worst.bucket.count > top.count);
    if (group.size > 0 && (over || group.size + top.hashes > wanted.size)) {
      yield* settle(work, group);
      group = new Set();
      continue;
    }
    if (over) return;
    const { count, hashes } = top;
    const few = hashes <= wanted.size || hashes * count * membersShare <= total;
    const all = few ? yield* bounds.within(count, count) : undefined;
    bounds.drop(count);
    if (all && group.size + all.size <= wanted.size) for (const hash of all) group.add(hash);
    else {
      const has = (hash: number): boolean => (bounds.of(hash) ?? count) === count;
      yield* settleInOrder(work, count, { has: (hash) => (all ?? { has }).has(hash) && !names.done(hash), all });
    }
  }
}

/** Hashes of more than this part of the rows are not listed, but looked up one by one. */
const membersShare = 8;
/** Keys that are read at a time once as many were read as are wanted. */
const keysAgain = 16;

/** By key, until the next one would not be among the best if it came so often. */
function* settleInOrder(work: Work, count: number, members: Members): Generator<void> {
  const { groups, wanted, names, bounds, best } = work;
  /** Hashes whose documents are read next: what has them need not be looked at before. */
  const some = new Set<number>();
  const wants = { all: members.all, has: (hash: number): boolean => !some.has(hash) && members.has(hash) };
  const keys = yield* makeOrderedKeys(groups, wants, names.mixedKeys(members.has), wanted.rank.backwards);
  for (let most = wanted.size; ; most = keysAgain) {
    let left = most;
    while (left > 0) {
      const least = yield* keys.least();
      const worst = best.worst();
      if (least === undefined) break;
      if (worst && wanted.compare({ key: least, bucket: { count, tallies: [] } }, worst) > 0) break;
      const next = yield* keys.next();
      // Another value may have had the same hash.
      if (!next || names.done(next.hash) || some.has(next.hash)) continue;
      left--;
      if (bounds.isSingle(next.hash)) best.add(names.take(next));
      else some.add(next.hash);
    }
    if (some.size > 0) yield* settle(work, some);
    some.clear();
    if (left > 0) return;
  }
}

function* settle({ names, best }: Work, hashes: ReadonlySet<number>): Generator<void> {
  for (const found of yield* names.read(hashes)) best.add(found);
}
