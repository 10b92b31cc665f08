import { parseJson } from '../base/json.ts';
import type { IndexInfo } from '../store/store.ts';
import { requiredText } from './document-body.ts';
import { born, documentAnswer } from './document-routes.ts';
import { writeShards, writeTarget } from './index-facts.ts';
import type { Parameters } from './parameters.ts';
import { integer } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { sourceFilterOf, sourceParameters } from './source-filter.ts';
import { parseUpdate, type Updated, type UpdateRequest, update } from './update.ts';
import {
  checkAlias,
  checkId,
  checkVersionType,
  conditionOf,
  refreshAfter,
  writeAnswer,
  writeError,
  writeParameters,
} from './write.ts';

type Needs = Pick<Services, 'store'>;

export const updateRoutes: readonly Route<Needs>[] = [
  {
    methods: ['POST'],
    path: '/:index/_update/:id',
    query: [...writeParameters, ...sourceParameters, 'retry_on_conflict', 'lang'],
    body: 'text',
    handle: updateDocument,
  },
];

async function updateDocument({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  checkVersionType(query);
  const id = params.id ?? '';
  checkId(id);
  const request = parseUpdate(parseJson(requiredText(body)));
  const options = { ...conditionOf(query), retries: integer(query, 'retry_on_conflict') ?? 0 };
  const name = params.index ?? '';
  const { index, info, alias } = await writeTarget(store, name);
  checkAlias(name, alias, query);
  const updated = await update(store, { index, id, ...(info ? { info } : {}) }, request, options);
  if ('error' in updated) throw writeError(updated, info);
  const facts = info ?? (await born(store, index));
  const refreshed = updated.result !== 'noop' && (await refreshAfter(store, index, query));
  return {
    status: updated.result === 'created' ? 201 : 200,
    body: { ...updateAnswer(updated, facts, refreshed), ...wantedSource(updated, request, query) },
  };
}

/** The answer of an update, alone and in a bulk: a noop touched no shard. */
export function updateAnswer(updated: Updated, info: IndexInfo | undefined, refreshed: boolean) {
  if (updated.result !== 'noop') return writeAnswer({ ...updated, result: updated.result }, info, refreshed);
  return {
    _index: updated.index,
    _id: updated.id,
    _version: updated.version,
    result: updated.result,
    _shards: { ...writeShards(info), total: 0, successful: 0 },
    _seq_no: updated.seqNo,
    _primary_term: 1,
  };
}

/** `get` with the new document, where URL or body ask for it. */
export function wantedSource(updated: Updated, request: UpdateRequest, query: Parameters): { get?: unknown } {
  const inUrl = sourceParameters.some((name) => query[name] !== undefined);
  const filter = inUrl ? sourceFilterOf(query) : request.source;
  if (!filter?.enabled) return {};
  const { version, seqNo, index, id, source } = updated;
  const answer = documentAnswer({ name: index }, id, { index, id, version, seqNo, source }, filter);
  const { _index: _, _id: __, _version: ___, ...get } = answer;
  return { get };
}
