import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { IndexInfo } from '../store/store.ts';
import { nodeName } from './root-routes.ts';

/** An error that only a shard can see, with the index that it happened in: the query room does not know its name. */
export function atShard(error: TrailhoundError, index: IndexInfo | undefined): TrailhoundError {
  if (index === undefined) return error;
  const { root_cause: causes, failed_shards: shards, ...fields } = error.fields;
  return new TrailhoundError(error.code, error.message, {
    wire: error.wire,
    status: error.status,
    cause: error,
    fields: {
      root_cause: Array.isArray(causes) ? causes.map((cause) => inIndex(cause, index)) : [],
      ...fields,
      failed_shards: (Array.isArray(shards) ? shards : []).map((shard) => ({
        shard: 0,
        index: index.name,
        node: nodeName,
        reason: inIndex(isDocument(shard) ? shard.reason : undefined, index),
      })),
    },
  });
}

/** Only a query's own exception names its index. */
function inIndex(cause: unknown, index: IndexInfo): unknown {
  if (!isDocument(cause) || cause.type !== 'query_shard_exception') return cause;
  const { type, reason, ...rest } = cause;
  return { type, reason, index: index.name, index_uuid: index.uuid, ...rest };
}

/** One index that could not answer, as an entry of `_shards.failures`. */
export function failureOf(error: TrailhoundError, index: string): { readonly [field: string]: unknown } {
  const causes = error.fields.root_cause;
  const cause = Array.isArray(causes) ? causes[0] : undefined;
  const reason = cause ?? { type: error.wire, reason: error.message };
  return { shard: 0, index, node: nodeName, reason };
}
