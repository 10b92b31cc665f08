import { lenient } from '../lenient.ts';
import { readMatch } from '../match-body.ts';
import type { MatchPhraseQuery } from '../query.ts';
import { checkAnalyzer, matchPhrase } from '../text-query.ts';
import { queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

/** `match_phrase` and `match_phrase_prefix`. */
export const matchPhraseClause: Clause<MatchPhraseQuery> = {
  kind: 'match_phrase',
  parse: (body, { name }) => ({
    kind: 'match_phrase',
    prefix: name === 'match_phrase_prefix',
    ...readMatch(body, name),
  }),
  lower({ field: name, value, prefix, options }, scope) {
    checkAnalyzer(options.analyzer, prefix ? 'match_phrase_prefix' : 'match_phrase', scope);
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    return lenient(options.lenient, name, () => matchPhrase(field, value, prefix, options, scope));
  },
};
