import type { Field } from './field.ts';
import { lenient } from './lenient.ts';
import { anyOf, boosted, type Lucene, nothing } from './lucene.ts';
import type { MultiMatchQuery, Scalar, TextOptions } from './query.ts';
import type { ChosenField } from './query-fields.ts';
import { analyzerFor, joined, matchBoolPrefix, matchPhrase, matchText, slotsOf, word } from './text-query.ts';
import { type ValueScope, valueText } from './value-query.ts';

/** Runs `make` for each field; it matches if any field does. Fields in which the text has no words fall away. */
export function eachField(
  fields: readonly ChosenField[],
  isLenient: boolean,
  make: (chosen: ChosenField) => Lucene,
): Lucene {
  const queries = fields
    .map((chosen) =>
      boosted(
        lenient(isLenient, chosen.field.path, () => make(chosen)),
        chosen.boost,
      ),
    )
    .filter((query) => !fellAway(query));
  const [first] = queries;
  if (!first) return nothing();
  return queries.length === 1 ? first : { kind: 'dismax', queries };
}

/** True for a query that has no words: it counts neither for nor against. */
export function fellAway(query: Lucene): boolean {
  return query.kind === 'boost' ? fellAway(query.query) : query.kind === 'none' && query.reason === undefined;
}

/** A text in many fields, by the type of multi_match. */
export function textInFields(
  fields: readonly ChosenField[],
  value: Scalar,
  type: MultiMatchQuery['type'],
  options: TextOptions,
  scope: ValueScope,
): Lucene {
  if (type === 'cross_fields') return crossFields(fields, value, options, scope);
  return eachField(fields, options.lenient, ({ field }) => {
    if (type === 'phrase') return matchPhrase(field, value, false, options, scope);
    if (type === 'phrase_prefix') return matchPhrase(field, value, true, options, scope);
    if (type === 'bool_prefix') return matchBoolPrefix(field, value, options, scope);
    return matchText(field, value, options, scope);
  });
}

/** Fields of one analyzer are one big field: each word must be in any of them. */
function crossFields(fields: readonly ChosenField[], value: Scalar, options: TextOptions, scope: ValueScope): Lucene {
  const groups = new Map<string, ChosenField[]>();
  for (const chosen of fields) {
    const name = options.analyzer ?? analyzerName(chosen.field);
    groups.set(name, [...(groups.get(name) ?? []), chosen]);
  }
  const queries = [...groups.values()].map((group) => {
    const [first] = group;
    const analyzer = first && analyzerFor(first.field, 'searchAnalyzer', options, scope);
    if (!analyzer || group.length === 1) {
      return eachField(group, options.lenient, ({ field }) => matchText(field, value, options, scope));
    }
    const slots = slotsOf(analyzer.analyze(valueText(value)));
    const words = slots.map(({ terms }) =>
      eachField(group, false, ({ field }) => anyOf(terms.map((term) => word(field, [term], options, scope)))),
    );
    if (words.length === 0) return nothing();
    return words.length === 1 ? (words[0] as Lucene) : joined(words, options);
  });
  const kept = queries.filter((query) => !fellAway(query));
  return kept.length === 0 ? nothing() : kept.length === 1 ? (kept[0] as Lucene) : { kind: 'dismax', queries: kept };
}

/** What takes a text apart for a field: most kinds take it whole. */
function analyzerName(field: Field): string {
  if (field.kind === 'text') return `text ${field.searchAnalyzer.name}`;
  if (field.kind !== 'keyword') return 'whole';
  if (field.parameters.split_queries_on_whitespace === true) return 'split';
  return field.normalizer ? `normalizer ${field.normalizer.name}` : 'whole';
}
