import type { Analyzer } from '../analysis/token.ts';
import { checkClauseCount, isClauseRefusal } from '../clause-count.ts';
import { timeZone } from '../dates/time-zone.ts';
import { existsQuery } from '../exists-query.ts';
import type { Field, FlatObjectField, TextField } from '../field.ts';
import { type BoolClause, boosted, everything, type Lucene, nothing } from '../lucene.ts';
import { eachField, fellAway, textInFields } from '../many-fields.ts';
import { metadataTerm } from '../metadata-field.ts';
import { minimumShouldMatch } from '../minimum-should-match.ts';
import {
  checkIndexed,
  editsOf,
  fuzzyQuery,
  ofKeys,
  prefixQuery,
  regexpQuery,
  wildcardQuery,
} from '../pattern-query.ts';
import type { QueryStringQuery, Scalar, TextOptions, WeightedField } from '../query.ts';
import { type ChosenField, chooseFields, defaultFields, isAllFields, weighted } from '../query-fields.ts';
import { type RangeEnds, rangeQuery } from '../range-query.ts';
import { shardError } from '../refusal.ts';
import { checkAnalyzer, defaultTextOptions } from '../text-query.ts';
import { idField, unmapped, type ValueScope } from '../value-query.ts';
import { analyzedPrefix } from './analyzed-prefix.ts';
import { type LeafNode, parseQueryString, type QueryClause, type QueryNode, unescaped } from './grammar.ts';
import { QuerySyntaxError } from './lexer.ts';

/** A query_string with the mapping applied. Throws "Failed to parse query" for its syntax, ValueRefusal for values. */
export function lowerQueryString(query: QueryStringQuery, scope: ValueScope): Lucene {
  checkAnalyzer(query.analyzer, 'query_string', scope);
  checkAnalyzer(query.quoteAnalyzer, 'query_string', scope, 'quote_analyzer');
  if (query.text.trim() === '') return nothing('Matching no documents because no terms present');
  const fields = searchedFields(query, scope);
  const isLenient = query.lenient ?? isAllFields(fields);
  const zone = query.timeZone === undefined ? undefined : timeZone(query.timeZone);
  const context: Context = {
    query,
    scope: zone ? { ...scope, zone } : scope,
    fields,
    isLenient,
    main: mainField(query, fields),
    forced: query.analyzer === undefined ? undefined : scope.mapping.analysis.analyzer(query.analyzer),
    text: {
      ...defaultTextOptions,
      operator: query.operator,
      lenient: isLenient,
      ...(query.analyzer === undefined ? {} : { analyzer: query.analyzer }),
    },
  };
  try {
    const text = query.escape ? query.text.replace(/[\\+\-!():^[\]"{}~*?|&/]/g, '\\$&') : query.text;
    return withMinimum(lower(parseQueryString(text), context), query.minimumShouldMatch);
  } catch (thrown) {
    if (!(thrown instanceof QuerySyntaxError) && !isClauseRefusal(thrown)) throw thrown;
    throw shardError(`Failed to parse query [${query.text}]`);
  }
}

interface Context {
  readonly query: QueryStringQuery;
  readonly scope: ValueScope;
  readonly fields: readonly WeightedField[];
  readonly isLenient: boolean;
  /** The one field (or `*`) of words without a field; undefined where a list says which. */
  readonly main: string | undefined;
  /** The analyzer that the query names: it normalizes patterns, whatever their field. */
  readonly forced: Analyzer | undefined;
  readonly text: TextOptions;
}

function mainField(query: QueryStringQuery, fields: readonly WeightedField[]): string | undefined {
  if (query.fields.length > 0) return undefined;
  return query.defaultField ?? (isAllFields(fields) ? '*' : undefined);
}

function searchedFields({ fields, defaultField }: QueryStringQuery, { mapping }: ValueScope): readonly WeightedField[] {
  if (fields.length > 0) return fields;
  return defaultField === undefined ? defaultFields(mapping) : [weighted(defaultField)];
}

function lower(node: QueryNode, context: Context): Lucene {
  if (node.kind === 'clauses') return lowerClauses(node.clauses, context);
  if (node.kind === 'boost') return boosted(lower(node.node, context), node.boost);
  return lowerLeaf(node, context);
}

/** Lucene's addClause: there is no precedence, an operator changes the clause before it. */
function lowerClauses(clauses: readonly QueryClause[], context: Context): Lucene {
  const all = context.query.operator === 'and';
  const joined: { occur: BoolClause['occur']; query: Lucene }[] = [];
  let alone: Lucene | undefined;
  for (const [index, { conjunction, modifier, node, run }] of clauses.entries()) {
    checkClauseCount(joined.length);
    const query = lower(node, context);
    const before = joined.at(-1);
    if (before && before.occur !== '-') {
      if (conjunction === 'and') before.occur = '+';
      if (conjunction === 'or' && all) before.occur = '';
    }
    if (fellAway(query)) continue;
    if (run) {
      joined.push(...runClauses(query, all));
      if (index === 0) alone = query;
      continue;
    }
    const must = modifier === '+' || conjunction === 'and';
    const occur = modifier === '-' ? '-' : (all ? conjunction !== 'or' : must) ? '+' : '';
    joined.push({ occur, query });
    if (index === 0 && modifier === 'none') alone = query;
  }
  if (joined.length === 0) return nothing();
  checkClauseCount(joined.length);
  if (clauses.length === 1 && alone) return alone;
  if (joined.length === 1 && alone) return alone;
  return boolOf(joined);
}

/** The words of a run are clauses of their own where every one is a plain term of one field. */
function runClauses(query: Lucene, all: boolean): BoolClause[] {
  const occur = all ? '+' : '';
  if (query.kind !== 'bool') return [{ occur, query }];
  if (query.clauses.every((clause) => clause.query.kind === 'term')) return [...query.clauses];
  return query.clauses.map((clause) => ({ occur, query: clause.query }));
}

function boolOf(clauses: readonly BoolClause[]): Lucene {
  if (clauses.every(({ occur }) => occur === '-')) {
    return { kind: 'bool', clauses: [...clauses, { occur: '#', query: everything }], minimum: 0 };
  }
  const required = clauses.some(({ occur }) => occur === '+' || occur === '#');
  return { kind: 'bool', clauses, minimum: required ? 0 : 1 };
}

function withMinimum(query: Lucene, spec: string | undefined): Lucene {
  if (query.kind === 'boost') return { ...query, query: withMinimum(query.query, spec) };
  if (spec === undefined) return query;
  if (query.kind === 'none' && query.reason === undefined) {
    // A text without words is a boolean without clauses.
    const minimum = minimumShouldMatch(spec, 0);
    return minimum > 0 ? { kind: 'bool', clauses: [], minimum, explicit: true } : query;
  }
  if (query.kind !== 'bool') return query;
  const wanted = minimumShouldMatch(spec, query.clauses.filter(({ occur }) => occur === '').length);
  return wanted > 0 ? { ...query, minimum: wanted, explicit: true } : query;
}

function lowerLeaf(node: LeafNode, context: Context): Lucene {
  const { query, scope, isLenient } = context;
  const { forced } = context;
  const patterns = { ignoreCase: false, normalize: 'analyzer' } as const;
  const named = { ignoreCase: false, normalize: forced ?? 'analyzer' } as const;
  if (node.field === '_exists_' && (node.kind === 'word' || node.kind === 'quoted'))
    return existsQuery(node.text, scope);
  if (node.kind === 'word' || node.kind === 'quoted') {
    const metadata = node.field === undefined ? undefined : metadataTerm(node.field, [node.text]);
    return metadata ?? lowerText(node, context);
  }
  if (node.kind === 'wildcard' && node.text === '*') return everyValue(node.field, context);
  const fields = fieldsFor(node.field, context);
  if (fields.length === 0) return unmapped(missingName(node, context));
  switch (node.kind) {
    case 'prefix':
      return eachField(fields, isLenient, ({ field }) =>
        field.kind === 'text' ? textPrefix(field, node.text, context) : prefixQuery(field, node.text, patterns),
      );
    case 'wildcard':
      if (!query.allowLeadingWildcard && /^[*?]/.test(node.text)) {
        throw new QuerySyntaxError("'*' or '?' not allowed as first character in WildcardQuery");
      }
      return eachField(fields, isLenient, ({ field }) => {
        if (field.kind === 'flat_object') return keysOf(field, (root) => wildcardQuery(root, node.text, patterns));
        if (forced && (field.kind === 'text' || query.analyzeWildcard))
          return wildcardQuery(indexed(field), node.text, named);
        checkIndexed(field);
        return wildcardQuery(field, node.text, patterns);
      });
    case 'regexp': {
      const most = scope.mapping.settings.regexLength;
      return eachField(fields, isLenient, ({ field }) => {
        if (field.kind !== 'flat_object') return regexpQuery(indexed(field), node.text, named, undefined, most);
        return keysOf(field, (root) => regexpQuery(root, node.text, named, undefined, most));
      });
    }
    case 'fuzzy':
      return eachField(fields, isLenient, ({ field }) => {
        if (field.kind === 'flat_object' && field.leaf !== undefined) return nothing(`no terms in [${field.path}]`);
        checkIndexed(field);
        const own = field.kind === 'text' ? field.searchAnalyzer : undefined;
        const text = (forced ?? own)?.normalize(node.text) ?? node.text;
        const edits = editsOf(node.distance === '' ? query.fuzziness : node.distance, text);
        const near = fuzzyQuery(field, text, edits, query.fuzzyPrefixLength, query.fuzzyTranspositions);
        return field.kind === 'flat_object' ? ofKeys(near) : near;
      });
    case 'range':
      return lowerRange(fields, { ...node.range, from: endOf(node.range.from), to: endOf(node.range.to) }, context);
  }
}

/** The field as the index knows it: some are kept in columns only. */
function indexed(field: Field): Field {
  return field.parameters.index === false ? { ...idField, path: field.path } : field;
}

/** A flat_object has its keys under its own name in the index; under the names inside it there is nothing. */
function keysOf(field: FlatObjectField, make: (root: Field) => Lucene): Lucene {
  const query = make(field);
  return field.leaf === undefined ? ofKeys(query) : nothing(`no terms in [${field.path}]`);
}

/** What `_validate` names where no field is mapped: of patterns the original shows the text. */
function missingName(node: LeafNode, { fields }: Context): string {
  if (node.kind === 'prefix' || node.kind === 'wildcard' || node.kind === 'regexp') return node.text;
  if (node.field !== undefined) return node.field;
  return node.kind === 'fuzzy' ? 'null' : fields.map(({ pattern }) => pattern).join(', ');
}

function lowerText(node: Extract<LeafNode, { kind: 'word' | 'quoted' }>, context: Context): Lucene {
  const { query, scope, text } = context;
  const name = node.field ?? context.main;
  // To a stored query a pattern is no mapped field where one name says where words are sought; in a list it may stand.
  if (node.kind === 'word' && name?.includes('*')) scope.mapping.unmapped?.(name);
  if (name !== undefined && node.kind === 'word' && node.text.length > 1 && /^[<>]/.test(node.text)) {
    const fields = fieldsFor(node.field, context);
    if (fields.length === 0) return unmapped(name);
    return lowerRange(fields, comparison(node.text), context);
  }
  const fields = fieldsFor(node.field, context, node.kind === 'quoted' ? query.quoteFieldSuffix : undefined);
  if (fields.length === 0) return unmapped(node.field ?? context.fields.map(({ pattern }) => pattern).join(', '));
  if (node.kind === 'word') return textInFields(fields, node.text, query.type, text, scope);
  const slop = node.slop === undefined || node.slop === '' ? query.phraseSlop : Math.trunc(Number(node.slop));
  const analyzer = query.quoteAnalyzer ?? query.analyzer;
  const options = { ...text, slop, ...(analyzer === undefined ? {} : { analyzer }) };
  return textInFields(fields, node.text, 'phrase', options, scope);
}

/** `>5`, `>=5`, `<5`, `<=5` in front of a word. */
function comparison(text: string): RangeEnds {
  const inclusive = text.length > 2 && text[1] === '=';
  const value = text.slice(inclusive ? 2 : 1);
  const end = value === '*' ? undefined : value;
  return text[0] === '>'
    ? { from: end, includeFrom: inclusive, includeTo: true }
    : { to: end, includeFrom: true, includeTo: inclusive };
}

/** `*` alone: every document where all fields are meant, else those that have one of them. */
function everyValue(name: string | undefined, context: Context): Lucene {
  const meant = name ?? context.main;
  if (meant === '_exists_' || meant === '*') return everything;
  if (meant !== undefined) return existsQuery(meant, context.scope);
  const fields = fieldsFor(undefined, context);
  if (fields.length === 0) return unmapped('*');
  return eachField(fields, context.isLenient, ({ field }) => existsQuery(field.path, context.scope));
}

function fieldsFor(name: string | undefined, { fields, scope }: Context, suffix?: string): ChosenField[] {
  const wanted = name === undefined ? fields : [{ pattern: name, boost: 1 }];
  if (suffix === undefined) return chooseFields(scope.mapping, wanted);
  return chooseFields(scope.mapping, wanted).map(({ field, boost }) => {
    const [other] = chooseFields(scope.mapping, [{ pattern: `${field.path}${suffix}`, boost }]);
    return other ?? { field, boost };
  });
}

function textPrefix(field: TextField, text: string, { query, forced }: Context): Lucene {
  const analyzer = forced ?? field.searchAnalyzer;
  if (query.analyzeWildcard) return analyzedPrefix(field, text, analyzer, query.operator);
  return prefixQuery(field, analyzer.normalize(text), { ignoreCase: false, normalize: 'normalizer' });
}

/** `*` is an open end, in quotes and behind a backslash too. */
function endOf({ text }: { readonly text: string }): string | undefined {
  const end = unescaped(text);
  return end === '*' ? undefined : end;
}

function lowerRange(fields: readonly ChosenField[], ends: RangeEnds, { isLenient, scope, forced }: Context): Lucene {
  return eachField(fields, isLenient, ({ field }) => {
    const analyzer = forced ?? (field.kind === 'text' ? field.searchAnalyzer : undefined);
    const normal = (end: Scalar | undefined): Scalar | undefined =>
      end === undefined ? undefined : (analyzer?.normalize(String(end)) ?? end);
    return rangeQuery(field, { ...ends, from: normal(ends.from), to: normal(ends.to) }, scope);
  });
}
