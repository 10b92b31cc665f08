import { lenient } from '../lenient.ts';
import { readMatch } from '../match-body.ts';
import type { MatchPhraseQuery } from '../query.ts';
import { argumentError } from '../refusal.ts';
import { checkAnalyzer, matchPhrase } from '../text-query.ts';
import { queryField, unmapped } from '../value-query.ts';
import type { Clause } from './clause.ts';

/** `match_phrase` and `match_phrase_prefix`. */
export const matchPhraseClause: Clause<MatchPhraseQuery> = {
  kind: 'match_phrase',
  parse(body, { name }) {
    const read = readMatch(body, name);
    if (read.options.slop < 0) throw argumentError('No negative slop allowed.');
    return { kind: 'match_phrase', prefix: name === 'match_phrase_prefix', ...read };
  },
  lower({ field: name, value, prefix, options }, scope) {
    checkAnalyzer(options.analyzer, prefix ? 'match_phrase_prefix' : 'match_phrase', scope);
    const field = queryField(scope, name);
    if (!field) return unmapped(name);
    return lenient(options.lenient, name, () => matchPhrase(field, value, prefix, options, scope));
  },
};
