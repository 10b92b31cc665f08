import type { Document } from '../../base/document.ts';
import { argumentError, wrappedError } from '../refusal.ts';
import type { AggregationScope } from './aggregation.ts';
import { numberOf } from './body.ts';
import type { OrderKey } from './bucket-order.ts';

/**
 * How many a shard of the original hands over: with them `min_doc_count` is asked, wherever else a value may come often. Reads
 * `shard_size`.
 */
export function candidatesOf(
  body: Document,
  { size, order }: { readonly size: number; readonly order: readonly OrderKey[] },
  { kind, name }: Pick<AggregationScope, 'kind' | 'name'>,
): number {
  const given = numberOf(body, 'shard_size', kind, size);
  if (given <= 0) {
    const why = argumentError(`[shardSize] must be greater than 0. Found [${given}] in [${name}]`);
    throw wrappedError(why, `[${kind}] failed to parse field [shard_size]`);
  }
  if (body.shard_size !== undefined && body.shard_size !== null) return Math.max(Math.trunc(given), size);
  return order[0]?.path === '_key' ? size : Math.floor(size * 1.5 + 10);
}

export function isFullestFirst(order: readonly OrderKey[]): boolean {
  return order[0]?.path === '_count' && order[0].descending;
}
