import { isDocument } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import { flagOf, noObject, readCommon, textOf } from '../clause-body.ts';
import { checkClauseCount } from '../clause-count.ts';
import { type BoolClause, everything, type Lucene } from '../lucene.ts';
import { minimumShouldMatch } from '../minimum-should-match.ts';
import type { BoolQuery, Query } from '../query.ts';
import { parsingError, wrappedError } from '../refusal.ts';
import type { Clause, LowerScope, ParseScope } from './clause.ts';

const lists = ['must', 'filter', 'should', 'must_not', 'mustNot'];
const options = ['minimum_should_match', 'adjust_pure_negative', 'boost', '_name'];

export const boolClause: Clause<BoolQuery> = {
  kind: 'bool',
  parse(body, scope) {
    if (!isDocument(body)) throw noObject(scope.name);
    for (const key of Object.keys(body)) {
      if (!lists.includes(key) && !options.includes(key)) {
        throw parsingError(`[bool] unknown field [${key}]`, 'x_content_parse_exception');
      }
    }
    const minimum = textOf(body, 'minimum_should_match');
    return {
      kind: 'bool',
      ...readCommon(body, scope.name),
      must: readList(body.must, 'must', scope),
      filter: readList(body.filter, 'filter', scope),
      should: readList(body.should, 'should', scope),
      mustNot: [...readList(body.must_not, 'must_not', scope), ...readList(body.mustNot, 'mustNot', scope)],
      ...(minimum === undefined ? {} : { minimumShouldMatch: minimum }),
      adjustPureNegative: flagOf(body, 'adjust_pure_negative', true),
    };
  },
  lower,
};

/** One query or a list; errors inside are wrapped with the key, the inner one being the root cause. */
function readList(value: unknown, key: string, scope: ParseScope): readonly Query[] {
  if (value === undefined || value === null) return [];
  if (!isDocument(value) && !Array.isArray(value)) {
    const token =
      typeof value === 'string' ? 'VALUE_STRING' : typeof value === 'boolean' ? 'VALUE_BOOLEAN' : 'VALUE_NUMBER';
    throw parsingError(`[bool] ${key} doesn't support values of type: ${token}`, 'x_content_parse_exception');
  }
  try {
    if (!Array.isArray(value)) return [scope.child(value, key)];
    return value.map((item, index) => scope.child(item, `${key}[${index}]`));
  } catch (thrown) {
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    throw wrappedError(thrown, `[bool] failed to parse field [${key}]`);
  }
}

function lower(query: BoolQuery, scope: LowerScope): Lucene {
  checkClauseCount(query.must.length + query.mustNot.length + query.should.length + query.filter.length);
  const clauses: BoolClause[] = [];
  const add = (occur: BoolClause['occur'], queries: readonly Query[]): void => {
    for (const inner of queries) clauses.push({ occur, query: scope.child(inner) });
  };
  add('+', query.must);
  add('-', query.mustNot);
  add('', query.should);
  add('#', query.filter);
  if (clauses.length === 0) return everything;
  const negative = clauses.every(({ occur }) => occur === '-');
  const optional = query.should.length;
  const needsOne = query.must.length === 0 && query.filter.length === 0 && optional > 0 ? 1 : 0;
  const spec = query.minimumShouldMatch;
  const wanted = spec === undefined ? 0 : minimumShouldMatch(spec, optional);
  if (negative && query.adjustPureNegative) {
    // The original makes a new query of it and forgets the minimum.
    return { kind: 'bool', clauses: [...clauses, { occur: '#', query: everything }], minimum: 0 };
  }
  // Lucene still needs one of several optional clauses where nothing else is required.
  return { kind: 'bool', clauses, minimum: Math.max(wanted, needsOne), ...(wanted > 0 ? { explicit: true } : {}) };
}
