import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { IndexInfo, StoredDocument } from '../store/store.ts';
import { requiredDocument } from './document-body.ts';
import { illegal } from './error.ts';
import { readTarget, writeTarget } from './index-facts.ts';
import { integer, type Parameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { readFilterOf, type SourceFilter, sourceAnswer, sourceFilterOf, sourceParameters } from './source-filter.ts';
import {
  checkAlias,
  checkId,
  checkPipeline,
  checkVersionType,
  conditionOf,
  newId,
  refreshAfter,
  writeAnswer,
  writeError,
  writeParameters,
  writeStatus,
} from './write.ts';

type Needs = Pick<Services, 'store'>;

const readParameters = [
  ...sourceParameters,
  'preference',
  'realtime',
  'refresh',
  'routing',
  'stored_fields',
  'version',
  'version_type',
];

export const documentRoutes: readonly Route<Needs>[] = [
  { methods: ['PUT', 'POST'], path: '/:index/_doc/:id', query: writeParameters, body: 'text', handle: indexDocument },
  { methods: ['POST'], path: '/:index/_doc', query: writeParameters, body: 'text', handle: indexDocument },
  {
    methods: ['PUT', 'POST'],
    path: '/:index/_create/:id',
    query: writeParameters,
    body: 'text',
    handle: createDocument,
  },
  { methods: ['GET', 'HEAD'], path: '/:index/_doc/:id', query: readParameters, handle: getDocument },
  { methods: ['GET', 'HEAD'], path: '/:index/_source/:id', query: readParameters, handle: getSource },
  { methods: ['DELETE'], path: '/:index/_doc/:id', query: writeParameters, handle: deleteDocument },
];

async function indexDocument(call: Call, needs: Needs): Promise<Answer> {
  const type = call.query.op_type ?? 'index';
  if (type !== 'index' && type !== 'create') {
    throw illegal(`opType must be 'create' or 'index', found: [${type}]`);
  }
  // An id of our making cannot exist yet.
  return putDocument(call, needs, type === 'create' || call.params.id === undefined ? 'create' : 'index');
}

async function createDocument(call: Call, needs: Needs): Promise<Answer> {
  if (call.query.op_type !== undefined && call.query.op_type !== 'create') {
    throw illegal("opType must be 'create', found: [index]");
  }
  return putDocument(call, needs, 'create');
}

async function putDocument(call: Call, { store }: Needs, action: 'create' | 'index'): Promise<Answer> {
  const { params, query, body } = call;
  const name = params.index ?? '';
  checkVersionType(query);
  checkPipeline(query);
  const condition = conditionOf(query);
  const id = params.id ?? newId();
  checkId(id);
  const { index, info, alias } = await writeTarget(store, name);
  checkAlias(name, alias, query);
  const content = requiredDocument(body);
  const [written] = await store.write([{ action, index, id, ...content, ...condition }]);
  if (!written || 'error' in written) throw written ? writeError(written, info) : new Error('the store did not answer');
  const refreshed = await refreshAfter(store, index, query);
  return {
    status: writeStatus(written),
    body: writeAnswer(written, info ?? (await born(store, index)), refreshed),
    headers: { location: `/${encodeURIComponent(index)}/_doc/${encodeURIComponent(id)}` },
  };
}

async function deleteDocument({ params, query }: Call, { store }: Needs): Promise<Answer> {
  checkVersionType(query);
  const id = params.id ?? '';
  const { index, info } = await writeTarget(store, params.index ?? '');
  const [written] = await store.write([{ action: 'delete', index, id, ...conditionOf(query) }]);
  if (!written || 'error' in written) throw written ? writeError(written, info) : new Error('the store did not answer');
  const refreshed = await refreshAfter(store, index, query);
  return { status: writeStatus(written), body: writeAnswer(written, info, refreshed) };
}

async function getDocument({ method, params, query }: Call, { store }: Needs): Promise<Answer> {
  const info = await readTarget(store, params.index ?? '');
  const id = params.id ?? '';
  const document = await store.get(info.name, id);
  checkReadVersion(query, document);
  const status = document ? 200 : 404;
  if (method === 'HEAD') return { status, body: undefined };
  return { status, body: documentAnswer(info, id, document, readFilterOf(query)) };
}

async function getSource({ method, params, query }: Call, { store }: Needs): Promise<Answer> {
  const info = await readTarget(store, params.index ?? '');
  const id = params.id ?? '';
  const document = await store.get(info.name, id);
  if (method === 'HEAD') return { status: document ? 200 : 404, body: undefined };
  if (!document) {
    throw new TrailhoundError('not-found', `Document not found [${info.name}]/[${id}]`, {
      wire: 'resource_not_found_exception',
    });
  }
  return { status: 200, body: sourceAnswer(document, sourceFilterOf(query)) ?? {} };
}

/** `GET _doc` and an entry of `_mget`. */
export function documentAnswer(
  info: Pick<IndexInfo, 'name'>,
  id: string,
  document: StoredDocument | undefined,
  filter: SourceFilter,
): Document {
  if (!document) return { _index: info.name, _id: id, found: false };
  const source = sourceAnswer(document, filter);
  return {
    _index: info.name,
    _id: id,
    _version: document.version,
    _seq_no: document.seqNo,
    _primary_term: 1,
    found: true,
    ...(source === undefined ? {} : { _source: source }),
  };
}

/** `?version=` asks for that very version, whatever its type. */
function checkReadVersion(query: Parameters, document: StoredDocument | undefined): void {
  const wanted = integer(query, 'version');
  if (wanted === undefined || document === undefined) return;
  if (document.version === wanted) return;
  throw new TrailhoundError(
    'conflict',
    `[${document.id}]: version conflict, current version [${document.version}] is different than the one provided [${wanted}]`,
    { fields: { index: document.index, shard: '0' } },
  );
}

/** The facts of an index that this very write has made. */
export async function born(store: Needs['store'], index: string): Promise<IndexInfo | undefined> {
  const found = await store.indices(index, { ignoreUnavailable: true, allowNoIndices: true });
  return found[0];
}
