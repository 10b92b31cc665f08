import { elapsedMs } from '../base/clock.ts';
import { asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { parseSearchBody } from '../query/search-body.ts';
import type { Operation, Position, SearchHit } from '../store/store.ts';
import { deletable } from './client-target.ts';
import { illegal, wireCause } from './error.ts';
import { withDocuments } from './looked-up.ts';
import { indexOptions, indexParameters, integer } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import { queryOf, queryStringParameters } from './search-request.ts';
import type { Services } from './services.ts';
import { invalid, refreshAfter, writeError } from './write.ts';

type Needs = Pick<Services, 'store'>;
type Kind = 'delete' | 'update';

const query = [
  ...indexParameters,
  ...queryStringParameters,
  ...['conflicts', 'max_docs', 'refresh', 'timeout', 'wait_for_active_shards', 'wait_for_completion', 'scroll'],
  ...['scroll_size', 'size', 'slices', 'requests_per_second', 'search_type', 'search_timeout', 'preference', 'routing'],
  ...['from', 'sort', 'stats', 'terminate_after', 'version', 'request_cache', 'pipeline', '_source'],
];

/** `_delete_by_query`, and `_update_by_query` without a script, which writes each document again as it is. */
export const byQueryRoutes: readonly Route<Needs>[] = (['delete', 'update'] as const).map(
  (kind): Route<Needs> => ({
    methods: ['POST'],
    path: `/:index/_${kind}_by_query`,
    query,
    body: 'json',
    handle: (call, needs) => run(kind, call, needs),
  }),
);

async function run(kind: Kind, call: Call, { store }: Needs): Promise<Answer> {
  const took = elapsedMs();
  const { params, signal } = call;
  const expression = deletable(params.index ?? '');
  const wanted = readRequest(kind, { ...call, body: await withDocuments(call.body, store) });
  const counts = { total: 0, done: 0, batches: 0, conflicts: 0 };
  const failures: Document[] = [];
  const written = new Set<string>();
  for await (const hits of batchesOf(store, expression, wanted, call)) {
    signal.throwIfAborted();
    counts.total += hits.length;
    counts.batches++;
    const results = await store.write(hits.map((hit) => operation(kind, hit)));
    for (const result of results) {
      written.add(result.index);
      if (!('error' in result)) counts.done++;
      else {
        if (result.error === 'conflict') counts.conflicts++;
        if (result.error === 'conflict' && wanted.proceed) continue;
        const error = writeError(result, undefined);
        failures.push({ index: result.index, id: result.id, cause: wireCause(error), status: error.status });
      }
    }
    if (failures.length > 0) break;
  }
  for (const index of written) await refreshAfter(store, index, call.query);
  const status = failures.length > 0 ? Number(failures[0]?.status ?? 500) : 200;
  return { status, body: answer(kind, counts, failures, Math.round(took())) };
}

interface Wanted {
  readonly query: unknown;
  readonly most: number;
  readonly batch: number;
  /** Conflicts are counted instead of ending the run. */
  readonly proceed: boolean;
}

function readRequest(kind: Kind, { query: url, body }: Call): Wanted {
  const given = body ?? {};
  if (!isDocument(given)) throw new TrailhoundError('parse-failed', 'Expected [START_OBJECT]');
  const { script, conflicts = url.conflicts ?? 'abort', max_docs: inBody, size, ...search } = given;
  if (script !== undefined || url.pipeline !== undefined) {
    throw new TrailhoundError('not-supported', '[script] and [pipeline] are not supported: write the documents anew');
  }
  if (url.wait_for_completion === 'false') {
    throw new TrailhoundError('not-supported', '[wait_for_completion=false] is not supported: there are no tasks');
  }
  if (conflicts !== 'proceed' && conflicts !== 'abort') {
    throw illegal(`conflicts may only be "proceed" or "abort" but was [${asText(conflicts)}]`);
  }
  const found = queryOf(url) ?? search.query;
  // Parsed whole, so that unknown keys are refused before the query is missed.
  parseSearchBody(search);
  if (found === undefined && kind === 'delete') throw invalid('query is missing');
  const most = inBody ?? size ?? integer(url, 'max_docs') ?? integer(url, 'size') ?? Number.POSITIVE_INFINITY;
  if (typeof most !== 'number' || !(most >= 0)) throw illegal('[max_docs] parameter cannot be negative');
  if (most < 1) throw illegal('[max_docs] should be >= [slices]');
  const batch = Math.min(integer(url, 'scroll_size') ?? 1000, limits.resultWindowMax);
  if (batch < 1) throw illegal('size must be greater than 0');
  return { query: found ?? { match_all: {} }, most, batch, proceed: conflicts === 'proceed' };
}

/** What matched when the run began, in the order of arrival: each document has a position of its own. */
export async function* batchesOf(
  store: Needs['store'],
  expression: string,
  { query: wanted, most, batch }: Pick<Wanted, 'query' | 'most' | 'batch'>,
  { query: url, signal }: Call,
): AsyncGenerator<readonly SearchHit[]> {
  const body = parseSearchBody({ query: wanted, size: limits.resultWindowMax });
  const upTo = await store.position();
  let waiting: SearchHit[] = [];
  let left = most;
  for (let after: Position = -1; after < upTo && left > 0; ) {
    const window = { after, upTo: Math.min(upTo, after + limits.resultWindowMax) };
    const { hits } = await store.search(expression, body, { ...indexOptions(url), window, signal });
    waiting.push(...hits);
    after = window.upTo;
    while (left > 0 && (waiting.length >= batch || (after >= upTo && waiting.length > 0))) {
      const next = waiting.slice(0, Math.min(batch, left));
      waiting = waiting.slice(next.length);
      left -= next.length;
      yield next;
    }
  }
}

function operation(kind: Kind, { index, id, seqNo, source, text }: SearchHit): Operation {
  const condition = { ifSeqNo: seqNo, ifPrimaryTerm: 1 };
  if (kind === 'delete') return { action: 'delete', index, id, ...condition };
  return { action: 'index', index, id, document: source, ...(text === undefined ? {} : { text }), ...condition };
}

function answer(
  kind: Kind,
  { total, done, batches: count, conflicts }: Readonly<Record<'total' | 'done' | 'batches' | 'conflicts', number>>,
  failures: readonly Document[],
  took: number,
): Document {
  return {
    took,
    timed_out: false,
    total,
    ...(kind === 'update' ? { updated: done, deleted: 0 } : { deleted: done }),
    batches: count,
    version_conflicts: conflicts,
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
    failures,
  };
}
