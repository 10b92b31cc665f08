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
  const given = positiveOf(body, 'shard_size', { kind, name }, size);
  if (body.shard_size !== undefined && body.shard_size !== null) return Math.max(given, size);
  return order[0]?.path === '_key' ? size : Math.floor(size * 1.5 + 10);
}

/** `size` or `shard_size`, without its decimals. Refused in the original's words where it is not above 0. */
export function positiveOf(
  body: Document,
  key: string,
  { kind, name }: Pick<AggregationScope, 'kind' | 'name'>,
  fallback: number,
): number {
  const number = numberOf(body, key, kind, fallback);
  if (number > 0) return Math.trunc(number);
  const javaName = key === 'shard_size' ? 'shardSize' : key;
  const why = argumentError(`[${javaName}] must be greater than 0. Found [${number}] in [${name}]`);
  throw wrappedError(why, `[${kind}] failed to parse field [${key}]`);
}

export function isFullestFirst(order: readonly OrderKey[]): boolean {
  return order[0]?.path === '_count' && order[0].descending;
}
