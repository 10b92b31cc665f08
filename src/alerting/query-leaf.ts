import { isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { type LeafNode, parseQueryString, type QueryNode } from '../query/query-string/grammar.ts';
import { QuerySyntaxError } from '../query/query-string/lexer.ts';

/** One question of a query: a clause on a field, or a word of a query_string. */
export interface QueryLeaf {
  /** `term`, `range`, `query_string`, … */
  readonly clause: string;
  /** undefined: a word without a field. */
  readonly field: string | undefined;
  /** The values it asks for; empty where that says nothing (`range`, `exists`). */
  readonly values: readonly string[];
  /** `must`: without it nothing matches. `maybe`: one of several ways. `not`: it excludes. */
  readonly role: 'must' | 'maybe' | 'not';
  /** Of the clause, below the query. */
  readonly path: readonly (string | number)[];
}

/** Every question of a query body, as far as its clauses are known. A query_string that cannot be parsed has none. */
export function queryLeaves(query: unknown): readonly QueryLeaf[] {
  const leaves: QueryLeaf[] = [];
  visit(query, [], 'must', leaves);
  return leaves;
}

type Role = QueryLeaf['role'];

const fieldClauses: ReadonlySet<string> = new Set(
  'term terms match match_phrase match_phrase_prefix match_bool_prefix prefix wildcard regexp fuzzy range'.split(' '),
);
/** Clauses that hold others, and how they hold. */
const holders: Readonly<Record<string, Role | 'same'>> = {
  bool: 'same',
  must: 'same',
  filter: 'same',
  should: 'maybe',
  must_not: 'not',
  constant_score: 'same',
  dis_max: 'same',
  queries: 'maybe',
  nested: 'same',
  query: 'same',
  function_score: 'same',
  boosting: 'same',
  positive: 'same',
};

function visit(node: unknown, path: readonly (string | number)[], role: Role, leaves: QueryLeaf[]): void {
  if (Array.isArray(node)) {
    for (const [index, inner] of node.entries()) visit(inner, [...path, index], role, leaves);
    return;
  }
  if (!isDocument(node) || path.length > 200) return;
  for (const [clause, body] of Object.entries(node)) {
    const here = [...path, clause];
    const holds = Object.hasOwn(holders, clause) ? holders[clause] : undefined;
    if (holds !== undefined) {
      const alone = clause === 'should' && (!Array.isArray(body) || body.length === 1);
      visit(body, here, role === 'not' || holds === 'same' || alone ? role : holds, leaves);
    } else if (clause === 'exists' && isDocument(body)) {
      leaves.push({ clause, field: String(body.field), values: [], role, path: here });
    } else if (clause === 'query_string' && isDocument(body)) {
      for (const leaf of stringLeaves(body))
        leaves.push({ ...leaf, clause, role: role === 'must' ? leaf.role : role, path: here });
    } else if (fieldClauses.has(clause) && isDocument(body)) {
      for (const [field, value] of Object.entries(body)) {
        if (field === 'boost' || field === '_name') continue;
        leaves.push({ clause, field, values: clause === 'range' ? [] : valuesOf(value), role, path: [...here, field] });
      }
    }
  }
}

function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one) => !isDocument(one)).map(String);
  if (isDocument(value)) return 'value' in value || 'query' in value ? valuesOf(value.value ?? value.query) : [];
  return value === null || value === undefined ? [] : [String(value)];
}

function stringLeaves(
  body: Readonly<Record<string, unknown>>,
): readonly Pick<QueryLeaf, 'field' | 'values' | 'role'>[] {
  if (typeof body.query !== 'string') return [];
  try {
    const found: { node: LeafNode; role: Role }[] = [];
    collect(parseQueryString(body.query), 'must', found);
    const own = body.fields ?? body.default_field;
    return found.map(({ node, role }) => {
      const text = 'text' in node ? node.text : '';
      if (node.field === '_exists_') return { field: text, values: [], role };
      const field = node.field ?? (own === undefined ? undefined : '*');
      return { field, values: node.kind === 'word' || node.kind === 'quoted' ? [text] : [], role };
    });
  } catch (error) {
    if (error instanceof QuerySyntaxError || error instanceof TrailhoundError) return [];
    throw error;
  }
}

function collect(node: QueryNode, role: Role, found: { node: LeafNode; role: Role }[]): void {
  if (node.kind === 'boost') collect(node.node, role, found);
  else if (node.kind !== 'clauses') found.push({ node, role });
  else {
    const either =
      node.clauses.length > 1 &&
      !node.clauses.some((clause) => clause.conjunction === 'and' || clause.modifier === '+');
    for (const clause of node.clauses) {
      const inner = clause.modifier === '-' ? 'not' : either && role === 'must' ? 'maybe' : role;
      collect(clause.node, inner, found);
    }
  }
}
