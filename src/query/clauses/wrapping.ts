import { isDocument } from '../../base/document.ts';
import { noObject, readCommon, textOf } from '../clause-body.ts';
import type { Query } from '../query.ts';
import { argumentError, parsingError } from '../refusal.ts';
import type { ParseScope } from './clause.ts';

const functionScoreKeys = (
  'query functions weight score_mode boost_mode max_boost min_score boost _name random_score field_value_factor ' +
  'script_score gauss linear exp'
).split(' ');

/** Clauses that only wrap another one: they parse to the query inside. */
export const wrappingClauses: Readonly<Record<string, (body: unknown, scope: ParseScope) => Query>> = {
  /** A query in base64. */
  wrapper(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    const text = textOf(body, 'query');
    if (!text) throw argumentError('query source is empty');
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    } catch {
      throw parsingError('[wrapper] query is no JSON in base64');
    }
    return scope.child(json, 'query');
  },
  /** `negative` only lowers scores: here it counts nothing. */
  boosting(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    if (body.positive === undefined) throw parsingError("[boosting] query requires 'positive' query to be set'");
    if (body.negative === undefined) throw parsingError("[boosting] query requires 'negative' query to be set'");
    const [positive, negative] = [scope.child(body.positive, 'positive'), scope.child(body.negative, 'negative')];
    if (!(Number(body.negative_boost) >= 0)) {
      throw parsingError("[boosting] query requires 'negative_boost' to be set to be a positive value'");
    }
    return {
      kind: 'bool',
      ...readCommon(body, scope.name),
      must: [positive],
      should: [{ ...negative, boost: 0 }],
      filter: [],
      mustNot: [],
      adjustPureNegative: true,
      boosting: true,
    };
  },
  /** Scores alone, which are out of scope; with min_score they would decide what matches. */
  function_score(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    const unknown = Object.keys(body).find((key) => !functionScoreKeys.includes(key));
    if (unknown !== undefined)
      throw parsingError(`failed to parse [function_score] query. field [${unknown}] is not supported`);
    if (body.min_score !== undefined) throw parsingError('[function_score] with [min_score] is not supported');
    return body.query === undefined ? { kind: 'match_all', boost: 1 } : scope.child(body.query, 'query');
  },
};
