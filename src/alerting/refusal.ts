import { TrailhoundError } from '../base/errors.ts';

/** Java's name of what went wrong: part of the original's error bodies, and nothing more to us. */
const causes: Readonly<Record<number, string>> = {
  400: 'java.lang.IllegalArgumentException',
  404: 'org.opensearch.OpenSearchStatusException',
  409: 'org.opensearch.index.engine.VersionConflictEngineException',
};

/** The error of an alerting route: `alerting_exception` with the original's words. Where it answers 500 to bad input we say 400. */
export function refusal(reason: string, status: 400 | 404 | 409 = 400, cause?: string): TrailhoundError {
  const code = status === 404 ? 'not-found' : status === 409 ? 'conflict' : 'bad-request';
  return new TrailhoundError(code, reason, {
    wire: 'alerting_exception',
    status,
    fields: { caused_by: { type: 'exception', reason: cause ?? `${causes[status]}: ${reason}` } },
  });
}

/** An error of a route's own checks, which the original does not wrap. */
export function badRequest(reason: string, wire = 'illegal_argument_exception'): TrailhoundError {
  return new TrailhoundError('bad-request', reason, { wire });
}

/** What the original's shards say of a field that has no mapping. */
export function unsortable(field: string): TrailhoundError {
  const reason = `No mapping found for [${field}] in order to sort on`;
  const cause = { type: 'query_shard_exception', reason };
  return new TrailhoundError('bad-request', 'all shards failed', {
    wire: 'search_phase_execution_exception',
    fields: { root_cause: [cause], phase: 'query', grouped: true, failed_shards: [{ shard: 0, reason: cause }] },
  });
}
