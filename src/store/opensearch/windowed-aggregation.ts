import type { Document } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ArrivalRange } from './arrival-map.ts';
import { anyOf, arrivedIn } from './windowed-search.ts';

/** The ids of what the search's query finds in these ranges, by index; undefined where there are more than so many. */
export type FindIds = (
  ranges: readonly ArrivalRange[],
  most: number,
) => Promise<ReadonlyMap<string, readonly string[]> | undefined>;

/**
 * A filter for what arrived in a window that is right in all shards at once, so that one search can aggregate it. In an index of
 * one shard a range of `_seq_no` tells. With more shards the same range would be asked of each, while each has one of its own: so
 * the documents are told by their ids, or, where they are too many, the range that covers all of them and the ids that lie in it
 * and did not arrive in the window: shards fill evenly, so those are few. (An id that stands in two shards, by a routing of its
 * own, is told apart only by the range.) Throws 'not-supported' where there are too many of both.
 */
export async function arrivedInAllShards(
  ranges: readonly ArrivalRange[],
  find: FindIds,
  most: number = limits.arrivalIdsMax,
): Promise<Document> {
  const alone = ranges.filter(({ shards }) => shards.length === 1);
  const spread = ranges.filter(({ shards }) => shards.length > 1);
  const hulls = hullsOf(spread);
  const arrived = await find(spread, most);
  if (arrived) return eitherOf(alone, hulls, (index) => ({ filter: [{ ids: { values: arrived.get(index) ?? [] } }] }));
  const others = await find(
    hulls.flatMap((hull) => around(hull, spread)),
    most,
  );
  if (others) return eitherOf(alone, hulls, (index) => ({ must_not: [{ ids: { values: others.get(index) ?? [] } }] }));
  throw new TrailhoundError(
    'not-supported',
    `more than ${most} documents arrived in indices of several shards since the monitor counted last: aggregations ` +
      'over them need indices of one shard, or a narrower query, or to be evaluated as OpenSearch does',
  );
}

/** From the first to the last `_seq_no` that any shard of an index has in the window. */
interface Hull {
  readonly index: string;
  readonly low: number;
  readonly high: number;
  readonly shards: readonly number[];
}

function hullsOf(ranges: readonly ArrivalRange[]): readonly Hull[] {
  const hulls = new Map<string, Hull>();
  for (const { index, low, high, shards } of ranges) {
    const hull = hulls.get(index);
    hulls.set(index, { index, low: Math.min(low, hull?.low ?? low), high: Math.max(high, hull?.high ?? high), shards });
  }
  return [...hulls.values()];
}

/** What of the hull lies outside the window, shard by shard. */
function around({ index, low, high, shards }: Hull, ranges: readonly ArrivalRange[]): readonly ArrivalRange[] {
  return shards.flatMap((shard) => {
    const own = ranges.find((range) => range.index === index && range.shard === shard);
    const parts = own ? [[low, own.low - 1] as const, [own.high + 1, high] as const] : [[low, high] as const];
    return parts
      .filter(([from, to]) => from <= to)
      .map(([from, to]) => ({ index, shard, low: from, high: to, shards }));
  });
}

function eitherOf(alone: readonly ArrivalRange[], hulls: readonly Hull[], more: (index: string) => Document): Document {
  const spread = hulls.map(({ index, low, high }) => {
    const { filter = [], ...others } = more(index) as { readonly filter?: readonly Document[] };
    return {
      bool: {
        ...others,
        filter: [{ term: { _index: index } }, { range: { _seq_no: { gte: low, lte: high } } }, ...filter],
      },
    };
  });
  return anyOf([...(alone.length > 0 ? [arrivedIn(alone)] : []), ...spread]);
}
