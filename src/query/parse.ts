import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { clauses } from './clauses.ts';
import type { Query } from './query.ts';
import { argumentError, parsingError } from './refusal.ts';

/**
 * JSON → AST. Throws TrailhoundError with OpenSearch's error type and status. `path` is the JSON path of the query in the
 * request.
 */
export function parseQuery(json: unknown, path = 'query'): Query {
  return parseAt(json, path, 0);
}

function parseAt(json: unknown, path: string, depth: number): Query {
  if (depth > limits.queryDepthMax) {
    throw argumentError(`${path}: the query is nested deeper than ${limits.queryDepthMax} levels`);
  }
  if (!isDocument(json)) {
    if (Array.isArray(json)) throw parsingError('unexpected token [START_ARRAY]');
    throw parsingError('[_na] query malformed, must start with start_object');
  }
  const [name, second] = Object.keys(json);
  if (name === undefined) throw argumentError(`query malformed, empty clause found at [${path}]`);
  const body = json[name];
  if (body === null || typeof body !== 'object')
    throw parsingError(`[${name}] query malformed, no start_object after query name`);
  if (Array.isArray(body)) throw parsingError(`[${name}] query malformed, no start_object after query name`);
  const clause = Object.hasOwn(clauses, name) ? clauses[name] : undefined;
  if (!clause) throw unknown(name);
  const inner = `${path}.${name}`;
  const query = clause.parse(body, {
    name,
    path: inner,
    child: (child, step) => parseAt(child, `${inner}.${step}`, depth + 1),
  });
  if (second !== undefined) {
    throw parsingError(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  }
  return query;
}

function unknown(name: string): TrailhoundError {
  const cause = { type: 'named_object_not_found_exception', reason: `unknown field [${name}]` };
  return new TrailhoundError('parse-failed', `unknown query [${name}]`, { fields: { caused_by: cause } });
}
