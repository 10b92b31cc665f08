import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';

/** The errors of a search as OpenSearch words them. Line and column are left out: the JSON came parsed. */

/** A body that does not read as a query: 400 parsing_exception. */
export function parsingError(reason: string, wire = 'parsing_exception'): TrailhoundError {
  return new TrailhoundError('parse-failed', reason, { wire });
}

/** A value that no query takes: 400 illegal_argument_exception. */
export function argumentError(reason: string, wire = 'illegal_argument_exception'): TrailhoundError {
  return new TrailhoundError('bad-request', reason, { wire });
}

/** A mapping that does not read: 400 mapper_parsing_exception. */
export function mapperError(reason: string): TrailhoundError {
  return new TrailhoundError('bad-request', reason, { wire: 'mapper_parsing_exception' });
}

/**
 * What only a shard can see (the mapping does not fit the query). OpenSearch answers search_phase_execution_exception and
 * puts the reason into root_cause; `cause` carries it for logs and people.
 */
export function shardError(reason: string, wire = 'query_shard_exception', status = 400): TrailhoundError {
  const cause = { type: wire, reason };
  return new TrailhoundError('bad-request', 'all shards failed', {
    wire: 'search_phase_execution_exception',
    status,
    cause: new Error(reason),
    fields: {
      root_cause: [cause],
      phase: 'query',
      grouped: true,
      failed_shards: [{ shard: 0, reason: cause }],
    },
  });
}

/** What is only seen when the shards' answers are joined: 400, and no shard is told. */
export function reduceError(cause: Document & { readonly type: string; readonly reason: string }): TrailhoundError {
  return new TrailhoundError('bad-request', cause.reason, {
    wire: 'search_phase_execution_exception',
    fields: { root_cause: [], phase: 'fetch', grouped: true, failed_shards: [], caused_by: cause },
  });
}

/** Errors of Java's own and of its JSON reader: OpenSearch does not look behind them for a root cause. */
const opaque = /^(?:illegal_|number_format|date_time|null_pointer|index_out_of|class_cast|unsupported_operation)/;

/** An error inside a field of a `bool`: 400 x_content_parse_exception around it, the inner one being the root cause. */
export function wrappedError(thrown: TrailhoundError, reason: string): TrailhoundError {
  const caused = { type: thrown.wire, reason: thrown.message };
  const roots = !isRootCause(thrown.wire) ? undefined : (thrown.fields.root_cause ?? [caused]);
  return new TrailhoundError('parse-failed', `${reason}: ${thrown.message}`, {
    wire: 'x_content_parse_exception',
    cause: thrown,
    fields: { ...(roots === undefined ? {} : { root_cause: roots }), caused_by: caused },
  });
}

/** Whether OpenSearch tells an error of this type as the root cause of one around it. */
export function isRootCause(type: string): boolean {
  return !opaque.test(type);
}

/** The reason inside a shard error, else the message: what `_validate` and lenient queries show. */
export function innerReason(error: TrailhoundError): { readonly type: string; readonly reason: string } {
  const causes = error.fields.root_cause;
  const first: unknown = Array.isArray(causes) ? causes[0] : undefined;
  if (typeof first === 'object' && first !== null && 'type' in first && 'reason' in first) {
    return { type: String(first.type), reason: String(first.reason) };
  }
  return { type: error.wire, reason: error.message };
}
