import { type Lucene, nonNested } from './lucene.ts';
import { type Mapping, type MappingNode, objectAt } from './mapping.ts';

/**
 * The query as OpenSearch runs it on an index with nested objects: these are documents of their own there, and a query that
 * might find one of them is narrowed to the others. Here no query finds them; `_validate` shows it all the same.
 */
export function withoutNested(query: Lucene, mapping: Mapping): Lucene {
  if (!holdsNested(mapping.root) || !mayFindNested(query, mapping)) return query;
  return {
    kind: 'bool',
    clauses: [
      { occur: '+', query },
      { occur: '#', query: nonNested },
    ],
    minimum: 0,
  };
}

function holdsNested(node: MappingNode): boolean {
  if (node.kind !== 'object') return false;
  return node.nested || [...node.children.values()].some(holdsNested);
}

/** What is not known to stay outside counts as finding nested objects, as there. */
function mayFindNested(query: Lucene, mapping: Mapping): boolean {
  switch (query.kind) {
    case 'none':
    case 'nested':
      return false;
    case 'constant':
    case 'boost':
      return mayFindNested(query.query, mapping);
    case 'term':
    case 'terms':
    case 'points':
      return isInNested(query.field.path, mapping);
    case 'bool': {
      const required = query.clauses.filter(({ occur }) => occur === '+' || occur === '#');
      if (required.length > 0) return required.every((clause) => mayFindNested(clause.query, mapping));
      return query.clauses.some(({ occur, query: inner }) => occur === '' && mayFindNested(inner, mapping));
    }
    default:
      return true;
  }
}

function isInNested(path: string, mapping: Mapping): boolean {
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    if (objectAt(mapping, path.slice(0, dot))?.nested) return true;
  }
  return false;
}
