import { type Best, makeBest } from '../best-hits.ts';
import type { Point } from '../lucene.ts';
import type { AggregationNode, Bucket, Place } from './aggregation.ts';
import type { KeyedBucket, OrderKey } from './bucket-order.ts';
import { countHashes, type HashCounts } from './hash-counts.ts';
import { makeRareNames, type RareNames } from './rare-names.ts';
import { type Members, makeOrderedKeys } from './rare-order.ts';
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
  const names = makeRareNames(rare, buckets, start, enter);
  const counts = yield* countHashes(rare.chunks, rare.count, names.hashes());
  const classes = makeClasses();
  yield* counts.each(classes.add, names.mix);
  const best = makeBest(wanted.size, wanted.compare);
  for (const named of names.unmixed()) best.add(named);
  const work: Work = { rare, wanted, names, counts, best };
  if (wanted.least > 1) yield* settle(work, yield* hashesWithin(work, wanted.least, Number.POSITIVE_INFINITY));
  else if (wanted.rank.by === 'count') yield* settleByCount(work, classes.list());
  else yield* settleInOrder(work, 0, { has: (hash) => !names.done(hash), all: undefined });
  return rare.count - names.placed();
}

interface Work {
  readonly rare: RareRows;
  readonly wanted: RareWanted;
  readonly names: RareNames;
  readonly counts: HashCounts;
  readonly best: Best<KeyedBucket>;
}

/** So many hashes have the same count. */
interface CountClass {
  readonly count: number;
  readonly hashes: number;
}

function makeClasses(): { add(hash: number, count: number): void; list(): readonly CountClass[] } {
  const small = new Uint32Array(256);
  const large = new Map<number, number>();
  return {
    add(_hash, count) {
      if (count < small.length) small[count] = (small[count] as number) + 1;
      else large.set(count, (large.get(count) ?? 0) + 1);
    },
    /** The greatest count first. */
    list: () =>
      [...small.entries(), ...large]
        .map(([count, hashes]) => ({ count, hashes }))
        .filter(({ hashes }) => hashes > 0)
        .sort((a, b) => b.count - a.count),
  };
}

/** Downwards, until what is left cannot be among the best. Of a class with more hashes than are wanted the first by key are. */
function* settleByCount(work: Work, classes: readonly CountClass[]): Generator<void> {
  const { wanted, best, counts, names } = work;
  for (let at = 0; at < classes.length; ) {
    const { count, hashes } = classes[at] as CountClass;
    const worst = best.worst();
    if (worst && worst.bucket.count > count) return;
    let end = at;
    for (let some = 0; end < classes.length; end++) {
      some += classes[end]?.hashes ?? 0;
      if (some > wanted.size) break;
    }
    if (end > at) {
      yield* settle(work, yield* hashesWithin(work, classes[end - 1]?.count ?? 0, count));
      at = end;
      continue;
    }
    const all = hashes <= membersKept ? yield* hashesWithin(work, count, count) : undefined;
    const has = (hash: number): boolean => counts.countOf(hash) === count && !names.done(hash);
    yield* settleInOrder(work, count, { has: all ? (hash) => all.has(hash) && !names.done(hash) : has, all });
    at++;
  }
}

/** More hashes are not listed, but looked up one by one. */
const membersKept = 65_536;
/** Keys that are read at a time once as many were read as are wanted. */
const keysAgain = 16;

/** By key, until the next one would not be among the best if it came so often. */
function* settleInOrder(work: Work, count: number, members: Members): Generator<void> {
  const { rare, wanted, names, best } = work;
  const keys = makeOrderedKeys(rare.chunks, members, names.mixedKeys(members.has), wanted.rank.backwards);
  for (let most = wanted.size; ; most = keysAgain) {
    const some = new Set<number>();
    while (some.size < most) {
      const least = yield* keys.least();
      const worst = best.worst();
      if (least === undefined) break;
      if (worst && wanted.compare({ key: least, bucket: { count, tallies: [] } }, worst) > 0) break;
      const hash = yield* keys.next();
      // Another value may have had the same hash.
      if (hash !== undefined && !names.done(hash)) some.add(hash);
    }
    if (some.size === 0) return;
    yield* settle(work, some);
  }
}

function* settle({ names, best }: Work, hashes: ReadonlySet<number>): Generator<void> {
  for (const found of yield* names.read(hashes)) best.add(found);
}

function* hashesWithin({ counts, names }: Work, low: number, high: number): Generator<void, ReadonlySet<number>> {
  const hashes = new Set<number>();
  yield* counts.each((hash, count) => {
    if (count >= low && count <= high && !names.done(hash)) hashes.add(hash);
  });
  return hashes;
}
