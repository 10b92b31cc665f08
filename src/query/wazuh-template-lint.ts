import { everyClause } from './inner-queries.ts';
import type { Query, WeightedField } from './query.ts';
import { parseQueryString, type QueryNode } from './query-string/grammar.ts';
import { QuerySyntaxError } from './query-string/lexer.ts';

/** A query that means something else on a Wazuh with its own index template. */
export interface TemplateWarning {
  readonly code: 'too-many-clauses' | 'default-fields-only' | 'keyword-subfield' | 'own-field';
  /** What happens there, and what to write instead. */
  readonly message: string;
}

/**
 * What a real Wazuh 4.x would answer differently. Its template makes every string a keyword without sub-fields and lists 602
 * default fields; observed on 2.19: three words without a field are HTTP 500 (each is asked of all 602, and 1,024 clauses are
 * the limit), one or two run and find what equals them whole in one of those fields, of which only a few lie under
 * requestParameters (bucketName, policyName, …; not x-amz-acl, nor AccessControlPolicy).
 */
export function lintForWazuh(query: Query): readonly TemplateWarning[] {
  const seen: Seen = { words: [], fields: new Set() };
  visit(query, seen);
  const warnings: TemplateWarning[] = [];
  const bare = bareWordsOnWazuh(seen.words);
  if (bare) {
    const shown = seen.words.slice(0, 5).join(', ');
    warnings.push({ code: bare.code, message: `words without a field (${shown}): ${bare.message}; use ${bare.fix}` });
  }
  for (const field of seen.fields) {
    if (/\.(?:keyword|raw)$/.test(field)) {
      const plain = field.replace(/\.\w+$/, '');
      warnings.push({
        code: 'keyword-subfield',
        message: `${field}: a real Wazuh's fields are keywords without sub-fields, so this finds nothing. Ask ${plain}`,
      });
    } else if (/^trailhound(?:\.|$)/.test(field)) {
      warnings.push({
        code: 'own-field',
        message: `${field} is a field of Trailhound's documents: a Wazuh's have none, so this finds nothing`,
      });
    }
  }
  return warnings;
}

/** What is wrong with words without a field there, and what to write instead. */
export interface BareWords {
  readonly code: 'too-many-clauses' | 'default-fields-only';
  readonly message: string;
  readonly fix: string;
}

/** The one judge of words without a field, for queries and for monitors; undefined where there are none. */
export function bareWordsOnWazuh(words: readonly string[]): BareWords | undefined {
  if (words.length === 0) return undefined;
  const fix = '"fields": ["data.aws.requestParameters.*"] and *words* with stars';
  if (words.length > wordsMax) {
    const message = `on Wazuh it answers HTTP 500: ${words.length} words without a field × ${defaultFields} default fields are more than ${clausesMax} clauses`;
    return { code: 'too-many-clauses', message, fix };
  }
  const message = `on Wazuh words without a field are looked for in ${defaultFields} fields only, whole and in this case; requestParameters.x-amz-acl, AccessControlPolicy and userIdentity.type are not among them`;
  return { code: 'default-fields-only', message, fix };
}

/** `index.query.default_field` of Wazuh's template, and the limit of clauses. */
const defaultFields = 602;
const clausesMax = 1024;

/** Two words still run there, as observed. */
const wordsMax = 2;

interface Seen {
  readonly words: string[];
  readonly fields: Set<string>;
}

function visit(query: Query, seen: Seen): void {
  switch (query.kind) {
    case 'query_string':
      if (query.fields.length > 0) names(query.fields, seen);
      if (query.defaultField !== undefined) seen.fields.add(query.defaultField);
      visitText(query.text, isEverywhere(query.fields, query.defaultField), seen);
      break;
    case 'simple_query_string':
      names(query.fields, seen);
      if (isEverywhere(query.fields)) seen.words.push(...query.text.split(/[\s+|()"-]+/).filter((word) => word !== ''));
      break;
    case 'multi_match':
      names(query.fields, seen);
      if (isEverywhere(query.fields)) seen.words.push(String(query.value));
      break;
    default:
      if ('field' in query) seen.fields.add(query.field);
      for (const inner of everyClause(query)) visit(inner, seen);
  }
}

function names(fields: readonly WeightedField[], seen: Seen): void {
  for (const { pattern } of fields) seen.fields.add(pattern);
}

function isEverywhere(fields: readonly WeightedField[], defaultField?: string): boolean {
  if (fields.length > 0) return fields.some(({ pattern }) => pattern === '*');
  return defaultField === undefined || defaultField === '*';
}

function visitText(text: string, everywhere: boolean, seen: Seen): void {
  if (text.trim() === '') return;
  try {
    visitNode(parseQueryString(text), everywhere, seen);
  } catch (thrown) {
    // It is refused on every engine: nothing to warn of.
    if (!(thrown instanceof QuerySyntaxError)) throw thrown;
  }
}

function visitNode(node: QueryNode, everywhere: boolean, seen: Seen): void {
  if (node.kind === 'clauses') {
    for (const clause of node.clauses) visitNode(clause.node, everywhere, seen);
  } else if (node.kind === 'boost') visitNode(node.node, everywhere, seen);
  else if (node.field === '_exists_') seen.fields.add('text' in node ? node.text : '');
  else if (node.field !== undefined) seen.fields.add(node.field);
  else if (everywhere && !(node.kind === 'wildcard' && node.text === '*')) {
    seen.words.push('text' in node ? node.text : `${node.range.from.text} TO ${node.range.to.text}`);
  }
}
