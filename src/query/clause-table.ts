import { clauses } from './clauses.ts';

/** What docs/COMPATIBILITY.md says of a clause beside its name. */
const notes: Readonly<Record<string, string>> = {
  bool: '`minimum_should_match` in every form, `adjust_pure_negative`',
  boosting: 'matches as `positive` does; nothing is taken from the score',
  constant_score: '',
  dis_max: '`tie_breaker` is accepted; the score is the best of them',
  exists: 'fields, objects, patterns',
  function_score: 'the query inside; functions do not score; `min_score` is refused',
  fuzzy: '`rewrite`, `max_expansions` are accepted without effect',
  ids: '',
  match: '`fuzziness`, `minimum_should_match`, `zero_terms_query`, `analyzer`, `lenient`',
  match_all: '',
  match_bool_prefix: '',
  match_none: '',
  match_phrase: '`slop`, `analyzer`',
  match_phrase_prefix: 'every term with the prefix counts, not only the first `max_expansions`',
  multi_match: 'all six types; `tie_breaker` is accepted without effect',
  nested: '`score_mode` is accepted without effect; no `inner_hits`',
  percolate:
    '`document`, `documents`, or `index` and `id`; stored queries are read one by one, not selected by their terms',
  prefix: '',
  query_string:
    "Lucene's whole grammar and every option; `rewrite` and `max_determinized_states` are accepted without effect",
  range: 'date math, `format`, `time_zone`, `relation` (without effect: there are no range fields)',
  regexp: 'in linear time; a pattern that would grow too large is refused',
  simple_query_string: 'all flags',
  term: '`case_insensitive`',
  terms: 'lists; values of another document (`index`, `id`, `path`) in searches, not in monitors',
  wildcard: '`case_insensitive`',
  wrapper: '',
};

/** The table of clauses in Markdown: every name that a request may use. Throws for a clause without a note. */
export function clauseTable(): string {
  const rows = Object.keys(clauses)
    .sort()
    .map((name) => {
      const note = notes[name];
      if (note === undefined) throw new Error(`clause-table.ts: what is there to say of [${name}]?`);
      return `| \`${name}\` | ${note} |`;
    });
  return ['| clause | what of it |', '|---|---|', ...rows].join('\n');
}
