import { TrailhoundError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { describeProblem } from '../base/problem.ts';
import type { Answer } from './route.ts';

/**
 * Whatever was thrown as OpenSearch's error body. An unexpected error is logged once, with its stack; the client gets
 * a 500 without it: a stack tells an attacker more than a user.
 */
export function errorAnswer(
  thrown: unknown,
  call: { readonly method: string; readonly path: string },
  log: Log,
): Answer {
  if (thrown instanceof TrailhoundError) {
    const cause = wireCause(thrown);
    return {
      status: thrown.status,
      body: { error: { root_cause: rootCauses(thrown, cause), ...cause }, status: thrown.status },
    };
  }
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  log.error(describeProblem({ place: `${call.method} ${call.path}`, message: `unexpected: ${stack}` }));
  const cause = { type: 'exception', reason: 'Internal error; the log of the server says more.' };
  return { status: 500, body: { error: { root_cause: [cause], ...cause }, status: 500 } };
}

/** `{type, reason, …}` of one error, as it stands in `_bulk` items and in `_mget` entries (there without root causes). */
export function wireCause(error: TrailhoundError): { type: string; reason: string; [field: string]: unknown } {
  const { root_cause: _, ...fields } = error.fields;
  return { type: error.wire, reason: error.message, ...fields };
}

/** The whole error body of one item of `_msearch` or `_mget`. */
export function itemError(error: TrailhoundError): { [field: string]: unknown } {
  const cause = wireCause(error);
  return { root_cause: rootCauses(error, cause), ...cause };
}

/** An index that is not there. Document APIs say index_expression where searches say index_or_alias. */
export function indexMissing(
  index: string,
  kind: 'index_or_alias' | 'index_expression' = 'index_or_alias',
): TrailhoundError {
  return new TrailhoundError('index-not-found', `no such index [${index}]`, {
    fields: { index, 'resource.id': index, 'resource.type': kind, index_uuid: '_na_' },
  });
}

export function illegal(reason: string): TrailhoundError {
  return new TrailhoundError('bad-request', reason);
}

/** Thrown where an error names its own root cause, else the error itself without what caused it. */
function rootCauses(error: TrailhoundError, cause: { readonly [field: string]: unknown }): unknown {
  if (Array.isArray(error.fields.root_cause)) return error.fields.root_cause;
  const { caused_by: _, failed_shards: __, ...root } = cause;
  return [root];
}
