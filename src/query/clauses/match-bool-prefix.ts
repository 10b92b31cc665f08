import { lenient } from '../lenient.ts';
import { readMatch } from '../match-body.ts';
import type { MatchBoolPrefixQuery } from '../query.ts';
import { checkAnalyzer, matchBoolPrefix } from '../text-query.ts';
import { queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

export const matchBoolPrefixClause: Clause<MatchBoolPrefixQuery> = {
  kind: 'match_bool_prefix',
  parse: (body, { name }) => ({ kind: 'match_bool_prefix', ...readMatch(body, name) }),
  lower({ field: name, value, options }, scope) {
    checkAnalyzer(options.analyzer, 'match_bool_prefix', scope);
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    return lenient(options.lenient, name, () => matchBoolPrefix(field, value, options, scope));
  },
};
