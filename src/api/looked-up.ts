import { asText, type Document, isDocument, own, put } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { indexMissing } from './error.ts';

type Get = Pick<Store, 'get'>;

/**
 * The body of a search with the documents that its percolate clauses name (`index`, `id`) in the place of their names: a
 * parsed query reaches for nothing. Throws 404 for a document that is not there, 409 for one of another version.
 */
export async function withDocuments<T>(json: T, store: Get): Promise<T> {
  const named: Document[] = [];
  collect(json, named);
  const found = new Map<object, Document>();
  for (const clause of named) found.set(clause, await lookedUp(clause, store));
  return found.size === 0 ? json : (replaced(json, found) as T);
}

/** Objects `{field, index, id}` under a key `percolate`, wherever queries may stand. */
function collect(json: unknown, into: Document[]): void {
  if (Array.isArray(json)) {
    for (const item of json) if (typeof item === 'object') collect(item, into);
    return;
  }
  if (!isDocument(json)) return;
  for (const key of Object.keys(json)) {
    const value = json[key];
    if (typeof value !== 'object') continue;
    if (key === 'percolate' && isNamed(value)) into.push(value as Document);
    else collect(value, into);
  }
}

/** Beside a document of its own the clause is refused, whatever it names. */
function isNamed(clause: unknown): boolean {
  const alone = own(clause, 'document') === undefined && own(clause, 'documents') === undefined;
  return alone && typeof own(clause, 'index') === 'string' && own(clause, 'id') !== undefined;
}

async function lookedUp(clause: Document, store: Get): Promise<Document> {
  const [index, id] = [asText(clause.index), asText(clause.id)];
  if (index.includes('*')) throw indexMissing(index, 'index_expression');
  const found = await store.get(index, id).catch((error: unknown) => {
    throw error instanceof TrailhoundError && error.code === 'index-not-found'
      ? indexMissing(index, 'index_expression')
      : error;
  });
  if (!found) {
    throw new TrailhoundError('not-found', `indexed document [${index}/${id}] couldn't be found`, {
      wire: 'resource_not_found_exception',
    });
  }
  const { version } = clause;
  if (version !== undefined && asText(version) !== String(found.version)) {
    const reason = `[${id}]: version conflict, current version [${found.version}] is different than the one provided [${asText(version)}]`;
    throw new TrailhoundError('conflict', reason, { fields: { index, shard: '0' } });
  }
  const { index: _index, id: _id, version: _version, routing: _routing, preference: _preference, ...rest } = clause;
  return { ...rest, document: found.source };
}

function replaced(json: unknown, found: ReadonlyMap<object, Document>): unknown {
  if (Array.isArray(json)) return json.map((item) => replaced(item, found));
  if (!isDocument(json)) return json;
  const known = found.get(json);
  if (known) return known;
  const copy: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(json)) put(copy, key, replaced(value, found));
  return copy;
}
