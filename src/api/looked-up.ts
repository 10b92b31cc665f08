import { asText, type Document, isDocument, own, put } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { pathReader } from '../query/source-values.ts';
import type { Store, StoredDocument } from '../store/store.ts';
import { indexMissing } from './error.ts';

type Get = Pick<Store, 'get'>;

/**
 * The body of a search with what its clauses name in other documents (`index`, `id`) in the place of the names, as a parsed query
 * reaches for nothing: the document of a `percolate`, the values at the `path` of a `terms`. Throws 404 for a missing index, and
 * for a document to percolate that is not there (the terms of such a one are none), 409 for one of another version.
 */
export async function withDocuments<T>(json: T, store: Get): Promise<T> {
  const named: Named[] = [];
  collect(json, named);
  const found = new Map<object, unknown>();
  for (const { clause, look } of named) found.set(clause, await look(clause, store));
  return found.size === 0 ? json : (replaced(json, found) as T);
}

interface Named {
  readonly clause: Document;
  readonly look: (clause: Document, store: Get) => Promise<unknown>;
}

/** Objects `{field, index, id}` under a key `percolate`, `{index, id, path}` below one `terms`, wherever queries may stand. */
function collect(json: unknown, into: Named[]): void {
  if (Array.isArray(json)) {
    for (const item of json) if (typeof item === 'object') collect(item, into);
    return;
  }
  if (!isDocument(json)) return;
  for (const key of Object.keys(json)) {
    const value = json[key];
    if (typeof value !== 'object') continue;
    if (key === 'percolate' && isNamed(value)) into.push({ clause: value as Document, look: documentOf });
    else if (key === 'terms' && isDocument(value)) {
      for (const inner of Object.values(value)) {
        if (isDocument(inner) && isTermsLookup(inner)) into.push({ clause: inner, look: termsOf });
        else collect(inner, into);
      }
    } else collect(value, into);
  }
}

/** Beside a document of its own the clause is refused, whatever it names. */
function isNamed(clause: unknown): boolean {
  const alone = own(clause, 'document') === undefined && own(clause, 'documents') === undefined;
  return alone && typeof own(clause, 'index') === 'string' && own(clause, 'id') !== undefined;
}

function isTermsLookup(value: Document): boolean {
  return ['index', 'id', 'path'].every(
    (key) => typeof own(value, key) === 'string' || typeof own(value, key) === 'number',
  );
}

async function stored(clause: Document, store: Get): Promise<StoredDocument | undefined> {
  const index = asText(clause.index);
  if (index.includes('*')) throw indexMissing(index, 'index_expression');
  return store.get(index, asText(clause.id)).catch((error: unknown) => {
    throw error instanceof TrailhoundError && error.code === 'index-not-found'
      ? indexMissing(index, 'index_expression')
      : error;
  });
}

/** All values at the path, through arrays; nulls are none. */
async function termsOf(clause: Document, store: Get): Promise<readonly unknown[]> {
  const found = await stored(clause, store);
  const values: unknown[] = [];
  pathReader(asText(clause.path).split('.'))(found?.source ?? {}, (leaf) => {
    if (leaf !== null) values.push(leaf);
    return false;
  });
  return values;
}

async function documentOf(clause: Document, store: Get): Promise<Document> {
  const [index, id] = [asText(clause.index), asText(clause.id)];
  const found = await stored(clause, store);
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

function replaced(json: unknown, found: ReadonlyMap<object, unknown>): unknown {
  if (Array.isArray(json)) return json.map((item) => replaced(item, found));
  if (!isDocument(json)) return json;
  if (found.has(json)) return found.get(json);
  const copy: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(json)) put(copy, key, replaced(value, found));
  return copy;
}
