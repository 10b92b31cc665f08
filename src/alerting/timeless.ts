import { type Document, isDocument, own } from '../base/document.ts';
import { mentionsNow } from '../query/mentions-now.ts';

/**
 * The query without its clauses about time (`now`, `{{period_…}}`): it finds all that the query finds at any time, and more. A
 * document only wakes its monitor by it, so that more is no harm, and it need not be compiled anew for each batch of documents.
 */
export function timelessQuery(query: Document): Document {
  return walked(query, false) as Document;
}

/** The query means something else at another time, or asks queries of documents, which may. */
export function isTimed(json: unknown): boolean {
  const text = JSON.stringify(json);
  return mentionsNow(text) || /\{\{|"percolate"/.test(text);
}

function walked(node: unknown, negated: boolean): unknown {
  if (Array.isArray(node)) return node.map((item) => walked(item, negated));
  if (!isDocument(node)) return node;
  const range = own(node, 'range');
  if (range !== undefined && Object.keys(node).length === 1 && isTimed(range)) {
    return negated ? { match_none: {} } : { match_all: {} };
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, inner]) => [key, walked(inner, key === 'must_not' ? !negated : negated)]),
  );
}
