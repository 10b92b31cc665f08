import type { Analyzer } from '../analysis/token.ts';
import type { TextField } from '../field.ts';
import { anyOf, type Lucene, nothing } from '../lucene.ts';
import { prefixQuery } from '../pattern-query.ts';
import { slotsOf } from '../text-query.ts';

/** `analyze_wildcard`: the text before a `*` is taken apart; its last word is a prefix. Nothing where it has no words. */
export function analyzedPrefix(field: TextField, text: string, { analyze }: Analyzer, operator: 'and' | 'or'): Lucene {
  const plainly = { ignoreCase: false, normalize: 'normalizer' } as const;
  const slots = slotsOf(analyze(text));
  const queries = slots.map(({ terms }, index): Lucene => {
    if (index < slots.length - 1) return anyOf(terms.map((term) => ({ kind: 'term', field, term })));
    return anyOf(terms.map((term) => prefixQuery(field, term, plainly)));
  });
  const [first] = queries;
  if (!first) return nothing();
  const occur = operator === 'and' ? '+' : '';
  return queries.length === 1
    ? first
    : { kind: 'bool', clauses: queries.map((query) => ({ occur, query })), minimum: occur === '' ? 1 : 0 };
}
