import { lenient } from '../lenient.ts';
import { readMatch } from '../match-body.ts';
import { metadataTerm } from '../metadata-field.ts';
import type { MatchQuery } from '../query.ts';
import { checkAnalyzer, matchText } from '../text-query.ts';
import { queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

export const matchClause: Clause<MatchQuery> = {
  kind: 'match',
  parse: (body, { name }) => ({ kind: 'match', ...readMatch(body, name) }),
  lower({ field: name, value, options }, scope) {
    checkAnalyzer(options.analyzer, 'match', scope);
    const metadata = options.fuzziness === undefined ? metadataTerm(name, [value]) : undefined;
    if (metadata) return metadata;
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    return lenient(options.lenient, name, () => matchText(field, value, options, scope));
  },
};
