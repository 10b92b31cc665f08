import { elapsedMs, yieldToLoop } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { IndexInfo, Operation, OperationResult, Store } from '../store/store.ts';
import { type BulkAction, parseBulk } from './bulk.ts';
import { parseDocument } from './document-body.ts';
import { wireCause } from './error.ts';
import { writeTarget } from './index-facts.ts';
import { flag, integer } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { sourceParameters } from './source-filter.ts';
import { parseUpdate, update } from './update.ts';
import { updateAnswer, wantedSource } from './update-routes.ts';
import {
  checkAlias,
  checkId,
  checkVersionType,
  conditionOf,
  newId,
  refreshAfter,
  writeAnswer,
  writeError,
  writeStatus,
} from './write.ts';

type Needs = Pick<Services, 'store'>;

const bulkParameters = [
  ...sourceParameters,
  'refresh',
  'routing',
  'timeout',
  'pipeline',
  'require_alias',
  'wait_for_active_shards',
  'batch_size',
];

export const bulkRoutes: readonly Route<Needs>[] = ['/_bulk', '/:index/_bulk'].map((path) => ({
  methods: ['POST', 'PUT'],
  path,
  query: bulkParameters,
  body: 'ndjson',
  handle: bulk,
}));

/** Answers 200 whatever becomes of the items; only a body that cannot be read as actions fails as a whole. */
async function bulk({ params, query, body }: Call, { store }: Needs): Promise<Answer> {
  const took = elapsedMs();
  const requireAlias = flag(query, 'require_alias');
  const actions = parseBulk(typeof body === 'string' ? body : '', { index: params.index, requireAlias });
  const run = bulkRun(store, query);
  const slice = { since: elapsedMs() };
  for (const action of actions) {
    await run.take(action);
    if (slice.since() > limits.sliceMs) {
      await yieldToLoop();
      slice.since = elapsedMs();
    }
  }
  await run.flush();
  for (const index of run.written) await refreshAfter(store, index, query);
  const items = run.items.map(({ action, item }) => ({ [action]: item }));
  const errors = run.items.some(({ item }) => 'error' in item);
  return { status: 200, body: { took: Math.round(took()), errors, items } };
}

interface BulkRun {
  /** Takes the next action; writes are collected and go to the store together. */
  take(action: BulkAction): Promise<void>;
  flush(): Promise<void>;
  readonly items: readonly { readonly action: BulkAction['action']; readonly item: Document }[];
  /** Indices that were written to. */
  readonly written: ReadonlySet<string>;
}

/** Items answer in the order they came, though updates must wait for the writes before them. */
function bulkRun(store: Store, query: Call['query']): BulkRun {
  const items: { action: BulkAction['action']; item: Document }[] = [];
  const written = new Set<string>();
  const targets = new Map<string, { readonly index: string; readonly info?: IndexInfo; readonly alias: boolean }>();
  let waiting: { readonly at: number; readonly operation: Operation; readonly name: string }[] = [];

  const target = async (name: string) => {
    const known = targets.get(name);
    if (known?.info) return known;
    const found = await writeTarget(store, name);
    targets.set(name, found);
    return found;
  };
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    const results = await store.write(batch.map(({ operation }) => operation));
    for (const [at, { at: place, name }] of batch.entries()) {
      const result = results[at];
      const { info } = await target(name);
      if (result && !('error' in result)) written.add(result.index);
      const slot = items[place];
      if (slot && result) slot.item = writeItem(result, info);
    }
  };
  const take = async (action: BulkAction): Promise<void> => {
    const place = items.push({ action: action.action, item: {} }) - 1;
    const fail = (error: TrailhoundError): void => {
      items[place] = { action: action.action, item: errorItem(action, error) };
    };
    try {
      checkVersionType(action.conditions);
      // An update reads what the actions before it wrote, and their index may be new.
      if (action.action === 'update') await flush();
      const { index, info, alias } = await target(action.index);
      checkAlias(action.index, alias, { require_alias: String(action.requireAlias) });
      if (action.action !== 'update') {
        waiting.push({ at: place, operation: operationOf(action, index), name: action.index });
        if (waiting.length >= batchMax) await flush();
        return;
      }
      items[place] = {
        action: 'update',
        item: await updateItem(store, action, { index, ...(info ? { info } : {}) }, query),
      };
      written.add(index);
    } catch (error) {
      if (!(error instanceof TrailhoundError)) throw error;
      fail(error);
    }
  };
  return { take, flush, items, written };
}

/** Operations that go to the store in one call: bounds how long others wait. */
const batchMax = 1000;

function operationOf(action: BulkAction, index: string): Operation {
  const condition = conditionOf(action.conditions);
  const id = action.id ?? newId();
  checkId(id);
  if (action.action === 'delete') return { action: 'delete', index, id, ...condition };
  const name = action.action === 'create' || action.id === undefined ? 'create' : 'index';
  return { action: name, index, id, ...parseDocument(action.source), ...condition };
}

async function updateItem(
  store: Store,
  action: BulkAction,
  target: { readonly index: string; readonly info?: IndexInfo },
  query: Call['query'],
): Promise<Document> {
  const request = parseUpdate(parseJson(action.source));
  const retries = integer(action.conditions, 'retry_on_conflict') ?? 0;
  const updated = await update(store, { ...target, id: action.id ?? '' }, request, {
    ...conditionOf(action.conditions),
    retries,
  });
  if ('error' in updated) return writeItem(updated, target.info);
  const status = updated.result === 'created' ? 201 : 200;
  return { ...updateAnswer(updated, target.info, false), ...wantedSource(updated, request, query), status };
}

function writeItem(result: OperationResult, info: IndexInfo | undefined): Document {
  if (!('error' in result)) return { ...writeAnswer(result, info, false), status: writeStatus(result) };
  const error = writeError(result, info);
  return { _index: result.index, _id: result.id, status: error.status, error: wireCause(error) };
}

function errorItem(action: BulkAction, error: TrailhoundError): Document {
  return { _index: action.index, _id: action.id ?? null, status: error.status, error: wireCause(error) };
}
